import type { TextRange } from '../../shared/split-text.ts';
import { atomsOf } from './atoms.ts';
import { asPosted, weigh, weightOf } from './weight.ts';

/** What a post holds, weighted. */
export const POST_WEIGHT = 280;
/** What a post holds where the account's plan allows long ones. */
export const LONG_POST_WEIGHT = 25_000;
/** What a direct message holds, counted in UTF-16 units: never less than the characters X counts. */
export const DIRECT_MESSAGE_LENGTH = 10_000;

const SPACE = /\s/u;
/** After these a sentence has ended, at once in scripts that put no space there. */
const SENTENCE_END = /[。！？]|[.!?…]/u;
const ENDS_WITHOUT_SPACE = /[。！？]/u;
const words = new Intl.Segmenter('und', { granularity: 'word' });
/** How far around a cut the look for whole words of scripts without spaces goes, UTF-16 units. */
const WORD_WINDOW = 64;

/**
 * Cuts a text into posts that are read as one, each with its number ("… 1/3") where there are several. Cuts stand at the end of a
 * paragraph, else of a line, a sentence, a word, a grapheme; never in a link. White space around a cut is dropped, nothing else is.
 * @param maxWeight what one post holds, at least {@link POST_WEIGHT}
 * @returns nothing for a text without anything to see
 */
export function splitPost(text: string, maxWeight: number = POST_WEIGHT): string[] {
  const posted = asPosted(text).trim();
  if (posted === '') return [];
  if (weightOf(posted) <= maxWeight) return [posted];
  for (let digits = 1; ; digits += 1) {
    // Digits, slash and space count one each.
    const fits = (part: string): boolean => weightOf(part) + 2 * digits + 2 <= maxWeight;
    const weights = weightsUpTo(posted);
    const parts = cut(posted, { most: maxWeight - 2 * digits - 2, sizeUpTo: (at) => weights[at] ?? 0, fits });
    if (String(parts.length).length > digits) continue;
    return parts.map((part, index) => `${part} ${index + 1}/${parts.length}`);
  }
}

/** Cuts a text into direct messages of at most {@link DIRECT_MESSAGE_LENGTH}, as {@link splitPost} does; they carry no number. */
export function splitDirectMessage(text: string): string[] {
  const fits = (part: string): boolean => part.length <= DIRECT_MESSAGE_LENGTH;
  const whole = asPosted(text).trim();
  // Looking for seams costs, and nearly all fit.
  if (whole !== '' && fits(whole)) return [whole];
  return cut(whole, { most: DIRECT_MESSAGE_LENGTH, sizeUpTo: (at) => at, fits });
}

/** What the text counts up to each of its offsets. */
function weightsUpTo(text: string): Float64Array {
  const sums = new Float64Array(text.length + 1);
  let sum = 0;
  for (const { start, end, weight } of weigh(text)) {
    // Inside of a whole everything of it counts already: a cut there would be too late rather than too early.
    sum += weight;
    sums.fill(sum, start + 1, end + 1);
  }
  return sums;
}

interface Measure {
  most: number;
  /** Size of the text before an offset. */
  sizeUpTo(at: number): number;
  /** Whether a part fits as it stands alone: a cut may make a link of what was none. */
  fits(part: string): boolean;
}

function cut(text: string, measure: Measure): string[] {
  const ends = atomsOf(text).map(({ end }) => end);
  const parts: string[] = [];
  let start = 0;
  let next = 0;
  while (start < text.length) {
    const { end, from } = nextPart(text, start, { ends, next }, measure);
    const part = text.slice(start, end).trim();
    if (part !== '') parts.push(part);
    start = end;
    next = from;
    while (start < text.length && SPACE.test(text.charAt(start))) start += 1;
  }
  return parts;
}

/** Where the part that begins at `start` ends, and the first of `ends` behind it. */
function nextPart(
  text: string,
  start: number,
  { ends, next }: { ends: readonly number[]; next: number },
  measure: Measure,
): { end: number; from: number } {
  const base = measure.sizeUpTo(start);
  let first = next;
  while ((ends[first] ?? Infinity) <= start) first += 1;
  let last = first;
  while (last < ends.length && measure.sizeUpTo(ends[last] ?? 0) - base <= measure.most) last += 1;
  for (let count = last - first; count > 0; ) {
    const possible = ends.slice(first, first + count);
    const chosen =
      first + count >= ends.length ? count - 1 : bestCut(text, { start, end: possible.at(-1) ?? start }, possible);
    const end = possible[chosen] ?? start;
    if (measure.fits(text.slice(start, end).trim())) return { end, from: first + chosen + 1 };
    count = Math.min(chosen, count - 1);
  }
  return { end: forcedCut(text, start, ends[first] ?? text.length, measure), from: first };
}

/** The best of the possible cuts, by its index: those in the second half of the part, so that no tiny parts appear. */
function bestCut(text: string, { start, end }: TextRange, possible: readonly number[]): number {
  const floor = start + Math.ceil((end - start) / 2);
  let best = possible.length - 1;
  let bestRank = 0;
  for (let index = possible.length - 1; index >= 0; index -= 1) {
    const at = possible[index] ?? end;
    if (at < floor) break;
    const rank = rankOf(text, at);
    if (rank > bestRank) {
      best = index;
      bestRank = rank;
    }
  }
  return bestRank > 0 ? best : wordCut(text, possible, floor);
}

/** The last of the possible cuts that divides no word, for scripts that put no spaces between them; the last of all where none does. */
function wordCut(text: string, possible: readonly number[], floor: number): number {
  const end = possible.at(-1) ?? floor;
  const from = Math.max(0, end - WORD_WINDOW);
  const begins = Array.from(words.segment(text.slice(from, end + WORD_WINDOW)), ({ index }) => from + index);
  const whole = possible.findLastIndex((at) => at >= floor && at > from && begins.includes(at));
  return whole === -1 ? possible.length - 1 : whole;
}

/** How good a place is to cut before `at`: 4 a paragraph ends there, 3 a line, 2 a sentence, 1 a word, 0 none of these. */
function rankOf(text: string, at: number): number {
  const before = text.charAt(at - 1);
  const after = text.charAt(at);
  if (after === '\n') return /^\n[^\S\n]*\n/u.test(text.slice(at, at + 64)) ? 4 : 3;
  if (ENDS_WITHOUT_SPACE.test(before)) return 2;
  if (SPACE.test(after)) return SENTENCE_END.test(before) ? 2 : 1;
  return 0;
}

/** Within a grapheme that alone is too much (stacked marks): after as many whole characters as fit. */
function forcedCut(text: string, start: number, end: number, measure: Measure): number {
  let at = start;
  for (const character of text.slice(start, end)) {
    if (at > start && !measure.fits(text.slice(start, at + character.length))) break;
    at += character.length;
  }
  return at;
}
