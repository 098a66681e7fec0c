import type { FeedName } from './feeds.ts';

/** For so long what came is remembered, ms: so long a rush lasts. */
const WINDOW_MS = 3 * 3_600_000;
/** Of the first minutes nobody knows what an hour brings. */
const LEAST_MS = 15 * 60_000;
/** What came within this is counted together, ms. */
const STEP_MS = 60_000;

/** The share of the newest look in what a quiet one is said to cost. */
const NEWEST_COUNTS = 0.1;

/** How much has come of late, by feed. */
export interface Traffic {
  /** A look has ended. `entries`: how many were new. */
  note(feed: FeedName, look: { entries: number; micros: number }, nowMs: number): void;
  /** What a look of the feed costs of late that finds nothing, millionths of a US dollar; null: there was none. */
  quietMicros(feed: FeedName): number | null;
  /** Entries of a feed for each ms. */
  perMs(feed: FeedName, nowMs: number): number;
  /** What news of all feeds cost for each ms, millionths of a US dollar. */
  microsPerMs(nowMs: number): number;
}

interface Step {
  atMs: number;
  feed: FeedName;
  entries: number;
  micros: number;
}

/** Remembers the last hours. @param startedMs ms since the epoch */
export function createTraffic(startedMs: number): Traffic {
  let steps: Step[] = [];
  const quiet = new Map<FeedName, number>();
  const recent = (nowMs: number): Step[] => {
    steps = steps.filter(({ atMs }) => nowMs - atMs < WINDOW_MS);
    return steps;
  };
  const spanOf = (nowMs: number): number => Math.min(WINDOW_MS, Math.max(LEAST_MS, nowMs - startedMs));
  return {
    note(feed, { entries, micros }, nowMs) {
      if (entries === 0) {
        const before = quiet.get(feed) ?? micros;
        quiet.set(feed, before + (micros - before) * NEWEST_COUNTS);
        return;
      }
      const last = steps.at(-1);
      if (last !== undefined && last.feed === feed && nowMs - last.atMs < STEP_MS) {
        last.entries += entries;
        last.micros += micros;
      } else steps.push({ atMs: nowMs, feed, entries, micros });
    },
    quietMicros: (feed) => quiet.get(feed) ?? null,
    perMs: (feed, nowMs) =>
      recent(nowMs)
        .filter((step) => step.feed === feed)
        .reduce((sum, { entries }) => sum + entries, 0) / spanOf(nowMs),
    microsPerMs: (nowMs) => recent(nowMs).reduce((sum, { micros }) => sum + micros, 0) / spanOf(nowMs),
  };
}
