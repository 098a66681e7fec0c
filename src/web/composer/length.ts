/** How long a text one message of a channel takes, and how it counts. */
interface Limit {
  max: number;
  unit: 'utf16' | 'codePoint';
}

const LIMITS: Readonly<Record<string, Limit>> = {
  telegram: { max: 4_096, unit: 'utf16' },
  discord: { max: 2_000, unit: 'codePoint' },
  x: { max: 10_000, unit: 'codePoint' },
};

/** How long a text is as a channel counts. Weighted counting is near enough by characters: it only decides what is said before sending. */
export function lengthIn(unit: 'utf16' | 'codepoint' | 'weighted', text: string): number {
  return unit === 'utf16' ? text.length : Array.from(text).length;
}

/** The longest reply the server takes. */
export const LONGEST_REPLY = 20_000;

/** What the composer says about the length of a text: nothing until it comes near the limit. */
export interface LengthNote {
  used: number;
  max: number;
  /** It goes out as this many messages. */
  parts: number;
  tooLong: boolean;
}

/** @returns null while there is plenty of room */
export function noteLength(channel: string, text: string): LengthNote | null {
  const limit = LIMITS[channel];
  if (text.length > LONGEST_REPLY) return { used: text.length, max: LONGEST_REPLY, parts: 1, tooLong: true };
  if (limit === undefined) return null;
  const used = limit.unit === 'utf16' ? text.length : Array.from(text).length;
  if (used < limit.max * 0.9) return null;
  return { used, max: limit.max, parts: Math.ceil(used / limit.max), tooLong: false };
}
