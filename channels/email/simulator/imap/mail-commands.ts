import type { StoredMail } from '../mailbox.ts';
import { fetchItemsOf } from './fetch-items.ts';
import { openedBy } from './folder-commands.ts';
import { numberSetOf, writeSet } from './number-set.ts';
import { matcherOf } from './search-keys.ts';
import {
  type Answer,
  type Command,
  flagsOf,
  type ImapSession,
  knowFlags,
  type OpenFolder,
  tellChanges,
} from './session.ts';
import { BadCommand, type Token, textOf } from './tokens.ts';

/** Bytes of a mail that get through before `cut_fetch` strikes, where it does not say. */
const CUT_AFTER_BYTES = 500;

export const MAIL_COMMANDS: Readonly<Record<string, Command>> = {
  async FETCH(session, args, byUid) {
    const open = openedBy(session);
    const items = fetchItemsOf(args[1], byUid);
    for (const [sequence, mail] of named(open, args[0], byUid)) {
      if (items.some(({ marksSeen }) => marksSeen) && !open.readOnly && !mail.flags.has('\\Seen')) {
        mail.flags.add('\\Seen');
        open.folder.changed();
      }
      let line = `* ${sequence} FETCH (`;
      for (const [index, item] of items.entries()) {
        const { text, content } = item.of(mail);
        line += `${index === 0 ? '' : ' '}${text}`;
        if (content === undefined) continue;
        if (session.faults.draw(['fetch_nil']) !== null) {
          line = line.replace(/\{\d+\}\r\n$/u, 'NIL');
          continue;
        }
        const cut = session.faults.draw(['cut_fetch']);
        await session.writeContent(Buffer.from(line, 'latin1'));
        line = '';
        if (cut !== null) {
          await session.writeContent(content.subarray(0, cut.afterBytes ?? CUT_AFTER_BYTES));
          session.socket.destroy();
          return { no: 'cut' };
        }
        await session.writeContent(content);
      }
      session.write(`${line})`);
    }
    return { ok: 'fetched' };
  },
  SEARCH(session, args, byUid) {
    const open = openedBy(session);
    const fits = matcherOf(args, { sequence: open.view.length, uid: open.view.at(-1)?.mail.uid ?? 0 });
    const found = open.view.flatMap(({ mail }, at) => (fits(mail, at + 1) ? [byUid ? mail.uid : at + 1] : []));
    session.write(`* SEARCH${found.map((number) => ` ${number}`).join('')}`);
    return { ok: 'searched' };
  },
  STORE(session, args, byUid) {
    const open = writable(session);
    const [, sign, silent] = /^([+-]?)FLAGS(\.SILENT)?$/iu.exec(textOf(args[1], 'item')) ?? [];
    if (sign === undefined) throw new BadCommand('no such item of STORE');
    const third = args[2];
    const flags = (third?.kind === 'list' ? third.items : args.slice(2)).map((flag) => textOf(flag, 'flag'));
    for (const [sequence, mail] of named(open, args[0], byUid)) {
      if (sign === '') mail.flags.clear();
      for (const flag of flags) {
        if (sign === '-') mail.flags.delete(flag);
        else mail.flags.add(flag);
      }
      knowFlags(open, mail);
      open.folder.changed();
      if (silent === undefined) session.write(`* ${sequence} FETCH (UID ${mail.uid} FLAGS (${flagsOf(mail)}))`);
    }
    return { ok: 'stored' };
  },
  COPY(session, args, byUid) {
    const open = openedBy(session);
    const copied = copy(session, named(open, args[0], byUid), textOf(args[1], 'folder'));
    return copied === null ? { no: '[TRYCREATE] no such folder' } : { ok: `${copied} copied` };
  },
  MOVE(session, args, byUid) {
    const open = writable(session);
    const mails = named(open, args[0], byUid);
    const copied = copy(session, mails, textOf(args[1], 'folder'));
    if (copied === null) return { no: '[TRYCREATE] no such folder' };
    if (copied !== '') session.write(`* OK ${copied} moved`);
    open.folder.remove(new Set(mails.map(([, mail]) => mail)));
    tellChanges(session, true);
    return { ok: 'moved' };
  },
  EXPUNGE(session, args, byUid) {
    const open = writable(session);
    const among = byUid ? named(open, args[0], true).map(([, mail]) => mail) : open.folder.mails;
    open.folder.remove(new Set(among.filter(({ flags }) => flags.has('\\Deleted'))));
    tellChanges(session, true);
    return { ok: 'expunged' };
  },
  CHECK: () => ({ ok: 'done' }),
};

function writable(session: ImapSession): OpenFolder {
  const open = openedBy(session);
  if (open.readOnly) throw new BadCommand('the folder is open for reading only');
  return open;
}

/** The mails a set names, with their numbers; those that are gone already are left out. */
function named(open: OpenFolder, set: Token | undefined, byUid: boolean): [sequence: number, mail: StoredMail][] {
  const greatest = byUid ? (open.view.at(-1)?.mail.uid ?? 0) : open.view.length;
  const numbers = numberSetOf(textOf(set, 'set'), greatest);
  const there = new Set(open.folder.mails);
  return open.view.flatMap(({ mail }, at): [number, StoredMail][] =>
    there.has(mail) && numbers.has(byUid ? mail.uid : at + 1) ? [[at + 1, mail]] : [],
  );
}

/** @returns the response code (RFC 4315), empty when there was nothing to copy; null when there is no such folder */
function copy(session: ImapSession, mails: readonly (readonly [number, StoredMail])[], name: string): string | null {
  const target = session.mailbox?.folder(name);
  if (target === undefined) return null;
  if (mails.length === 0) return '';
  const made = mails.map(([, { raw, flags, internalDateMs }]) => target.add(raw, { flags, internalDateMs }).uid);
  return `[COPYUID ${target.uidValidity} ${writeSet(mails.map(([, { uid }]) => uid))} ${writeSet(made)}]`;
}

/** Waits for DONE and tells meanwhile what happens (RFC 2177). */
export const idle: Command = (session): Promise<Answer> | Answer => {
  if (session.faults.draw(['idle_refused']) !== null) return { no: 'not now' };
  const { folder } = openedBy(session);
  const isSilent = session.faults.draw(['idle_silent']) !== null;
  return new Promise((resolve) => {
    const stop = folder.onChange(() => {
      if (!isSilent) tellChanges(session, true);
    });
    const gone = (): void => end({ no: 'gone' });
    const end = (answer: Answer): void => {
      stop();
      session.socket.off('close', gone);
      session.idling = null;
      resolve(answer);
    };
    session.socket.once('close', gone);
    session.idling = (line) => end(line.toUpperCase() === 'DONE' ? { ok: 'idle ended' } : { no: 'DONE was expected' });
    session.write('+ idling');
    if (!isSilent) tellChanges(session, true);
  });
};
