/** One mail in a folder, as the server keeps it. */
export interface StoredMail {
  readonly uid: number;
  readonly raw: Buffer;
  readonly flags: Set<string>;
  readonly internalDateMs: number;
}

/** Special uses of folders (RFC 6154). */
export type SpecialUse = '\\Sent' | '\\Junk' | '\\Trash' | '\\Drafts' | '\\Archive';

/** One folder: mails in UID order. Whoever has it open is told of every change. */
export class Folder {
  readonly name: string;
  readonly specialUse: SpecialUse | null;
  uidValidity: number;
  uidNext = 1;
  readonly mails: StoredMail[] = [];
  /** Counts changes of any kind. */
  version = 0;
  readonly #listeners = new Set<() => void>();

  constructor(name: string, uidValidity: number, specialUse: SpecialUse | null = null) {
    this.name = name;
    this.uidValidity = uidValidity;
    this.specialUse = specialUse;
  }

  add(raw: Buffer, options: { flags?: Iterable<string>; internalDateMs?: number } = {}): StoredMail {
    const mail: StoredMail = {
      uid: this.uidNext,
      raw,
      flags: new Set(options.flags),
      internalDateMs: options.internalDateMs ?? Date.now(),
    };
    this.uidNext += 1;
    this.mails.push(mail);
    this.changed();
    return mail;
  }

  find(uid: number): StoredMail | undefined {
    return this.mails.find((mail) => mail.uid === uid);
  }

  /** Takes mails out for good. */
  remove(gone: ReadonlySet<StoredMail>): void {
    if (gone.size === 0) return;
    const left = this.mails.filter((mail) => !gone.has(mail));
    this.mails.length = 0;
    this.mails.push(...left);
    this.changed();
  }

  /** Gives every mail a new UID and the folder a new UIDVALIDITY, as after a restore of the server. */
  renumber(uidValidity = this.uidValidity + 1): void {
    const old = this.mails.splice(0);
    this.uidValidity = uidValidity;
    this.uidNext = 1;
    for (const { raw, flags, internalDateMs } of old) this.add(raw, { flags, internalDateMs });
    this.changed();
  }

  /** To be called after flags were changed. */
  changed(): void {
    this.version += 1;
    for (const listener of this.#listeners) listener();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

const FIRST_UID_VALIDITY = 1_000_001;
const SPECIAL: Readonly<Record<string, SpecialUse>> = {
  Sent: '\\Sent',
  Spam: '\\Junk',
  Trash: '\\Trash',
  Drafts: '\\Drafts',
  Archive: '\\Archive',
};

/** All folders of one address. */
export class Mailbox {
  readonly address: string;
  /** null: nobody signs in with a password. */
  password: string | null;
  /** Access tokens that are good at the moment. */
  readonly tokens = new Set<string>();
  readonly #folders = new Map<string, Folder>();
  #nextUidValidity = FIRST_UID_VALIDITY;

  constructor(address: string, password: string | null) {
    this.address = address;
    this.password = password;
    this.create('INBOX');
    for (const name of Object.keys(SPECIAL)) this.create(name);
  }

  /** A folder by its name; INBOX in any case. */
  folder(name: string): Folder | undefined {
    return this.#folders.get(keyOf(name));
  }

  get inbox(): Folder {
    return this.folder('INBOX') ?? this.create('INBOX');
  }

  get folders(): Folder[] {
    return [...this.#folders.values()];
  }

  create(name: string): Folder {
    const folder = new Folder(keyOf(name), this.#nextUidValidity, SPECIAL[name] ?? null);
    this.#nextUidValidity += 1;
    this.#folders.set(folder.name, folder);
    return folder;
  }

  delete(name: string): boolean {
    return this.#folders.delete(keyOf(name));
  }
}

function keyOf(name: string): string {
  return name.toUpperCase() === 'INBOX' ? 'INBOX' : name;
}
