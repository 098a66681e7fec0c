import { decodeBytes, normaliseLabel } from './charset.ts';

/** Also words that hold a bare question mark, and a last one that was cut off. */
const WORD = /=\?([^?\s]{1,80})\?([bBqQ])\?([^?]*|(?:[^?]|\?(?!=)){0,500}?)(?:\?=|\??$)/g;

interface Word {
  charset: string;
  base64: boolean;
  text: string;
  start: number;
  end: number;
}

/**
 * A header value (bytes as Latin-1) as text: RFC 2047 words and raw 8-bit. Neighbours in one charset are joined as bytes before they
 * are decoded, since senders cut words in the middle of a character.
 * @param hint charset of the body, for raw bytes without a label
 */
export function decodeWords(value: string, hint: string | null = null): string {
  if (!value.includes('=?')) return rawText(value, hint);
  const words: Word[] = [];
  for (const match of value.matchAll(WORD)) {
    const [whole, charset = '', encoding = '', text = ''] = match;
    words.push({
      charset: normaliseLabel(charset),
      base64: encoding === 'b' || encoding === 'B',
      text,
      start: match.index,
      end: match.index + whole.length,
    });
  }
  let result = '';
  let at = 0;
  let index = 0;
  while (index < words.length) {
    const first = words[index];
    if (first === undefined) break;
    const between = value.slice(at, first.start);
    // White space between two words is part of neither.
    if (at === 0 || between.trim() !== '') result += rawText(between, hint);
    const run = [first];
    for (let next = words[index + 1]; next !== undefined; next = words[index + run.length]) {
      const last = run[run.length - 1] ?? first;
      if (next.charset !== first.charset || value.slice(last.end, next.start).trim() !== '') break;
      run.push(next);
    }
    result += decodeBytes(runBytes(run), first.charset, hint).text;
    at = (run[run.length - 1] ?? first).end;
    index += run.length;
  }
  return result + rawText(value.slice(at), hint);
}

/** Raw header bytes as text. */
export function rawText(value: string, hint: string | null = null): string {
  // oxlint-disable-next-line no-control-regex -- "only ASCII, no escape" is what it says
  if (!/[^\u0000-\u001a\u001c-\u007f]/.test(value)) return value;
  return decodeBytes(Buffer.from(value, 'latin1'), null, hint).text;
}

function runBytes(run: readonly Word[]): Buffer {
  const pieces: Buffer[] = [];
  let pending = '';
  for (const word of run) {
    if (!word.base64) {
      pieces.push(qBytes(word.text));
      continue;
    }
    // A quantum cut in two goes on in the next word.
    const text = pending + word.text.replaceAll(/\s+/g, '');
    const cut = word !== run[run.length - 1] && !text.endsWith('=') ? text.length - (text.length % 4) : text.length;
    pieces.push(Buffer.from(text.slice(0, cut), 'base64'));
    pending = text.slice(cut);
  }
  return Buffer.concat(pieces);
}

function qBytes(text: string): Buffer {
  const plain = text
    .replaceAll('_', ' ')
    .replaceAll(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(plain, 'latin1');
}
