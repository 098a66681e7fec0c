import type { AccountRecords, ConnectionState, InboundSink } from '../../../../src/core/ports/channel.ts';
import type { Log } from '../../../../src/core/ports/log.ts';
import { createBackoff } from '../../../shared/backoff.ts';
import type { StateBoard } from '../../../shared/state-board.ts';
import { nextDayAtMs } from '../../budget/days.ts';
import { XCallError } from '../../errors.ts';
import { compareSnowflakes, firstIdAt } from '../../ids.ts';
import type { XMeter } from '../../meter.ts';
import { withJitter } from '../../rate-limits.ts';
import { troubleOf } from '../connection-state.ts';
import type { XRest } from '../ports.ts';
import type { SelfSource } from '../self.ts';
import type { Wrapping } from '../wrap.ts';
import { type Cursor, openCursor, readUpTo } from './bookmarks.ts';
import type { Feed, FeedName } from './feeds.ts';
import { handOver } from './hand-over.ts';
import { firstPageSize, type NextPoll, nextPollAfterMs, type PollTimes, type Window } from './pace.ts';
import type { Traffic } from './traffic.ts';
import { beginWalk, type Walk } from './walk.ts';

export interface PollParts {
  rest: XRest;
  meter: XMeter;
  self: SelfSource;
  records: AccountRecords;
  wrapping: Wrapping;
  traffic: Traffic;
  board: StateBoard;
  log: Log;
  nowMs: () => number;
  /** Waits, or returns at once when aborted; tests shorten it. */
  pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Waits as long, or until somebody wants to know at once. */
  untilAsked: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Whether X brings all of a feed by itself just now, so that only gaps are read. */
  isPushed: (feed: FeedName) => boolean;
  /** What the plan leaves out, or no longer. */
  onLacks: (says: string, lacks: boolean) => void;
  /** A feed was read up to now. */
  onRead?: () => void;
  times: PollTimes;
  random?: () => number;
}

/** What the plan leaves out may be bought. */
const LACKING_MS = 4 * 3_600_000;
/** The budget may be raised, and others give back what they did not use. */
const BUDGET_PROBE_MS = 10 * 60_000;
/** From here on the budget makes it slow enough to say so. */
const SLOW_MS = 5 * 60_000;
/** A gap that could not be read whole is told of for so long. */
const TOLD_FOR_MS = 24 * 3_600_000;
/** X refuses what was asked: the walk may have a page number it no longer knows. */
const BAD_REQUEST = 400;
const NOT_FOUND = 404;

