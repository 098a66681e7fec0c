import type { Bookmark } from '../../../src/core/ports/channel.ts';
import type { DiscordBookmark } from './ports.ts';

/** Positions of all bookmarks are comparable; they never begin anew. */
const EPOCH = 'snowflake/1024';
/**
 * Ids have 64 bits and positions must fit 53: the lowest ten, which count within one millisecond of one machine, are left out. So reading from a
 * position brings its own message once more, which the store knows by its key.
 */
const SHIFT = 10n;
const DISCORD_EPOCH_MS = 1_420_070_400_000n;

/** Where reading begins in places without a bookmark: the account's first start. */
export const ACCOUNT_BOOKMARK = 'account';

/** Direct messages have names of their own: only they must be asked for one by one. */
export function bookmarkName(channelId: string, direct: boolean): string {
  return `${direct ? 'dm' : 'channel'}:${channelId}`;
}

export function readBookmarkName(name: string): { channelId: string; direct: boolean } | null {
  const [, kind, channelId] = /^(dm|channel):(\d{15,20})$/.exec(name) ?? [];
  return channelId === undefined ? null : { channelId, direct: kind === 'dm' };
}

/** A platform id, or null. */
export function idOf(value: unknown): string | null {
  return typeof value === 'string' && /^\d{15,20}$/.test(value) ? value : null;
}

export function positionOf(id: string): number {
  return Number(BigInt(id) >> SHIFT);
}

/** The id to ask for messages after, so that everything from this position on comes. */
export function idBefore(position: number): string {
  return String(position <= 0 ? 0n : (BigInt(position) << SHIFT) - 1n);
}

/** The position of a moment, Unix milliseconds. */
export function positionAt(ms: number): number {
  return Number(((BigInt(Math.floor(ms)) - DISCORD_EPOCH_MS) << 22n) >> SHIFT);
}

/** When the message at a position was written, Unix milliseconds. */
export function timeOf(position: number): number {
  return Number(((BigInt(position) << SHIFT) >> 22n) + DISCORD_EPOCH_MS);
}

export function bookmarkAt(position: number): Bookmark {
  return { epoch: EPOCH, position, base: 0 };
}

/** The bookmark a stored message moves. */
export function bookmarkOf(channelId: string, direct: boolean, messageId: string): DiscordBookmark {
  return { name: bookmarkName(channelId, direct), ...bookmarkAt(positionOf(messageId)) };
}
