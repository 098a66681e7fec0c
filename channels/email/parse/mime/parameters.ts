import { decodeBytes } from './charset.ts';
import { decodeWords } from './encoded-words.ts';

/** `Content-Type: value; name=…`: the value in lower case, parameters by lower-case name, decoded. */
export interface ParameterisedField {
  value: string;
  parameters: Map<string, string>;
}

interface Piece {
  order: number;
  extended: boolean;
  text: string;
}

const MAX_PARAMETERS = 200;

/**
 * RFC 2045 parameters with the continuations and charsets of RFC 2231, and what senders do instead: encoded words in quotes, raw
 * 8-bit, values with blanks and no quotes.
 */
export function parseParameters(field: string, hint: string | null = null): ParameterisedField {
  const end = field.indexOf(';');
  const value = (end === -1 ? field : field.slice(0, end)).trim().toLowerCase();
  const parameters = new Map<string, string>();
  const pieces = new Map<string, Piece[]>();
  if (end !== -1) {
    for (const [name, text] of rawParameters(field.slice(end + 1))) {
      const match = /^([^*]+)\*(?:(\d{1,4})(\*?))?$/.exec(name);
      if (match === null) {
        if (!parameters.has(name)) parameters.set(name, decodeWords(text, hint));
        continue;
      }
      const [, base = '', order, star] = match;
      const list = pieces.get(base) ?? [];
      list.push({
        order: order === undefined ? -1 : Number(order),
        extended: order === undefined || star === '*',
        text,
      });
      pieces.set(base, list);
    }
  }
  for (const [name, list] of pieces) parameters.set(name, joinPieces(list, hint));
  return { value, parameters };
}

function* rawParameters(text: string): Generator<[string, string]> {
  let at = 0;
  for (let count = 0; at < text.length && count < MAX_PARAMETERS; count += 1) {
    while (at < text.length && /[\s;]/.test(text[at] ?? '')) at += 1;
    const equals = text.indexOf('=', at);
    if (equals === -1) return;
    const semicolon = text.indexOf(';', at);
    if (semicolon !== -1 && semicolon < equals) {
      at = semicolon + 1;
      continue;
    }
    const name = text.slice(at, equals).trim().toLowerCase();
    at = equals + 1;
    while (at < text.length && /\s/.test(text[at] ?? '')) at += 1;
    if (text[at] === '"') {
      const quoted = readQuoted(text, at + 1);
      at = quoted.end;
      yield [name, quoted.text];
      const next = text.indexOf(';', at);
      at = next === -1 ? text.length : next + 1;
    } else {
      let stop = text.indexOf(';', at);
      if (stop === -1) stop = text.length;
      yield [name, text.slice(at, stop).trim()];
      at = stop + 1;
    }
  }
}

function readQuoted(text: string, start: number): { text: string; end: number } {
  let result = '';
  let at = start;
  while (at < text.length) {
    const sign = text[at] ?? '';
    if (sign === '"') return { text: result, end: at + 1 };
    if (sign === '\\' && /["\\]/.test(text[at + 1] ?? '')) {
      result += text[at + 1];
      at += 2;
      continue;
    }
    result += sign;
    at += 1;
  }
  return { text: result, end: at };
}

function joinPieces(list: readonly Piece[], hint: string | null): string {
  const sorted = list.toSorted((a, b) => a.order - b.order);
  const first = sorted[0];
  if (first === undefined) return '';
  let charset: string | null = null;
  const bytes: Buffer[] = [];
  for (const piece of sorted) {
    let { text } = piece;
    if (piece === first && piece.extended) {
      const mark = /^([^']{0,60})'[^']{0,30}'/.exec(text);
      if (mark !== null) {
        charset = mark[1] ?? null;
        text = text.slice(mark[0].length);
      }
    }
    bytes.push(piece.extended ? percentBytes(text) : Buffer.from(text, 'latin1'));
  }
  const joined = Buffer.concat(bytes);
  const plain = joined.toString('latin1');
  return charset === null && plain.includes('=?') ? decodeWords(plain, hint) : decodeBytes(joined, charset, hint).text;
}

function percentBytes(text: string): Buffer {
  const plain = text.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(plain, 'latin1');
}
