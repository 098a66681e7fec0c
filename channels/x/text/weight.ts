import { emojiSequencesIn } from './emoji.ts';
import { urlsIn } from './urls.ts';

/** What one link counts, whatever its length: X shortens all of them. */
export const URL_WEIGHT = 23;
/** What everything counts that is not in {@link LIGHT}, and what an emoji counts. */
const HEAVY = 2;
/** Ranges of UTF-16 units that count one, both ends included (twitter-text, config v3). */
const LIGHT: readonly (readonly [number, number])[] = [
  [0, 4_351],
  [8_192, 8_205],
  [8_208, 8_223],
  [8_242, 8_247],
];

/** A stretch of text that counts as a whole; UTF-16 offsets, `end` exclusive. */
export interface Weighed {
  start: number;
  end: number;
  weight: number;
  isUrl: boolean;
}

/** A text as X stores it and counts it: NFC, without the characters it refuses, which nobody can see. */
export function asPosted(text: string): string {
  return text.replaceAll(/[\uFFFE\uFEFF\uFFFF]/gu, '').normalize('NFC');
}

/** What a text consists of to X's count, in order and without gaps. The text is in NFC. */
export function weigh(text: string): Weighed[] {
  const wholes = new Map<number, Weighed>();
  for (const { start, end } of emojiSequencesIn(text)) wholes.set(start, { start, end, weight: HEAVY, isUrl: false });
  for (const { start, end } of urlsIn(text)) wholes.set(start, { start, end, weight: URL_WEIGHT, isUrl: true });
  const weighed: Weighed[] = [];
  for (let at = 0; at < text.length; ) {
    const next = wholes.get(at) ?? characterAt(text, at);
    weighed.push(next);
    at = next.end;
  }
  return weighed;
}

function characterAt(text: string, start: number): Weighed {
  const isPair = (text.codePointAt(start) ?? 0) > 0xffff;
  const unit = text.charCodeAt(start);
  const isLight = LIGHT.some(([first, last]) => unit >= first && unit <= last);
  return { start, end: start + (isPair ? 2 : 1), weight: isLight ? 1 : HEAVY, isUrl: false };
}

/** What a text counts at X; a post holds 280 of it, a long one 25,000. */
export function weightOf(text: string): number {
  return weigh(asPosted(text)).reduce((sum, { weight }) => sum + weight, 0);
}
