import type { Folder } from '../mailbox.ts';
import { type Answer, type Command, type ImapSession, type OpenFolder, openFolder } from './session.ts';
import { BadCommand, quote, type Token, textOf } from './tokens.ts';

/** The flags there are, and that clients may make their own. */
const FLAGS = '\\Answered \\Flagged \\Deleted \\Seen \\Draft';
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export const FOLDER_COMMANDS: Readonly<Record<string, Command>> = {
  NAMESPACE(session) {
    session.write('* NAMESPACE (("" "/")) NIL NIL');
    return { ok: 'done' };
  },
  LIST: (session, args) => list(session, args, 'LIST'),
  LSUB: (session, args) => list(session, args, 'LSUB'),
  SUBSCRIBE: () => ({ ok: 'done' }),
  UNSUBSCRIBE: () => ({ ok: 'done' }),
  CREATE(session, args) {
    const name = textOf(args[0], 'name');
    if (session.mailbox?.folder(name) !== undefined) return { no: '[ALREADYEXISTS] there is one' };
    session.mailbox?.create(name);
    return { ok: 'done' };
  },
  DELETE(session, args) {
    return session.mailbox?.delete(textOf(args[0], 'name')) === true ? { ok: 'done' } : missing;
  },
  SELECT: (session, args) => select(session, args, false),
  EXAMINE: (session, args) => select(session, args, true),
  STATUS(session, args) {
    const name = textOf(args[0], 'name');
    const folder = session.mailbox?.folder(name);
    if (folder === undefined) return missing;
    const items = args[1]?.kind === 'list' ? args[1].items : [];
    const values = items.map(
      (item) => `${textOf(item, 'item')} ${statusOf(folder, textOf(item, 'item').toUpperCase())}`,
    );
    session.write(`* STATUS ${quote(folder.name)} (${values.join(' ')})`);
    return { ok: 'done' };
  },
  CLOSE(session) {
    const { open } = session;
    if (open !== null && !open.readOnly)
      open.folder.remove(new Set(open.folder.mails.filter(({ flags }) => flags.has('\\Deleted'))));
    session.open = null;
    return { ok: 'closed' };
  },
  UNSELECT(session) {
    session.open = null;
    return { ok: 'closed' };
  },
  APPEND(session, args) {
    const folder = session.mailbox?.folder(textOf(args[0], 'name'));
    const content = args.at(-1);
    if (content?.kind !== 'string') throw new BadCommand('the mail is missing');
    if (folder === undefined) return { no: '[TRYCREATE] no such folder' };
    const flags = args.slice(1, -1).find((token) => token.kind === 'list');
    const date = args.slice(1, -1).find((token) => token.kind === 'string');
    const mail = folder.add(content.bytes, {
      flags: flags?.kind === 'list' ? flags.items.map((flag) => textOf(flag, 'flag')) : [],
      ...(date?.kind === 'string' ? { internalDateMs: dateTimeOf(date.text) } : {}),
    });
    return { ok: `[APPENDUID ${folder.uidValidity} ${mail.uid}] done` };
  },
};

export const missing: Answer = { no: '[NONEXISTENT] no such folder' };

/** The folder a command is about. @throws {BadCommand} when none is open */
export function openedBy(session: ImapSession): OpenFolder {
  if (session.open === null) throw new BadCommand('no folder is open');
  return session.open;
}

function select(session: ImapSession, args: readonly Token[], readOnly: boolean): Answer {
  session.open = null;
  const folder = session.mailbox?.folder(textOf(args[0], 'name'));
  if (folder === undefined) return missing;
  const { view } = openFolder(session, folder, readOnly);
  const unseen = view.findIndex(({ mail }) => !mail.flags.has('\\Seen'));
  session.write(`* FLAGS (${FLAGS})`);
  session.write(`* OK [PERMANENTFLAGS (${readOnly ? '' : `${FLAGS} \\*`})] flags`);
  session.write(`* ${view.length} EXISTS`);
  session.write('* 0 RECENT');
  if (unseen >= 0) session.write(`* OK [UNSEEN ${unseen + 1}] first unseen`);
  session.write(`* OK [UIDVALIDITY ${folder.uidValidity}] UIDs valid`);
  session.write(`* OK [UIDNEXT ${folder.uidNext}] next UID`);
  return { ok: `[${readOnly ? 'READ-ONLY' : 'READ-WRITE'}] open` };
}

function list(session: ImapSession, args: readonly Token[], verb: string): Answer {
  // LIST (SPECIAL-USE) "" "*" and LIST "" "*" RETURN (SPECIAL-USE), RFC 6154 and 5258.
  const rest = args[0]?.kind === 'list' ? args.slice(1) : args;
  const onlySpecial = args[0]?.kind === 'list' && args[0].items.some((item) => isWord(item, 'SPECIAL-USE'));
  const pattern = `${textOf(rest[0], 'reference')}${textOf(rest[1], 'pattern')}`;
  if (pattern === '') {
    session.write(`* ${verb} (\\Noselect) "/" ""`);
    return { ok: 'done' };
  }
  const escaped = pattern
    .replaceAll(/[.+?^${}()|[\]\\]/gu, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('%', '[^/]*');
  const fits = new RegExp(`^${escaped}$`, 'u');
  for (const folder of session.mailbox?.folders ?? []) {
    const isInbox = folder.name === 'INBOX' && pattern.toUpperCase() === 'INBOX';
    if (!fits.test(folder.name) && !isInbox) continue;
    if (onlySpecial && folder.specialUse === null) continue;
    const use = folder.specialUse === null ? '' : ` ${folder.specialUse}`;
    session.write(`* ${verb} (\\HasNoChildren${use}) "/" ${quote(folder.name)}`);
  }
  return { ok: 'done' };
}

function isWord(token: Token, word: string): boolean {
  return token.kind === 'atom' && token.text.toUpperCase() === word;
}

function statusOf(folder: Folder, item: string): number {
  switch (item) {
    case 'MESSAGES':
      return folder.mails.length;
    case 'UIDNEXT':
      return folder.uidNext;
    case 'UIDVALIDITY':
      return folder.uidValidity;
    case 'UNSEEN':
      return folder.mails.filter(({ flags }) => !flags.has('\\Seen')).length;
    case 'RECENT':
      return 0;
    default:
      throw new BadCommand(`${item} is no item of STATUS`);
  }
}

/** `17-Jul-1996 02:44:25 -0700` (RFC 3501, 9: date-time). */
function dateTimeOf(text: string): number {
  const [, day, month = '', year, time = '', sign, hours, minutes] =
    /^\s*(\d+)-(\w{3})-(\d{4}) (\d\d:\d\d:\d\d) ([+-])(\d\d)(\d\d)$/u.exec(text) ?? [];
  const at = MONTHS.indexOf(month);
  if (at < 0) throw new BadCommand(`${text} is no date`);
  const [hour = 0, minute = 0, second = 0] = time.split(':').map(Number);
  const shiftMs = (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === '-' ? -1 : 1);
  return Date.UTC(Number(year), at, Number(day), hour, minute, second) - shiftMs;
}
