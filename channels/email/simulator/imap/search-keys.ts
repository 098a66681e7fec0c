import type { StoredMail } from '../mailbox.ts';
import { headOf } from './fetch-items.ts';
import { headerFields } from './mime-part.ts';
import { numberSetOf } from './number-set.ts';
import { BadCommand, type Token, textOf } from './tokens.ts';

/** Whether a mail fits; `sequence` is its number in the folder as the client sees it. */
export type Matcher = (mail: StoredMail, sequence: number) => boolean;

/** What `*` means at the moment. */
export interface Greatest {
  sequence: number;
  uid: number;
}

const FLAG_KEYS: Readonly<Record<string, [flag: string, wanted: boolean]>> = {
  ANSWERED: ['\\Answered', true],
  UNANSWERED: ['\\Answered', false],
  DELETED: ['\\Deleted', true],
  UNDELETED: ['\\Deleted', false],
  DRAFT: ['\\Draft', true],
  UNDRAFT: ['\\Draft', false],
  FLAGGED: ['\\Flagged', true],
  UNFLAGGED: ['\\Flagged', false],
  SEEN: ['\\Seen', true],
  UNSEEN: ['\\Seen', false],
  RECENT: ['\\Recent', true],
  OLD: ['\\Recent', false],
};
const DAY_MS = 86_400_000;

/** Reads the keys of a SEARCH (RFC 3501, 6.4.4). @throws {BadCommand} */
export function matcherOf(tokens: readonly Token[], greatest: Greatest): Matcher {
  const queue = [...tokens];
  const first = queue[0];
  if (first?.kind === 'atom' && first.text.toUpperCase() === 'CHARSET') queue.splice(0, 2);
  const matchers: Matcher[] = [];
  while (queue.length > 0) matchers.push(keyOf(queue, greatest));
  if (matchers.length === 0) throw new BadCommand('no search key');
  return (mail, sequence) => matchers.every((fits) => fits(mail, sequence));
}

function keyOf(queue: Token[], greatest: Greatest): Matcher {
  const token = queue.shift();
  if (token?.kind === 'list') return matcherOf(token.items, greatest);
  const key = textOf(token, 'search key').toUpperCase();
  const argument = (): string => textOf(queue.shift(), `argument of ${key}`);
  const flag = FLAG_KEYS[key];
  if (flag !== undefined) return (mail) => mail.flags.has(flag[0]) === flag[1];
  if (/^[\d*][\d:*,]*$/u.test(key)) {
    const set = numberSetOf(key, greatest.sequence);
    return (_, sequence) => set.has(sequence);
  }
  switch (key) {
    case 'ALL':
      return () => true;
    case 'NEW':
      return (mail) => mail.flags.has('\\Recent') && !mail.flags.has('\\Seen');
    case 'UID': {
      const set = numberSetOf(argument(), greatest.uid);
      return (mail) => set.has(mail.uid);
    }
    case 'KEYWORD':
    case 'UNKEYWORD': {
      const word = argument();
      return (mail) => mail.flags.has(word) === (key === 'KEYWORD');
    }
    case 'LARGER':
    case 'SMALLER': {
      const size = Number(argument());
      return (mail) => (key === 'LARGER' ? mail.raw.byteLength > size : mail.raw.byteLength < size);
    }
    case 'NOT': {
      const fits = keyOf(queue, greatest);
      return (mail, sequence) => !fits(mail, sequence);
    }
    case 'OR': {
      const one = keyOf(queue, greatest);
      const other = keyOf(queue, greatest);
      return (mail, sequence) => one(mail, sequence) || other(mail, sequence);
    }
    default:
      return textOrDateOf(key, argument);
  }
}

function textOrDateOf(key: string, argument: () => string): Matcher {
  switch (key) {
    case 'SINCE':
    case 'BEFORE':
    case 'ON':
      return dateMatcher(key, argument(), (mail) => mail.internalDateMs);
    case 'SENTSINCE':
    case 'SENTBEFORE':
    case 'SENTON':
      return dateMatcher(key.slice(4), argument(), (mail) => Date.parse(fieldOf(mail, 'date').trim()));
    case 'HEADER': {
      const name = argument().toLowerCase();
      const wanted = argument().toLowerCase();
      return (mail) =>
        headerFields(headOf(mail)).some(
          ([field, text]) =>
            field.toLowerCase() === name &&
            text
              .slice(text.indexOf(':') + 1)
              .replaceAll(/\r?\n/gu, '')
              .toLowerCase()
              .includes(wanted),
        );
    }
    case 'FROM':
    case 'TO':
    case 'CC':
    case 'BCC':
    case 'SUBJECT': {
      const wanted = argument().toLowerCase();
      return (mail) => fieldOf(mail, key.toLowerCase()).toLowerCase().includes(wanted);
    }
    case 'TEXT':
    case 'BODY': {
      const wanted = argument().toLowerCase();
      return (mail) => {
        const from = key === 'BODY' ? headOf(mail).length : 0;
        return mail.raw.subarray(from).toString('latin1').toLowerCase().includes(wanted);
      };
    }
    default:
      throw new BadCommand(`${key} is no search key`);
  }
}

/** Days are compared without time (RFC 3501, 6.4.4). */
function dateMatcher(key: string, text: string, timeOf: (mail: StoredMail) => number): Matcher {
  const day = Math.floor(Date.parse(`${text.replaceAll('-', ' ')} UTC`) / DAY_MS);
  if (Number.isNaN(day)) throw new BadCommand(`${text} is no date`);
  return (mail) => {
    const its = Math.floor(timeOf(mail) / DAY_MS);
    if (key === 'SINCE') return its >= day;
    return key === 'BEFORE' ? its < day : its === day;
  };
}

function fieldOf(mail: StoredMail, name: string): string {
  return headerFields(headOf(mail))
    .filter(([field]) => field.toLowerCase() === name)
    .map(([, text]) => text.slice(text.indexOf(':') + 1))
    .join(' ');
}
