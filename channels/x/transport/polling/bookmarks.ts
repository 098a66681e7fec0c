import type { AccountRecords, Bookmark } from '../../../../src/core/ports/channel.ts';
import { compareSnowflakes, firstIdAt, madeAtMs } from '../../ids.ts';
import type { FeedName } from './feeds.ts';

/**
 * How far a feed has been read. Ids have 64 bits and a bookmark's position 53, so a position is the moment an id was made, ms since the
 * epoch; what was made in that millisecond, and shortly before, is read once more, and the store knows it by its key.
 */

/** Positions of all feeds are comparable and never begin anew. */
const EPOCH = 'made-at-ms';
/** What is made shortly before something else may be shown after it, ms. */
const OVERLAP_MS = 5_000;
/** For so long after something came, what is shown late is looked for too, ms. */
const LATE_FOR_MS = 60_000;
/** At the account's first start: so far back, ms. What is older was there before us and is none of ours. */
const LOOK_BACK_MS = 15 * 60_000;
/** An id from the future would end all reading. */
const MOST_AHEAD_MS = 60_000;

/** How far a feed has been read, by this process. */
export interface Cursor {
  /** The newest that is stored. */
  newestId: string;
  /** When it was read; ms since the epoch. */
  sinceMs: number;
}

export function bookmarkName(feed: FeedName): string {
  return `x:${feed}`;
}

function bookmarkAt(positionMs: number): Bookmark {
  return { epoch: EPOCH, position: positionMs, base: 0 };
}

/** Where reading goes on after a start. @throws where the store is away */
export async function openCursor(
  feed: FeedName,
  records: Pick<AccountRecords, 'bookmark' | 'beginAt'>,
  nowMs: number,
): Promise<Cursor> {
  const name = bookmarkName(feed);
  const kept = await records.bookmark(name);
  const positionMs = kept?.epoch === EPOCH ? kept.position : nowMs - LOOK_BACK_MS;
  if (kept?.epoch !== EPOCH) await records.beginAt(name, bookmarkAt(positionMs));
  return { newestId: firstIdAt(positionMs), sinceMs: nowMs };
}

/** The cursor and the bookmark once an entry is stored; the newest stays the newest. @param nowMs ms since the epoch */
export function movedTo(cursor: Cursor, id: string, nowMs: number): { cursor: Cursor; bookmark: Bookmark } {
  const isNewer = compareSnowflakes(id, cursor.newestId) > 0 && (madeAtMs(id) ?? 0) <= nowMs + MOST_AHEAD_MS;
  const next = isNewer ? { newestId: id, sinceMs: nowMs } : cursor;
  return { cursor: next, bookmark: bookmarkAt(madeAtMs(next.newestId) ?? 0) };
}

/** Everything up to this id counts as read: it is not asked for. @param nowMs ms since the epoch */
export function readUpTo({ newestId, sinceMs }: Cursor, nowMs: number): string {
  if (nowMs - sinceMs > LATE_FOR_MS) return newestId;
  const earlier = firstIdAt((madeAtMs(newestId) ?? 0) - OVERLAP_MS);
  return compareSnowflakes(earlier, newestId) < 0 ? earlier : newestId;
}
