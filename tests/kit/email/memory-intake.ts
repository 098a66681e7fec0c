import type { Bookmark, MailIntake, ReceivedMail } from '../../../channels/email/transport/received-mail.ts';

/** A store of received mail in memory, which does as the real one: mail and bookmark in one step, repeats told apart by their bytes. */
export interface MemoryIntake extends MailIntake {
  /** Every mail that was taken, in order, repeats included. */
  readonly taken: readonly ReceivedMail[];
  readonly bookmarksNow: ReadonlyMap<string, Bookmark>;
  /** Distinct mails by their bytes. */
  readonly distinct: number;
  /** Called before a mail is taken; may throw. */
  before: (mail: ReceivedMail) => void | Promise<void>;
  /** Forgets one mail, as a fault of the store would. */
  forget(uid: number): void;
  /** Subjects of what was taken, in order. */
  subjects(): string[];
}

export function createMemoryIntake(): MemoryIntake {
  const taken: ReceivedMail[] = [];
  const bookmarks = new Map<string, Bookmark>();
  const held = new Set<string>();
  const bodies = new Set<string>();
  const keyOf = (folder: string, uidValidity: string, uid: number): string => `${folder} ${uidValidity} ${uid}`;
  const intake: MemoryIntake = {
    taken,
    bookmarksNow: bookmarks,
    get distinct() {
      return bodies.size;
    },
    before: () => undefined,
    bookmarks: {
      read: async (folder) => bookmarks.get(folder) ?? null,
      write: async (folder, bookmark) => void bookmarks.set(folder, bookmark),
    },
    async take(mail, next) {
      await intake.before(mail);
      taken.push(mail);
      held.add(keyOf(mail.folder, mail.uidValidity, mail.uid));
      bodies.add((mail.raw ?? mail.head ?? Buffer.alloc(0)).toString('latin1'));
      bookmarks.set(mail.folder, next);
    },
    known: async (folder, uidValidity, uids) => uids.filter((uid) => held.has(keyOf(folder, uidValidity, uid))),
    forget(uid) {
      for (const [at, mail] of taken.entries()) {
        if (mail.uid !== uid) continue;
        held.delete(keyOf(mail.folder, mail.uidValidity, mail.uid));
        taken.splice(at, 1);
        return;
      }
      throw new Error(`no mail with UID ${uid} was taken`);
    },
    subjects: () => taken.map(subjectOf),
  };
  return intake;
}

/** The subject of a received mail, as it is written. */
export function subjectOf(mail: ReceivedMail): string {
  return /^subject: (.*?)\r?$/imu.exec((mail.raw ?? mail.head ?? Buffer.alloc(0)).toString('latin1'))?.[1] ?? '';
}
