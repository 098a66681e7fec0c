import type { Socket } from 'node:net';
import type { DrawnFaults } from '../faults.ts';
import type { Folder, Mailbox, StoredMail } from '../mailbox.ts';
import type { Mailboxes } from '../mailboxes.ts';
import type { Token } from './tokens.ts';

/** A folder as one client has it open: numbers change only when we say so (RFC 3501, 5.5 and 7.4.1). */
export interface OpenFolder {
  readonly folder: Folder;
  readonly readOnly: boolean;
  readonly uidValidity: number;
  readonly view: { mail: StoredMail; flags: string }[];
  version: number;
}

/** One client's connection. */
export interface ImapSession {
  readonly socket: Socket;
  readonly mailboxes: Mailboxes;
  readonly faults: DrawnFaults;
  mailbox: Mailbox | null;
  open: OpenFolder | null;
  /** Set while the client idles; ends it. */
  idling: ((line: string) => void) | null;
  /** Next line that is no command: the answer to a challenge. */
  challenge: ((line: string) => void) | null;
  write(line: string): void;
  /** Resolves when the client took what was written, or is gone. */
  writeContent(content: Buffer): Promise<void>;
}

/** What a command came to: the words behind OK, or NO with its words. `bye`: the end. */
export type Answer = { ok: string; bye?: true } | { no: string };

export type Command = (session: ImapSession, args: readonly Token[], byUid: boolean) => Answer | Promise<Answer>;

/** Opens a folder; what was open is closed. */
export function openFolder(session: ImapSession, folder: Folder, readOnly: boolean): OpenFolder {
  const open: OpenFolder = {
    folder,
    readOnly,
    uidValidity: folder.uidValidity,
    view: folder.mails.map((mail) => ({ mail, flags: flagsOf(mail) })),
    version: folder.version,
  };
  session.open = open;
  return open;
}

/**
 * Tells the client what others changed in its folder.
 * @param withExpunge false where numbers must not change under its feet (RFC 3501, 7.4.1)
 */
export function tellChanges(session: ImapSession, withExpunge: boolean): void {
  const { open } = session;
  if (open === null || open.version === open.folder.version) return;
  if (open.uidValidity !== open.folder.uidValidity) {
    // All that the client knows of the folder is void; servers end such a session.
    session.write('* BYE UIDVALIDITY changed');
    session.open = null;
    session.socket.end();
    return;
  }
  const there = new Set(open.folder.mails);
  const gone = open.view.some(({ mail }) => !there.has(mail));
  if (gone && !withExpunge) return;
  for (let at = open.view.length - 1; at >= 0; at -= 1) {
    const entry = open.view[at];
    if (entry === undefined || there.has(entry.mail)) continue;
    open.view.splice(at, 1);
    session.write(`* ${at + 1} EXPUNGE`);
  }
  for (const [at, entry] of open.view.entries()) {
    const flags = flagsOf(entry.mail);
    if (flags === entry.flags) continue;
    entry.flags = flags;
    session.write(`* ${at + 1} FETCH (UID ${entry.mail.uid} FLAGS (${flags}))`);
  }
  const known = new Set(open.view.map(({ mail }) => mail));
  const added = open.folder.mails.filter((mail) => !known.has(mail));
  for (const mail of added) open.view.push({ mail, flags: flagsOf(mail) });
  if (added.length > 0) session.write(`* ${open.view.length} EXISTS`);
  open.version = open.folder.version;
}

/** Marks flags as known to this client, so that they are not told to it again. */
export function knowFlags(open: OpenFolder, mail: StoredMail): void {
  const entry = open.view.find((one) => one.mail === mail);
  if (entry !== undefined) entry.flags = flagsOf(mail);
}

export function flagsOf(mail: StoredMail): string {
  return [...mail.flags].join(' ');
}
