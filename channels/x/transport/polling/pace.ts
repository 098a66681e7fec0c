import { type Headers, numberIn } from '../../rate-limits.ts';
import type { Feed } from './feeds.ts';

/** When to ask again, and how much at once; pure. Times are ms, money millionths of a US dollar. */

/** What is left of X's window of a quarter of an hour, after an answer. */
export interface Window {
  limit: number;
  remaining: number;
  resetInMs: number;
}

/** What there is to spend on asking until the budget begins anew. */
export interface Purse {
  leftMicros: number;
  refillInMs: number;
  /** What asking costs although nothing is new. */
  pollMicros: number;
  /** What the news of all feeds have cost of late, for each ms. */
  newsMicrosPerMs: number;
}

export interface PaceFacts {
  times: PollTimes;
  /** Since something came that was new; Infinity: nothing did. */
  sinceNewsMs: number;
  /** Null: X has told of no limit. */
  window: Window | null;
  /** Null: no budget. */
  purse: Purse | null;
}

/** When to ask again; `by`: what made it so long. */
export interface NextPoll {
  waitMs: number;
  by: 'traffic' | 'limit' | 'budget';
}

/** How often is asked where nothing forbids it, ms. */
export interface PollTimes {
  /** After something came: whoever has just written may write on. */
  quickMs: number;
  /** While nothing comes. */
  quietMs: number;
}

/** At X itself. */
export const POLL_TIMES: PollTimes = { quickMs: 5_000, quietMs: 60_000 };
/** Calls of a window that are kept for reading a gap. */
const CALLS_KEPT = 2;
/** While there is traffic, the wait that would make limit and budget last is shortened by this; they are looked at again each time. */
const HASTE = 3;
const HASTE_FOR_MS = 5 * 60_000;
/** Of what is left, at least this share is for asking, or news that may come would never be seen. */
const LEAST_FOR_ASKING = 0.2;

/** When to ask a feed again. */
export function nextPollAfterMs({ times, sinceNewsMs, window, purse }: PaceFacts): NextPoll {
  const isBusy = sinceNewsMs < HASTE_FOR_MS;
  const byTraffic = Math.min(times.quietMs, Math.max(times.quickMs, sinceNewsMs / 4));
  const byLimit = window === null ? 0 : waitForLimit(window, isBusy);
  const byBudget = purse === null ? 0 : waitForBudget(purse, isBusy);
  const waitMs = Math.ceil(Math.max(byTraffic, byLimit, byBudget));
  return { waitMs, by: byBudget >= waitMs - 1 && byBudget > 0 ? 'budget' : byLimit > byTraffic ? 'limit' : 'traffic' };
}

function waitForLimit({ limit, remaining, resetInMs }: Window, isBusy: boolean): number {
  const resetMs = Math.max(0, resetInMs);
  const usable = remaining - Math.min(CALLS_KEPT, Math.floor(limit / 5));
  if (usable <= 0) return resetMs;
  // The second half of a window is for whoever writes late in it.
  return resetMs / usable / (isBusy && usable > limit / 2 ? HASTE : 1);
}

function waitForBudget({ leftMicros, refillInMs, pollMicros, newsMicrosPerMs }: Purse, isBusy: boolean): number {
  const refillMs = Math.max(0, refillInMs);
  if (leftMicros <= 0) return refillMs;
  if (pollMicros <= 0) return 0;
  const forAsking = Math.max(leftMicros * LEAST_FOR_ASKING, leftMicros - newsMicrosPerMs * refillMs);
  if (forAsking < pollMicros) return refillMs;
  return refillMs / Math.floor(forAsking / pollMicros) / (isBusy ? HASTE : 1);
}

/** How many entries to ask for first. */
export function firstPageSize(
  feed: Feed,
  facts: { expected: number; looksForLate: boolean; leftMicros: number | null },
): number {
  // What is known already is answered once more, and tells that nothing is missing.
  const known = feed.costsWhenQuiet ? (facts.looksForLate ? 2 : 1) : 0;
  return affordable(feed, Math.max(feed.firstPage, Math.round(facts.expected) + known), facts.leftMicros);
}

/** How many to ask for next: the gap is larger than thought. */
export function nextPageSize(feed: Feed, size: number, leftMicros: number | null): number {
  return affordable(feed, size * 3, leftMicros);
}

function affordable({ leastPage, mostPage, microsEach }: Feed, wanted: number, leftMicros: number | null): number {
  const most = leftMicros === null ? mostPage : Math.min(mostPage, Math.floor(leftMicros / microsEach));
  return Math.max(leastPage, Math.min(wanted, most));
}

/** The window an answer's headers tell of; null: they do not. @param nowMs ms since the epoch */
export function windowIn(headers: Headers, nowMs: number): Window | null {
  const [limit, remaining, resetS] = ['limit', 'remaining', 'reset'].map((name) =>
    numberIn(headers, `x-rate-limit-${name}`),
  );
  if (limit == null || remaining == null || resetS == null) return null;
  return { limit, remaining, resetInMs: Math.max(0, resetS * 1_000 - nowMs) };
}
