import { LIMITS } from '../limits.ts';
import type { MailAddress } from '../parsed-email.ts';
import { decodeWords } from './encoded-words.ts';
import { firstAddress } from './first-address.ts';

/** Mailboxes of one field; `group` when it used group syntax (RFC 5322 3.4). */
export interface AddressList {
  mailboxes: MailAddress[];
  group: boolean;
}

interface Pieces {
  /** Words outside brackets and comments, quotes undone. */
  phrase: string;
  /** As `phrase`, for a name that commas have cut. */
  angle: string | null;
  comments: string[];
  quoted: boolean;
}

/**
 * Reads an address field (raw value, bytes as Latin-1). Names are decoded after the structure is read, so that an encoded comma
 * separates nothing. Tolerates names with bare commas, double brackets, `mailto:`, and whole mailboxes inside one encoded word.
 */
export function parseAddresses(value: string, hint: string | null = null): AddressList {
  const list: AddressList = { mailboxes: [], group: false };
  let carried = '';
  for (const piece of split(value, list)) {
    if (list.mailboxes.length >= LIMITS.addresses) break;
    if (piece.angle === null && !piece.phrase.includes('@')) {
      // "Doe, Jane <jane@…>" without quotes: the comma belongs to the name.
      const name = piece.phrase.trim();
      if (name !== '' || piece.comments.length > 0)
        carried = carried === '' ? withComments(name, piece) : `${carried}, ${withComments(name, piece)}`;
      if (!name.includes('=?')) continue;
      const inside = decodeWords(name, hint);
      const hidden = firstAddress(inside);
      if (hidden === null) continue;
      carried = '';
      list.mailboxes.push({
        name: tidyName(inside.replace(hidden, '').replaceAll(/[<>]/g, '')),
        address: tidyAddress(hidden),
      });
      continue;
    }
    list.mailboxes.push(mailbox(piece, carried, hint));
    carried = '';
  }
  if (carried !== '' && list.mailboxes.length < LIMITS.addresses) {
    const name = tidyName(decodeWords(carried, hint));
    if (name !== '' && !/^undisclosed[- ]recipients?/i.test(name)) list.mailboxes.push(loneName(name));
  }
  return list;
}

/** "MAILER-DAEMON" and the like are addresses without a domain; anything else is a name. */
function loneName(name: string): MailAddress {
  const daemon = /^([A-Za-z][\w.-]*)(?: \((.*)\))?$/.exec(name);
  if (daemon !== null) return { name: daemon[2] ?? '', address: daemon[1] ?? '' };
  return { name, address: '' };
}

function withComments(name: string, piece: Pieces): string {
  return piece.comments.length === 0 ? name : `${name} (${piece.comments.join(' ')})`.trim();
}

function mailbox(piece: Pieces, carried: string, hint: string | null): MailAddress {
  const comment = tidyName(decodeWords(piece.comments.join(' '), hint));
  if (piece.angle !== null) {
    const phrase = carried === '' ? piece.phrase : `${carried}, ${piece.phrase}`;
    const name = tidyName(decodeWords(phrase, hint));
    const address = tidyAddress(decodeWords(piece.angle, hint));
    const shown = address === '' ? firstAddress(name) : null;
    if (shown !== null) return { name: '', address: tidyAddress(shown) };
    return { name: name === '' ? comment : name, address };
  }
  const phrase = decodeWords(piece.phrase, hint).trim();
  const found = /\s/.test(phrase) ? firstAddress(phrase) : phrase;
  const rest = found === null ? '' : tidyName(phrase.replace(found, ''));
  const before = carried === '' ? '' : tidyName(decodeWords(carried, hint));
  return { name: rest || comment || before, address: tidyAddress(found ?? phrase) };
}

function tidyAddress(text: string): string {
  const plain = text
    .replaceAll(/[<>\r\n\t\0]/g, '')
    .replace(/^\s*mailto:/i, '')
    .trim();
  // A source route (RFC 5322 4.4) names hosts on the way.
  const routed = /^@[^:]*:(.*)$/.exec(plain);
  const address = (routed?.[1] ?? plain)
    .trim()
    .replace(/^'(.*)'$/, '$1')
    .replace(/^\[mailto:(.*)\]$/i, '$1');
  return address.includes('"') ? address : address.replaceAll(/\s+/g, '').replace(/[;,.]+$/, '');
}

/** A name on one line, without the quotes that some senders put around it twice. */
function tidyName(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  const bare = /^(['"])(.*)\1$/.exec(line);
  return (bare?.[2] ?? line).trim();
}

function* split(value: string, list: AddressList): Generator<Pieces> {
  let piece: Pieces = { phrase: '', angle: null, comments: [], quoted: false };
  let at = 0;
  while (at < value.length) {
    const sign = value[at] ?? '';
    if (sign === '"') {
      const end = closing(value, at + 1, '"');
      const inner = value.slice(at + 1, end).replaceAll(/\\(.)/g, '$1');
      // A quoted local part keeps its quotes, a quoted name does not.
      piece.phrase += value[end + 1] === '@' ? `"${inner}"` : inner;
      piece.quoted = true;
      at = end + 1;
    } else if (sign === '(') {
      const end = commentEnd(value, at);
      piece.comments.push(value.slice(at + 1, end).replaceAll(/\\(.)/g, '$1'));
      at = end + 1;
    } else if (sign === '<') {
      let end = value.indexOf('>', at);
      if (end === -1) end = value.length;
      const inner = value.slice(at + 1, end);
      if (piece.angle === null || inner.includes('@')) piece.angle = inner;
      at = end + 1;
      while (value[at] === '>') at += 1;
    } else if (sign === ',' || sign === ';') {
      yield piece;
      piece = { phrase: '', angle: null, comments: [], quoted: false };
      at += 1;
    } else if (sign === ':' && piece.angle === null && !piece.phrase.includes('@') && !/mailto$/i.test(piece.phrase)) {
      list.group = true;
      piece = { phrase: '', angle: null, comments: [], quoted: false };
      at += 1;
    } else {
      piece.phrase += sign;
      at += 1;
    }
  }
  yield piece;
}

function closing(value: string, start: number, sign: string): number {
  for (let at = start; at < value.length; at += 1) {
    if (value[at] === '\\') at += 1;
    else if (value[at] === sign) return at;
  }
  return value.length;
}

function commentEnd(value: string, start: number): number {
  let depth = 0;
  for (let at = start; at < value.length; at += 1) {
    const sign = value[at];
    if (sign === '\\') at += 1;
    else if (sign === '(') depth += 1;
    else if (sign === ')') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return value.length;
}
