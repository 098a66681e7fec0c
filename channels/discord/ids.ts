/**
 * The keys by which the rest of the gateway knows Discord's places and messages, and the way back. Everybody else treats them as
 * opaque strings.
 */

/** Where a customer meets one of our bots. */
export interface ThreadAddress {
  /** Of a direct message, a text channel, or a thread (a forum post is one). */
  channelId: string;
  /** In servers: the author, since there every author has a thread of their own. */
  authorId?: string;
}

/** One message; a call needs its channel too. */
export interface MessageAddress {
  channelId: string;
  messageId: string;
}

/** A key that this file did not make. */
export class DiscordKeyError extends Error {
  override readonly name = 'DiscordKeyError';
}

const THREAD_KEY = /^(\d{1,20})(?:\/u(\d{1,20}))?$/u;
const MESSAGE_KEY = /^(\d{1,20}):(\d{1,20})$/u;
const SNOWFLAKE = /^\d{1,20}$/u;

/** 2015-01-01T00:00:00Z, from which Discord's ids count (reference#snowflakes). */
const EPOCH_MS = 1_420_070_400_000;

/** An id as Discord gives it (a string of digits), or null. */
export function snowflakeOf(value: unknown): string | null {
  return typeof value === 'string' && SNOWFLAKE.test(value) ? value : null;
}

/** When what the id names was made, ms since the epoch. */
export function madeAtMs(snowflake: string): number {
  return Number(BigInt(snowflake) >> 22n) + EPOCH_MS;
}

/** The least id of what was made at that moment, ms since the epoch; the way back of {@link madeAtMs}. */
export function firstIdAt(atMs: number): string {
  return String(BigInt(Math.max(0, Math.floor(atMs) - EPOCH_MS)) << 22n);
}

/** Encodes a place: `123` is a direct message, `123/u77` an author's thread in a channel. */
export function threadKeyOf({ channelId, authorId }: ThreadAddress): string {
  return authorId === undefined ? channelId : `${channelId}/u${authorId}`;
}

/** @throws {DiscordKeyError} when the key is not one of {@link threadKeyOf}. */
export function parseThreadKey(key: string): ThreadAddress {
  const [, channelId, authorId] = THREAD_KEY.exec(key) ?? [];
  if (channelId === undefined) throw new DiscordKeyError(`not a Discord thread key: ${JSON.stringify(key)}`);
  return { channelId, ...(authorId === undefined ? {} : { authorId }) };
}

/** Encodes a message as `channel:message`. */
export function messageKeyOf({ channelId, messageId }: MessageAddress): string {
  return `${channelId}:${messageId}`;
}

/** The message a key names; null for what is no message at Discord, such as a form somebody sent. */
export function messageOfKey(key: string): MessageAddress | null {
  const [, channelId, messageId] = MESSAGE_KEY.exec(key) ?? [];
  return channelId === undefined || messageId === undefined ? null : { channelId, messageId };
}
