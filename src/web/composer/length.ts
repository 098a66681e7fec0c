import type { ChannelAbilities } from '../channels/abilities.ts';

/** How long a text is as a channel counts. Weighted counting is near enough by characters: it only decides what is said before sending. */
export function lengthIn(unit: ChannelAbilities['text']['unit'], text: string): number {
  return unit === 'utf16' ? text.length : Array.from(text).length;
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
