import { type Budget, type Span, spend } from './finding.ts';
import {
  LISTED_WORDS,
  type ListedWord,
  PHRASE_LENGTHS,
  phraseChecksumHolds,
  WORD_LISTS,
  wordKey,
} from './word-lists.ts';

/** Fewest words a phrase has. */
const SHORTEST = 12;

/** From this many listed words in a row on, nothing is checked: no prose has that, but several phrases might. */
const LONGEST_CHECKED = 72;

/** Signs, numbering and spaces between two words of one phrase; more is another matter. */
const LONGEST_GAP = 40;

/** Longest word of any list, in UTF-16 units of the composed form. */
const LONGEST_WORD = 12;

/** English list words that hold ordinary sentences together; a generated phrase has one of them in fifty. */
const SENTENCE_WORDS = new Set(
  (
    'about again all also any around because before between can come could day find first from get give good have help how into just ' +
    'know like make more must need never now off once one only other over own people say send she since some still such ' +
    'tell than thank that their then there these they thing this time tell try two under until use very want way what when ' +
    'where will wait work would year you your'
  ).split(' '),
);

/** Says in so many words that a phrase is near; only then are Chinese characters without spaces read as one. */
const PHRASE_CONTEXT = /助记词|助記詞|恢复词|恢復詞|种子|種子|seed|mnemonic/i;

/** Shortest listed word that begins with a character: three letters, one ideograph, two syllables of Hangul. */
function shortestWord(code: number): number {
  return code < 0x80 ? 3 : 1;
}

interface Token {
  start: number;
  end: number;
  word: ListedWord;
  key: string;
}

const OTHER = 0;
const LETTER = 1;
const HAN = 2;

/** Letters of the lists' scripts; anything of another script counts as a letter too, so that it ends a run. */
function kindOf(code: number): number {
  if (code < 0x80) return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) ? LETTER : OTHER;
  if (code < 0xc0) return OTHER;
  if (code === 0xd7 || code === 0xf7) return OTHER;
  if (code < 0x2000) return LETTER;
  if (code >= 0x4e00 && code <= 0x9fff) return HAN;
  if (code >= 0x3041 && code <= 0x30ff) return code === 0x30fb ? OTHER : LETTER;
  if (code >= 0xac00 && code <= 0xd7a3) return LETTER;
  return OTHER;
}

/** End of an HTML tag that begins here, or -1; tags stand between the words of a phrase copied from a page. */
function endOfTag(text: string, start: number): number {
  const next = text.charCodeAt(start + 1);
  if (next !== 0x2f && kindOf(next) !== LETTER) return -1;
  for (let at = start + 1; at < text.length && at < start + 200; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x3e) return at + 1;
    if (code === 0x3c) return -1;
  }
  return -1;
}

/** Share of words that hold sentences together: 0 to 1. A generated phrase has about 0.04. */
function sentenceShare(tokens: readonly Token[]): number {
  let count = 0;
  for (const token of tokens) if (SENTENCE_WORDS.has(token.key)) count += 1;
  return count / tokens.length;
}

function holdsPhrase(tokens: readonly Token[], list: number, budget: Budget): boolean {
  const positions = tokens.map((token) => token.word.positions[list] ?? 0);
  for (const length of PHRASE_LENGTHS) {
    for (let start = 0; start + length <= positions.length; start += 1) {
      if (!spend(budget, 'checksums')) return true;
      if (phraseChecksumHolds(positions.slice(start, start + length))) return true;
    }
  }
  return false;
}

function isWholePhrase(tokens: readonly Token[], list: number, budget: Budget): boolean {
  if (!PHRASE_LENGTHS.some((length) => length === tokens.length) || !spend(budget, 'checksums')) return false;
  return phraseChecksumHolds(tokens.map((token) => token.word.positions[list] ?? 0));
}

