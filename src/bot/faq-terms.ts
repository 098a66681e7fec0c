/**
 * Texts as sets of comparable terms, for six languages without dictionaries:
 * - Latin and Cyrillic words lose accents and endings (the first six or five letters decide);
 * - Hangul words stand for all their beginnings, since particles follow the stem;
 * - ideographs and kana stand as pairs of neighbours. A word segmenter would cut the same phrase differently in a keyword
 *   and in a sentence; pairs never do, and cost a tenth.
 */

const WORD =
  /[\p{Script=Latin}\p{N}]+|\p{Script=Cyrillic}+|\p{Script=Hangul}+|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]+/gu;

/** How much of a message is read; a question stands in its first lines. */
const LONGEST = 2_000;

const LATIN_STEM = 6;
const CYRILLIC_STEM = 5;

type Use = 'message' | 'keyword';

function addWord(terms: Set<string>, word: string, use: Use): void {
  const code = word.charCodeAt(0);
  if (code < 0x250) {
    const plural = word.length > 3 && word.length <= LATIN_STEM && word.endsWith('s') ? word.slice(0, -1) : word;
    terms.add(plural.slice(0, LATIN_STEM));
  } else if (code < 0x530) {
    terms.add(word.slice(0, CYRILLIC_STEM));
  } else if (code >= 0xac00 && code <= 0xd7a3) {
    if (use === 'keyword') terms.add(word);
    else for (let end = 1; end <= word.length; end += 1) terms.add(word.slice(0, end));
  } else if (word.length === 1) {
    terms.add(word);
  } else {
    for (let at = 0; at + 2 <= word.length; at += 1) terms.add(word.slice(at, at + 2));
  }
}

/** The terms of a text. A keyword fits a message when the message has all terms of the keyword. */
export function termsOf(text: string, use: Use): Set<string> {
  const terms = new Set<string>();
  const plain = text.slice(0, LONGEST).normalize('NFKC').toLowerCase();
  for (const [word] of plain.matchAll(WORD)) {
    const first = word.charCodeAt(0);
    addWord(terms, first < 0x530 ? word.normalize('NFD').replaceAll(/[\u0300-\u036f]/g, '') : word, use);
  }
  return terms;
}
