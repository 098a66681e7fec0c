/** A stretch of text, in UTF-16 units; `end` is exclusive. */
export interface TextRange {
  start: number;
  end: number;
}

export interface SplitOptions {
  /** Longest part, in UTF-16 units; at least 2. */
  maxLength: number;
  /** Offsets at which a block (paragraph, list item, quote) ends, ascending; preferred places to cut. */
  blockEnds?: readonly number[];
  /** Last end a part beginning at `start` may have for other reasons; must be greater than `start`. */
  latestEnd?: (start: number) => number;
}

const SPACE = /\s/u;
/** Ends of sentences: followed by white space, or in scripts that put none there. */
const SENTENCE_END = /[.!?…](?=\s)|[。！？]/gu;
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** How far before a cut the look for a whole grapheme begins; family emoji and flags are far shorter. */
const GRAPHEME_WINDOW = 128;

/**
 * Cuts text into parts of at most `maxLength`: at the end of a block, else of a line, a sentence, a word, a grapheme.
 * White space around a cut is dropped, nothing else is. A boundary counts only in the second half of a part, so that no
 * tiny parts appear. A surrogate pair is never cut.
 */
export function splitText(text: string, options: SplitOptions): TextRange[] {
  const ranges: TextRange[] = [];
  const last = trimEnd(text, 0, text.length);
  let start = trimStart(text, 0, last);
  while (start < last) {
    const limit = Math.min(start + options.maxLength, options.latestEnd?.(start) ?? last, last);
    const cut = limit >= last ? last : findCut(text, start, limit, options.blockEnds ?? []);
    const end = trimEnd(text, start, cut);
    if (end > start) ranges.push({ start, end });
    start = trimStart(text, cut, last);
  }
  return ranges;
}

function findCut(text: string, start: number, limit: number, blockEnds: readonly number[]): number {
  const floor = start + Math.ceil((limit - start) / 2);
  const block = blockEnds.findLast((end) => end >= floor && end <= limit);
  if (block !== undefined) return block;
  const blankLine = text.lastIndexOf('\n\n', limit);
  if (blankLine >= floor) return blankLine;
  const line = text.lastIndexOf('\n', limit);
  if (line >= floor) return line;
  const sentence = lastSentenceEnd(text, floor, limit);
  if (sentence !== null) return sentence;
  for (let at = limit; at >= floor; at -= 1) if (SPACE.test(text.charAt(at))) return at;
  return graphemeCut(text, start, limit);
}

function lastSentenceEnd(text: string, floor: number, limit: number): number | null {
  let found: number | null = null;
  // One more unit, so that the white space after the last possible end is seen.
  for (const match of text.slice(floor, limit + 1).matchAll(SENTENCE_END)) {
    const end = floor + match.index + 1;
    if (end <= limit) found = end;
  }
  return found;
}

function graphemeCut(text: string, start: number, limit: number): number {
  const from = wholeCharacter(text, Math.max(start, limit - GRAPHEME_WINDOW));
  const segment = graphemes.segment(text.slice(from, limit + GRAPHEME_WINDOW)).containing(limit - from);
  const cut = segment === undefined ? limit : from + segment.index;
  if (cut > start && cut > from) return cut;
  // One grapheme fills the whole window (stacked marks): cut it, but never inside a surrogate pair.
  const whole = wholeCharacter(text, limit);
  return whole > start ? whole : limit;
}

/** The offset itself, or the one before when it lies inside a surrogate pair. */
export function wholeCharacter(text: string, at: number): number {
  const code = text.charCodeAt(at);
  const before = text.charCodeAt(at - 1);
  return code >= 0xdc00 && code <= 0xdfff && before >= 0xd800 && before <= 0xdbff ? at - 1 : at;
}

function trimStart(text: string, from: number, to: number): number {
  let at = from;
  while (at < to && SPACE.test(text.charAt(at))) at += 1;
  return at;
}

function trimEnd(text: string, from: number, to: number): number {
  let at = to;
  while (at > from && SPACE.test(text.charAt(at - 1))) at -= 1;
  return at;
}