/** Judges one run of words that all stand in one list. */
function judge(tokens: readonly Token[], list: number, budget: Budget): Span | null {
  const first = tokens[0];
  const last = tokens.at(-1);
  if (first === undefined || last === undefined || tokens.length < SHORTEST) return null;
  const span = { rule: 'seed-phrase', start: first.start, end: last.end } as const;
  if (tokens.length > LONGEST_CHECKED) return { ...span, certain: true };
  // A run that is exactly one phrase and passes its checksum is one, however much it sounds like a sentence.
  if (isWholePhrase(tokens, list, budget)) return { ...span, certain: true };
  const share = list === 0 ? sentenceShare(tokens) : 0;
  // One window in sixteen has a true checksum by chance, so plain prose is not even looked at.
  if (share >= 0.4) return null;
  const sentence = share >= 0.2;
  if (holdsPhrase(tokens, list, budget)) return { ...span, certain: !sentence };
  return sentence ? null : { ...span, certain: false };
}

/** Chinese characters in one piece, without spaces between them. */
function joinedHan(text: string, start: number, end: number, budget: Budget): Span | null {
  const length = end - start;
  if (!PHRASE_LENGTHS.some((known) => known === length)) return null;
  for (const list of [1, 2]) {
    const positions: number[] = [];
    for (const character of text.slice(start, end)) {
      const position = LISTED_WORDS.get(character)?.positions[list];
      if (position === undefined) break;
      positions.push(position);
    }
    if (positions.length !== length) continue;
    if (!spend(budget, 'checksums') || phraseChecksumHolds(positions)) {
      return { rule: 'seed-phrase', certain: true, start, end };
    }
  }
  return null;
}

/**
 * Recovery phrases of BIP-39 in any of its lists: on one line or many, numbered, with commas, in any case. A run of
 * twelve or more listed words is a finding; a true checksum inside makes it certain. Costs one look per word.
 */
export function findSeedPhrases(text: string, budget: Budget): Span[] {
  const spans: Span[] = [];
  const tokens: Token[] = [];
  const runStart = WORD_LISTS.map(() => 0);
  let active = 0;
  let lastEnd = 0;
  let context: boolean | undefined;

  const close = (ended: number): void => {
    for (let list = 0; list < WORD_LISTS.length; list += 1) {
      if ((ended & (1 << list)) === 0) continue;
      const from = runStart[list] ?? 0;
      if (tokens.length - from < SHORTEST) continue;
      const span = judge(tokens.slice(from), list, budget);
      if (span !== null) spans.push(span);
    }
    active &= ~ended;
    if (active === 0) tokens.length = 0;
  };

  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    const kind = kindOf(code);
    if (kind === OTHER) {
      const tagEnd = code === 0x3c ? endOfTag(text, at) : -1;
      if (tagEnd > 0) {
        if (active !== 0) lastEnd += tagEnd - at;
        at = tagEnd;
      } else if (code === 0x26 && text.startsWith('nbsp;', at + 1)) {
        at += 6;
      } else {
        at += 1;
      }
      continue;
    }
    const start = at;
    while (at < text.length && kindOf(text.charCodeAt(at)) === kind) at += 1;
    if (active !== 0 && start - lastEnd > LONGEST_GAP) close(active);
    lastEnd = at;
    const key = at - start > LONGEST_WORD * 2 || at - start < shortestWord(code) ? '' : wordKey(text.slice(start, at));
    const word = key === '' ? undefined : LISTED_WORDS.get(key);
    if (word === undefined) {
      if (active !== 0) close(active);
      if (kind === HAN && at - start >= SHORTEST && at - start <= 24) {
        context ??= PHRASE_CONTEXT.test(text);
        const span = context ? joinedHan(text, start, at, budget) : null;
        if (span !== null) spans.push(span);
      }
      continue;
    }
    const ended = active & ~word.lists;
    if (ended !== 0) close(ended);
    for (let begun = word.lists & ~active, list = 0; begun !== 0; begun >>= 1, list += 1) {
      if ((begun & 1) !== 0) runStart[list] = tokens.length;
    }
    active |= word.lists;
    tokens.push({ start, end: at, word, key });
  }
  close(active);
  return spans;
}
