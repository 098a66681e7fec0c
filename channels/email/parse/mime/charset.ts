import { isAscii, isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { guessCharset } from './charset-guess.ts';
import { decodeHz, decodeIso2022Kr, decodeUtf7 } from './charset-seven-bit.ts';

/** Labels that the WHATWG table lacks or reads more narrowly than senders mean them. */
const ALIASES: Readonly<Record<string, string>> = {
  gb2312: 'gb18030',
  gbk: 'gb18030',
  'gb_2312-80': 'gb18030',
  'x-gbk': 'gb18030',
  cp936: 'gb18030',
  ms936: 'gb18030',
  'windows-936': 'gb18030',
  'gb18030-2000': 'gb18030',
  'euc-cn': 'gb18030',
  cp950: 'big5',
  ms950: 'big5',
  'windows-950': 'big5',
  'big-5': 'big5',
  cp932: 'shift_jis',
  ms932: 'shift_jis',
  'windows-932': 'shift_jis',
  sjis: 'shift_jis',
  cp949: 'euc-kr',
  ms949: 'euc-kr',
  uhc: 'euc-kr',
  ks_c_5601: 'euc-kr',
  ksc5601: 'euc-kr',
  'ks_c_5601-1987': 'euc-kr',
  'iso-2022-jp-1': 'iso-2022-jp',
  'iso-2022-jp-2': 'iso-2022-jp',
  'iso-2022-jp-3': 'iso-2022-jp',
  'iso-2022-jp-ms': 'iso-2022-jp',
  cp50220: 'iso-2022-jp',
  cp50221: 'iso-2022-jp',
  utf: 'utf-8',
  'utf-8-mac': 'utf-8',
  utf8mb4: 'utf-8',
  cp65001: 'utf-8',
  koi8: 'koi8-r',
  'cp-866': 'ibm866',
  'windows-28591': 'windows-1252',
  ansi: 'windows-1252',
  'latin-1': 'windows-1252',
  'iso8859-1': 'windows-1252',
  mac: 'macintosh',
  'x-mac-roman': 'macintosh',
  'tis-620': 'windows-874',
};

/** Labels that say nothing. */
const EMPTY_LABELS = new Set([
  '',
  'us-ascii',
  'ascii',
  'unknown-8bit',
  'x-unknown',
  'unknown',
  '8bit',
  '7bit',
  'default',
  'binary',
  'x-user-defined',
  'charset',
  'none',
  'ansi_x3.4-1968',
  'ansi_x3.110-1983',
]);

/** What windows-1252 holds at 0x80 to 0x9f. */
export const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ';

const decoders = new Map<string, TextDecoder | null>();

/** What bytes came to. `mismatch`: the label was wrong. */
export interface DecodedText {
  text: string;
  mismatch: boolean;
}

/** A decoder for a sender's label; null when the label is unknown. */
export function decoderFor(label: string): TextDecoder | null {
  const known = decoders.get(label);
  if (known !== undefined) return known;
  let decoder: TextDecoder | null = null;
  try {
    decoder = new TextDecoder(label);
  } catch {
    // An unknown label: the caller guesses.
  }
  // Labels come from strangers: the table must not grow with them.
  if (decoders.size < 200) decoders.set(label, decoder);
  return decoder;
}

/** A label as the decoders know it; empty when it says nothing. */
export function normaliseLabel(label: string | null | undefined): string {
  if (label === null || label === undefined) return '';
  const plain = label
    .slice(0, 60)
    .toLowerCase()
    .replaceAll(/[\s"'<>;]+/g, '')
    .replace(/\*.*$/, '')
    .replace(/^charset=/, '')
    .replace(/^3d/, '')
    .replace(/\$esc$/, '')
    .replace(/^_/, '')
    .replace(/^(?:cp|x-cp|win|windows)-?(125\d|874)$/, 'windows-$1')
    .replace(/^iso[-_]?8859[-_](\d+)(?:[-_:].*)?$/, 'iso-8859-$1')
    .replace(/^utf[-_ ]?(\d+)/, 'utf-$1');
  if (EMPTY_LABELS.has(plain)) return '';
  return ALIASES[plain] ?? plain;
}

/**
 * Bytes of a stranger as text. Senders' labels are wrong often enough that the bytes come first: a byte-order mark, then escape
 * sequences, then "valid as UTF-8 and not ASCII", then the label, then `hint` (a meta tag, the charset of other parts), then a guess.
 */
export function decodeBytes(bytes: Uint8Array, label: string | null, hint: string | null = null): DecodedText {
  const named = normaliseLabel(label);
  const byMark = fromMark(bytes);
  if (byMark !== null) return { text: byMark, mismatch: false };
  const wide = fromWide(bytes, named);
  if (wide !== null) return { text: wide, mismatch: false };
  if (isAscii(bytes)) return { text: fromAscii(bytes, named), mismatch: false };
  if (isUtf8(bytes)) return { text: utf8(bytes), mismatch: named !== '' && named !== 'utf-8' };
  if (named === 'utf-8') return fromBrokenUtf8(bytes, hint);
  const decoder = named === '' ? null : decoderFor(named);
  if (decoder !== null && !named.startsWith('utf-') && !named.startsWith('iso-2022')) {
    const text = decodeWith(decoder, bytes);
    // A multi-byte label that fits badly is a wrong one; a few bad bytes are an accident.
    if (replaced(text) <= 1 + text.length / 50) return { text, mismatch: false };
    const other = guessCharset(bytes);
    const better = decodeAs(bytes, other);
    return replaced(better) < replaced(text) ? { text: better, mismatch: true } : { text, mismatch: false };
  }
  if (named === 'iso-2022-kr') return { text: decodeIso2022Kr(bytes), mismatch: false };
  if (decoder !== null && named.startsWith('iso-2022')) {
    const text = decoder.decode(bytes);
    if (replaced(text) <= 1 + text.length / 50) return { text, mismatch: false };
  }
  const hinted = normaliseLabel(hint);
  if (hinted !== '' && hinted !== 'utf-8') {
    const text = decodeAs(bytes, hinted);
    if (decoderFor(hinted) !== null && replaced(text) === 0) return { text, mismatch: named !== '' };
  }
  return { text: decodeAs(bytes, guessCharset(bytes)), mismatch: named !== '' };
}

function decodeAs(bytes: Uint8Array, charset: string): string {
  return decodeWith(decoderFor(charset) ?? new TextDecoder('windows-1252'), bytes);
}

/** Node 20 reads windows-1252 as ISO-8859-1, which has no letters at 0x80 to 0x9f. */
function decodeWith(decoder: TextDecoder, bytes: Uint8Array): string {
  if (decoder.encoding !== 'windows-1252') return decoder.decode(bytes);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  // oxlint-disable-next-line no-control-regex -- C1 controls are what it is about
  return text.replaceAll(/[\u0080-\u009F]/g, (control) => WINDOWS_1252[control.charCodeAt(0) - 0x80] ?? control);
}

function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

function fromMark(bytes: Uint8Array): string | null {
  if (bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
    return new TextDecoder().decode(bytes);
  if (bytes.length < 2 || bytes.length % 2 !== 0) return null;
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return null;
}

/** UTF-16 and UTF-32 without a mark, where the label says so and the bytes look like it. */
function fromWide(bytes: Uint8Array, named: string): string | null {
  if (!/^(?:utf-?16|utf-?32|ucs-?[24]|unicode$)/.test(named) || bytes.length < 2) return null;
  if (/32|4/.test(named.replace('16', ''))) return fromUtf32(bytes, !named.endsWith('le'));
  let evenZero = 0;
  let oddZero = 0;
  const end = Math.min(bytes.length, 4_096);
  for (let at = 0; at < end; at += 1) {
    if (bytes[at] !== 0) continue;
    if (at % 2 === 0) evenZero += 1;
    else oddZero += 1;
  }
  if (evenZero === 0 && oddZero === 0 && isUtf8(bytes)) return null;
  const little = evenZero === oddZero ? named.endsWith('le') : oddZero > evenZero;
  return new TextDecoder(little ? 'utf-16le' : 'utf-16be').decode(bytes);
}

function fromUtf32(bytes: Uint8Array, big: boolean): string | null {
  if (bytes.length % 4 !== 0) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = '';
  for (let at = 0; at < bytes.length; at += 4) {
    const point = view.getUint32(at, !big);
    if (point > 0x10_ffff) return null;
    text += String.fromCodePoint(point);
  }
  return text;
}

/** Bytes below 0x80 may still hold another alphabet behind escape sequences. */
function fromAscii(bytes: Uint8Array, named: string): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  if (named === 'utf-7' || named === 'unicode-1-1-utf-7') return decodeUtf7(text);
  if (named === 'hz-gb-2312' || named === 'hz') return decodeHz(text);
  if (text.includes('\u001b$)C') || named === 'iso-2022-kr') return decodeIso2022Kr(bytes);
  if (text.includes('\u001b$') || text.includes('\u001b(')) return decodeAs(bytes, 'iso-2022-jp');
  return text;
}

/** Labelled UTF-8 and not valid: cut or damaged UTF-8, or another alphabet altogether. */
function fromBrokenUtf8(bytes: Uint8Array, hint: string | null): DecodedText {
  const text = new TextDecoder().decode(bytes);
  const bad = replaced(text);
  let good = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit > 0x7f && unit !== 0xfffd) good += 1;
  }
  if (good >= bad) return { text, mismatch: false };
  return { text: decodeBytes(bytes, '', hint).text, mismatch: true };
}

function replaced(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\uFFFD'); at !== -1; at = text.indexOf('\uFFFD', at + 1)) count += 1;
  return count;
}
