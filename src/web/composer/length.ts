import type { ChannelAbilities } from '../channels/abilities.ts';

const LINK = /https?:\/\/\S+/gu;
/** What a link counts, however long it is. */
const LINK_WEIGHT = 23;
/** Letters that count once (docs.x.com, "Counting characters"); everything else, and each emoji as a whole, counts twice. */
const LIGHT = /^[^\u1100-\u1fff\u200e\u200f\u2020-\u2031\u2038-\u{10ffff}]+$/u;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** How long a text is as a channel counts; weighted counting is near enough, for the server counts again. */
export function lengthIn(unit: ChannelAbilities['text']['unit'], text: string): number {
  if (unit === 'utf16') return text.length;
  if (unit === 'codepoint') return Array.from(text).length;
  const links = text.match(LINK)?.length ?? 0;
  let weight = links * LINK_WEIGHT;
  for (const { segment } of graphemes.segment(text.replaceAll(LINK, ''))) {
    weight += LIGHT.test(segment) ? Array.from(segment).length : 2;
  }
  return weight;
}

/** The longest reply the server takes. */
const LONGEST_REPLY = 20_000;

/** What the composer says about the length of a text: nothing until it comes near the limit. */
export interface LengthNote {
  used: number;
  max: number;
  /** It goes out as this many messages. */
  parts: number;
  tooLong: boolean;
}

/** @param limit what one message of the channel takes; null where that is not known or does not matter. @returns null while there is plenty of room */
export function noteLength(
  limit: Pick<ChannelAbilities['text'], 'maxLength' | 'unit'> | null,
  text: string,
): LengthNote | null {
  if (text.length > LONGEST_REPLY) return { used: text.length, max: LONGEST_REPLY, parts: 1, tooLong: true };
  if (limit === null) return null;
  const max = limit.maxLength;
  const used = lengthIn(limit.unit, text);
  if (used < max * 0.9) return null;
  return { used, max, parts: Math.ceil(used / max), tooLong: false };
}
