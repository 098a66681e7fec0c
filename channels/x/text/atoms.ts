import type { TextRange } from '../../shared/split-text.ts';
import { urlsIn } from './urls.ts';

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** How much is segmented at once, UTF-16 units: the time a segmenter takes grows with more than the length of a text. */
const WINDOW = 512;

/** What of a text must stay whole, in order and without gaps: graphemes, and links with whatever clings to their ends. */
export function atomsOf(text: string): TextRange[] {
  const urls = urlsIn(text);
  const atoms: TextRange[] = [];
  let url = 0;
  for (const { start, end } of graphemesOf(text)) {
    while ((urls[url]?.end ?? Infinity) <= start) url += 1;
    const last = atoms.at(-1);
    const current = urls[url];
    // It begins within a link, so it belongs to where the link began.
    if (last !== undefined && current !== undefined && current.start < start) last.end = end;
    else atoms.push({ start, end });
  }
  return atoms;
}

/** The graphemes of a text, a window at a time: the last one of a window may go on, so the next window begins with it. */
function* graphemesOf(text: string): Generator<TextRange> {
  let start = 0;
  let size = WINDOW;
  while (start < text.length) {
    const window = text.slice(start, start + size);
    const found = Array.from(segmenter.segment(window), ({ index }) => index);
    const isLast = start + size >= text.length;
    const whole = isLast ? found.length : found.length - 1;
    for (let index = 0; index < whole; index += 1) {
      yield { start: start + (found[index] ?? 0), end: start + (found[index + 1] ?? window.length) };
    }
    if (isLast) return;
    const next = found[whole] ?? 0;
    // One grapheme may fill a window (stacked marks).
    size = next === 0 ? size * 2 : WINDOW;
    start += next;
  }
}