/** Polls one feed until aborted. Never throws for trouble at X or in the store. */
export async function pollFeed(feed: Feed, sink: InboundSink, parts: PollParts, signal: AbortSignal): Promise<void> {
  const { board, log, nowMs, self, records } = parts;
  const backoff = createBackoff({ firstMs: 1_000, maxMs: 60_000 });
  let cursor: Cursor | null = null;
  let walk: Walk | null = null;
  let window: Window | null = null;
  let newsAtMs = -Infinity;
  let askedAtMs = nowMs();
  let cutAtMs = -Infinity;
  board.set(feed.name, { state: 'connecting' });

  /** One look: from the newest back to what is read already. @returns false: aborted before all was stored */
  const look = async (): Promise<boolean> => {
    const { id: selfId, handle } = await self.learn(signal);
    if (feed.name === 'quotes' && handle === null) return true;
    cursor ??= await openCursor(feed.name, records, nowMs());
    if (walk === null) {
      const afterId = noOlderThan(feed, readUpTo(cursor, nowMs()), nowMs());
      const expected = parts.traffic.perMs(feed.name, nowMs()) * (nowMs() - askedAtMs);
      const leftMicros = await parts.meter.leftForReading();
      const firstSize = firstPageSize(feed, { expected, looksForLate: afterId !== cursor.newestId, leftMicros });
      walk = beginWalk({ ...parts, feed, selfId, handle: handle ?? '', afterId, firstSize });
    }
    const hand = { ...parts, feed, sink, selfId };
    for (let isClosed = false; !isClosed; ) {
      isClosed = await walk.step(signal);
      window = walk.window() ?? window;
      if (isClosed || !walk.isTooLarge()) continue;
      log.warn({ feed: feed.name }, 'a gap is too large to be read in order');
      if (!(await handOver(walk.takeOut(), cursor, false, hand, signal)).stored) return false;
    }
    askedAtMs = nowMs();
    const pages = walk.takeOut();
    const before = cursor.newestId;
    if (walk.isCut()) {
      log.error({ feed: feed.name }, 'X may have had more than it still shows: older ones are not to be had');
      cutAtMs = nowMs();
    }
    board.set(`${feed.name} gap`, nowMs() - cutAtMs < TOLD_FOR_MS ? cutState(feed, cutAtMs) : null);
    const done = await handOver(pages, cursor, true, hand, signal);
    cursor = done.cursor;
    if (!done.stored) return false;
    const micros = walk.micros();
    walk = null;
    const count = pages.reduce((sum, { entries }) => sum + entries.length, 0);
    const isNews = cursor.newestId !== before;
    if (isNews) newsAtMs = nowMs();
    parts.traffic.note(feed.name, { entries: isNews ? count : 0, micros }, nowMs());
    parts.onLacks(feed.says, false);
    parts.onRead?.();
    return true;
  };

  const next = async (): Promise<NextPoll> => {
    const leftMicros = await parts.meter.leftForReading();
    const refillInMs = nextDayAtMs(nowMs()) - nowMs();
    const least = feed.costsWhenQuiet ? feed.microsEach : 0;
    const pollMicros = Math.max(least, parts.traffic.quietMicros(feed.name) ?? 0);
    const newsMicrosPerMs = parts.traffic.microsPerMs(nowMs());
    return nextPollAfterMs({
      times: parts.times,
      sinceNewsMs: nowMs() - newsAtMs,
      window,
      purse: leftMicros === null ? null : { leftMicros, refillInMs, pollMicros, newsMicrosPerMs },
    });
  };

  /** @returns how long to wait */
  const failed = (error: unknown): number => {
    const trouble = troubleOf(error, nowMs());
    log.debug({ feed: feed.name, code: trouble.state.code, status: statusOf(error) }, 'a look failed');
    if (statusOf(error) === BAD_REQUEST) walk = null;
    // A timeline is always there; whoever else speaks the protocol may have no search.
    const isAbsent = feed.endpoint === 'search' && statusOf(error) === NOT_FOUND;
    if (trouble.lacks === true || isAbsent) {
      parts.onLacks(feed.says, true);
      board.set(feed.name, null);
      return LACKING_MS;
    }
    board.set(feed.name, trouble.state);
    const waitMs = trouble.waitMs ?? backoff.nextMs();
    const most = trouble.state.code === 'budget_used_up' ? BUDGET_PROBE_MS : Infinity;
    return withJitter(Math.min(waitMs, most), parts.random ?? Math.random);
  };

  while (!signal.aborted) {
    try {
      if (!(await look())) return;
      backoff.reset();
      const poll = await next();
      board.set(feed.name, stateOf(poll));
      await parts.untilAsked(
        parts.isPushed(feed.name) ? Math.max(poll.waitMs, feed.whilePushedMs) : poll.waitMs,
        signal,
      );
    } catch (error) {
      if (signal.aborted) return;
      await parts.pause(failed(error), signal);
    }
  }
}

function stateOf({ waitMs, by }: NextPoll): ConnectionState {
  if (by !== 'budget' || waitMs < SLOW_MS) return { state: 'connected' };
  return {
    state: 'lagging',
    code: 'budget_slow',
    message: `The budget lets us ask X only every ${Math.round(waitMs / 60_000)} minutes`,
    mend: 'Raise budgetPerDay, or use mode: webhook.',
    behindMs: waitMs,
  };
}

/** Behind this X refuses to look; what lies there is gone. */
function noOlderThan({ oldestMs }: Feed, afterId: string, nowMs: number): string {
  if (oldestMs === null) return afterId;
  const oldest = firstIdAt(nowMs - oldestMs);
  return compareSnowflakes(afterId, oldest) < 0 ? oldest : afterId;
}

/** What is lost is lost: a person should look for it at X itself. */
function cutState({ reach }: Feed, cutAtMs: number): ConnectionState {
  const at = new Date(cutAtMs).toISOString();
  return {
    state: 'lagging',
    code: 'gap_too_large',
    message: `X shows the newest ${reach ?? ''} mentions only, and there may have been more before those read at ${at}`,
    mend: 'Look at X itself for what came before. Raise budgetPerDay, or use mode: webhook, so that gaps stay short.',
    behindMs: 0,
  };
}

function statusOf(error: unknown): number | null {
  return error instanceof XCallError ? error.failure.status : null;
}
