import { hash } from 'node:crypto';
import { wordlist as czech } from '@scure/bip39/wordlists/czech.js';
import { wordlist as english } from '@scure/bip39/wordlists/english.js';
import { wordlist as french } from '@scure/bip39/wordlists/french.js';
import { wordlist as italian } from '@scure/bip39/wordlists/italian.js';
import { wordlist as japanese } from '@scure/bip39/wordlists/japanese.js';
import { wordlist as korean } from '@scure/bip39/wordlists/korean.js';
import { wordlist as portuguese } from '@scure/bip39/wordlists/portuguese.js';
import { wordlist as simplified } from '@scure/bip39/wordlists/simplified-chinese.js';
import { wordlist as spanish } from '@scure/bip39/wordlists/spanish.js';
import { wordlist as traditional } from '@scure/bip39/wordlists/traditional-chinese.js';

/** The word lists of BIP-39; a list's position is its bit in {@link ListedWord.lists}. */
export const WORD_LISTS: readonly (readonly string[])[] = [
  english,
  simplified,
  traditional,
  japanese,
  korean,
  spanish,
  french,
  italian,
  czech,
  portuguese,
];

/** Lengths a phrase may have (BIP-39), longest first. */
export const PHRASE_LENGTHS = [24, 21, 18, 15, 12] as const;

/** A word that stands in at least one list. */
export interface ListedWord {
  /** Bit mask of the lists that hold it. */
  lists: number;
  /** Its position in each of them, by position of the list. */
  positions: readonly (number | undefined)[];
}

/** Latin letters with accents (U+00C0 to U+017F) by what is left of them without; 0 where nothing is. */
const BASE_LETTERS = Uint16Array.from({ length: 0x180 }, (_, code) => {
  const base = String.fromCharCode(code).normalize('NFD').charCodeAt(0);
  return code >= 0xc0 && base < 0x80 ? base : 0;
});

function hasCombining(word: string): boolean {
  for (let at = 0; at < word.length; at += 1) {
    const code = word.charCodeAt(at);
    if (code >= 0x300 && (code <= 0x36f || (code >= 0x1100 && code <= 0x11ff) || code === 0x3099 || code === 0x309a)) {
      return true;
    }
  }
  return false;
}

/**
 * The form under which words are compared: small letters, Latin ones without accents (people leave them out), kana and
 * Hangul composed.
 */
export function wordKey(word: string): string {
  let plain = true;
  let small = true;
  for (let at = 0; at < word.length; at += 1) {
    const code = word.charCodeAt(at);
    if (code >= 0x80) plain = false;
    else if (code <= 0x5a) small = false;
  }
  if (plain) return small ? word : word.toLowerCase();
  const composed = hasCombining(word) ? word.normalize('NFC').replaceAll(/[\u0300-\u036f]/g, '') : word;
  let key = composed.toLowerCase();
  for (let at = 0; at < key.length; at += 1) {
    const code = key.charCodeAt(at);
    const base = code < 0x180 ? (BASE_LETTERS[code] ?? 0) : 0;
    if (base !== 0) key = key.slice(0, at) + String.fromCharCode(base) + key.slice(at + 1);
  }
  return key;
}

function collect(): ReadonlyMap<string, ListedWord> {
  const words = new Map<string, { lists: number; positions: (number | undefined)[] }>();
  for (const [list, entries] of WORD_LISTS.entries()) {
    for (const [position, entry] of entries.entries()) {
      const key = wordKey(entry);
      const word = words.get(key) ?? { lists: 0, positions: [] };
      word.lists |= 1 << list;
      word.positions[list] ??= position;
      words.set(key, word);
    }
  }
  return words;
}

/** Every word of every list by {@link wordKey}. */
export const LISTED_WORDS = collect();

/** Whether these positions in a list, 12 to 24 of them, end in the checksum that BIP-39 puts there. */
export function phraseChecksumHolds(positions: readonly number[]): boolean {
  const checksumBits = positions.length / 3;
  const bytes = Buffer.alloc(Math.ceil((positions.length * 11) / 8));
  for (const [index, position] of positions.entries()) {
    for (let bit = 0; bit < 11; bit += 1) {
      if ((position & (1 << (10 - bit))) === 0) continue;
      const at = index * 11 + bit;
      bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (0x80 >> (at & 7));
    }
  }
  const entropyBytes = (positions.length * 11 - checksumBits) / 8;
  const wanted = (bytes[entropyBytes] ?? 0) >> (8 - checksumBits);
  const digest = hash('sha256', bytes.subarray(0, entropyBytes), 'buffer');
  return (digest[0] ?? 0) >> (8 - checksumBits) === wanted;
}
