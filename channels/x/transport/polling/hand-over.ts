import type { AccountRecords, InboundSink } from '../../../../src/core/ports/channel.ts';
import type { Log } from '../../../../src/core/ports/log.ts';
import type { StateBoard } from '../../../shared/state-board.ts';
import { type StoreLoop, storeUntilTaken } from '../../../shared/store-loop.ts';
import type { Wrapping } from '../wrap.ts';
import { bookmarkName, type Cursor, movedTo } from './bookmarks.ts';
import { bodyOf, type Feed, type Page } from './feeds.ts';

const FIRST_RETRY_MS = 500;
const MOST_RETRY_MS = 10_000;

export interface HandOverParts {
  feed: Feed;
  sink: InboundSink;
  records: Pick<AccountRecords, 'beginAt'>;
  wrapping: Wrapping;
  selfId: string;
  board: StateBoard;
  log: Log;
  nowMs: () => number;
  pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Has pages stored, one after the other and oldest first. The bookmark of a page moves after the commit of all of it: its entries belong to
 * many threads, which are not stored in one transaction, and a page that is read again does no harm.
 * @param moves whether what lies behind the pages is read, so that the bookmark may move
 * @returns where the cursor stands then, and whether all was stored; not: aborted before
 */
export async function handOver(
  pages: readonly Pick<Page, 'entries' | 'includes'>[],
  from: Cursor,
  moves: boolean,
  parts: HandOverParts,
  signal: AbortSignal,
): Promise<{ cursor: Cursor; stored: boolean }> {
  const { feed, sink, records, wrapping, selfId, nowMs } = parts;
  let cursor = from;
  for (const page of pages) {
    const newest = page.entries[0];
    if (newest === undefined) continue;
    const data = wrapping.wrap(bodyOf(page), selfId);
    if (!(await persist(() => sink([{ data }]), parts, signal))) return { cursor, stored: false };
    if (!moves) continue;
    const moved = movedTo(cursor, newest.id, nowMs());
    const note = (): Promise<void> => records.beginAt(bookmarkName(feed.name), moved.bookmark);
    if (!(await persist(note, parts, signal))) return { cursor, stored: false };
    ({ cursor } = moved);
  }
  return { cursor, stored: true };
}

/** Does it until it is done; false: aborted before. */
function persist(
  act: () => Promise<void>,
  { feed, board, log, pause }: HandOverParts,
  signal: AbortSignal,
): Promise<boolean> {
  const tell: StoreLoop['tell'] = (state) => board.set('store', state);
  const times = { firstRetryMs: FIRST_RETRY_MS, mostRetryMs: MOST_RETRY_MS };
  const what = 'a page was not stored';
  return storeUntilTaken(act, { log, what, fields: { feed: feed.name }, keeper: 'X', tell, ...times, pause }, signal);
}
