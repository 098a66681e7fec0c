import type { StoredMail } from '../mailbox.ts';
import { headerFields, type MimePart, partAt, partOf } from './mime-part.ts';
import { bodyStructureOf, envelopeOf } from './structure.ts';
import { BadCommand, type Token, textOf, tokensOf } from './tokens.ts';

/** What a FETCH wants of each mail. */
export interface FetchItem {
  /** Whether it marks the mail as read (RFC 3501, 6.4.5: all but the PEEK ones). */
  marksSeen: boolean;
  /** The item as it goes over the wire; a piece of a mail is given apart, so that a fault can cut it. */
  of(mail: StoredMail): { text: string; content?: Buffer };
}

const MACROS: Readonly<Record<string, string[]>> = {
  ALL: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE'],
  FAST: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE'],
  FULL: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE', 'BODY'],
};

/** Reads the items of a FETCH. @throws {BadCommand} */
export function fetchItemsOf(token: Token | undefined, withUid: boolean): FetchItem[] {
  const names = token?.kind === 'list' ? token.items.map((item) => textOf(item, 'item')) : [textOf(token, 'items')];
  const only = names.length === 1 ? MACROS[names[0]?.toUpperCase() ?? ''] : undefined;
  const wanted = only ?? names;
  const isUidNamed = wanted.some((name) => name.toUpperCase() === 'UID');
  return [...(withUid && !isUidNamed ? ['UID'] : []), ...wanted].map(itemOf);
}

/** INTERNALDATE as IMAP writes it, in UTC. */
export function internalDate(ms: number): string {
  const [, day = '', month = '', year = '', time = ''] =
    /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/u.exec(new Date(ms).toUTCString()) ?? [];
  return `${day.padStart(2, ' ')}-${month}-${year} ${time} +0000`;
}

function itemOf(name: string): FetchItem {
  const plain = (of: (mail: StoredMail) => string): FetchItem => ({
    marksSeen: false,
    of: (mail) => ({ text: of(mail) }),
  });
  switch (name.toUpperCase()) {
    case 'UID':
      return plain((mail) => `UID ${mail.uid}`);
    case 'FLAGS':
      return plain((mail) => `FLAGS (${[...mail.flags].join(' ')})`);
    case 'INTERNALDATE':
      return plain((mail) => `INTERNALDATE "${internalDate(mail.internalDateMs)}"`);
    case 'RFC822.SIZE':
      return plain((mail) => `RFC822.SIZE ${mail.raw.byteLength}`);
    case 'ENVELOPE':
      return plain((mail) => `ENVELOPE ${envelopeOf(parse(mail).head)}`);
    case 'BODYSTRUCTURE':
      return plain((mail) => `BODYSTRUCTURE ${bodyStructureOf(parse(mail), true)}`);
    case 'BODY':
      return plain((mail) => `BODY ${bodyStructureOf(parse(mail), false)}`);
    case 'RFC822':
      return content('RFC822', true, (mail) => mail.raw);
    case 'RFC822.HEADER':
      return content('RFC822.HEADER', false, (mail) => latin1(parse(mail).head));
    case 'RFC822.TEXT':
      return content('RFC822.TEXT', true, (mail) => latin1(parse(mail).body));
    default:
      return sectionItem(name);
  }
}

function sectionItem(name: string): FetchItem {
  const read = /^BODY(\.PEEK)?\[([^\]]*)\](?:<(\d+)\.(\d+)>)?$/iu.exec(name);
  if (read === null) throw new BadCommand(`${name} is no item of FETCH`);
  const [, peek, section = '', start, length] = read;
  const from = Number(start ?? 0);
  const to = length === undefined ? Number.POSITIVE_INFINITY : from + Number(length);
  const label = `BODY[${section}]${start === undefined ? '' : `<${start}>`}`;
  return content(label, peek === undefined, (mail) => {
    const whole = sectionOf(mail, section);
    return start === undefined ? whole : (whole?.subarray(from, to) ?? null);
  });
}

function content(label: string, marksSeen: boolean, of: (mail: StoredMail) => Buffer | null): FetchItem {
  return {
    marksSeen,
    of(mail) {
      const bytes = of(mail);
      if (bytes === null) return { text: `${label} NIL` };
      return { text: `${label} {${bytes.byteLength}}\r\n`, content: bytes };
    },
  };
}

function sectionOf(mail: StoredMail, section: string): Buffer | null {
  if (section === '') return mail.raw;
  const [, numbers, rest = ''] = /^(\d+(?:\.\d+)*)?\.?(.*)$/u.exec(section) ?? [];
  const whole = parse(mail);
  const part = numbers === undefined ? whole : partAt(whole, numbers.split('.').map(Number));
  if (part === null) return null;
  const upper = rest.toUpperCase();
  if (upper === '') return latin1(part.body);
  if (upper === 'MIME') return latin1(part.head);
  // HEADER and TEXT of a part are those of the mail within it.
  const within = numbers === undefined ? part : part.message;
  if (within === null) return null;
  if (upper === 'HEADER') return latin1(within.head);
  if (upper === 'TEXT') return latin1(within.body);
  return fieldsOf(within, rest);
}

function fieldsOf(part: MimePart, rest: string): Buffer {
  const [command, list] = tokensOf([rest]);
  const verb = textOf(command, 'section').toUpperCase();
  const not = verb === 'HEADER.FIELDS.NOT';
  if (!not && verb !== 'HEADER.FIELDS') throw new BadCommand(`${verb} is no section`);
  if (list?.kind !== 'list') throw new BadCommand('the names of the header fields are missing');
  const names = new Set(list.items.map((item) => textOf(item, 'name').toLowerCase()));
  const wanted = headerFields(part.head).filter(([name]) => names.has(name.toLowerCase()) !== not);
  return latin1(`${wanted.map(([, text]) => text).join('')}\r\n`);
}

/** Mails do not change, so each is taken apart once. */
const parsed = new WeakMap<Buffer, MimePart>();

function parse(mail: StoredMail): MimePart {
  const known = parsed.get(mail.raw);
  if (known !== undefined) return known;
  const part = partOf(mail.raw.toString('latin1'));
  parsed.set(mail.raw, part);
  return part;
}

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** The header block of a mail, for SEARCH. */
export function headOf(mail: StoredMail): string {
  return parse(mail).head;
}
