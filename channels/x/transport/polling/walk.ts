import { compareSnowflakes } from '../../ids.ts';
import type { XMeter } from '../../meter.ts';
import type { XRest } from '../ports.ts';
import { callFor, type Entry, type Feed, type Page, readPage } from './feeds.ts';
import { nextPageSize, type Window, windowIn } from './pace.ts';

/** More is handed over before its end is reached: in pieces that are newer than what follows, so the cursor stays meanwhile. */
const MOST_HELD = 20_000;
/** So near to a feed's reach, what ends may have been cut. */
const NEARLY = 0.95;

/** The way back from the newest entry to what is read already. Kept over failures: what was paid for is not asked for again. */
export interface Walk {
  /** Asks for one more page. @returns whether the gap is closed. @throws {XCallError | BudgetUsedUp}; the next call goes on */
  step(signal: AbortSignal): Promise<boolean>;
  /** Takes out what was read, in the order it was written. */
  takeOut(): Pick<Page, 'entries' | 'includes'>[];
  isTooLarge(): boolean;
  /** It ended where X has no more, perhaps before what is read already. */
  isCut(): boolean;
  /** What X said last of its limit. */
  window(): Window | null;
  /** What was spent on it, about, millionths of a US dollar. */
  micros(): number;
}

export interface WalkParts {
  feed: Feed;
  rest: XRest;
  meter: Pick<XMeter, 'leftForReading'>;
  nowMs: () => number;
  selfId: string;
  handle: string;
  /** Read already, and everything before it. */
  afterId: string;
  firstSize: number;
}

/** Begins at the newest. */
export function beginWalk({ feed, rest, meter, nowMs, selfId, handle, afterId, firstSize }: WalkParts): Walk {
  let size = firstSize;
  let token: string | null = null;
  let steps = 0;
  let seen = 0;
  let held: Pick<Page, 'entries' | 'includes'>[] = [];
  let heldCount = 0;
  let atEnd = false;
  let window: Window | null = null;

  const isNew = ({ id }: Entry): boolean => compareSnowflakes(id, afterId) > 0;

  return {
    async step(signal) {
      if (steps > 0) size = nextPageSize(feed, size, await meter.leftForReading());
      const answer = await rest.call(callFor(feed, { selfId, handle, afterId, size, token }), signal);
      window = windowIn(answer.headers, nowMs()) ?? window;
      const page = readPage(answer.body);
      steps += 1;
      seen += page.entries.length;
      const entries = page.entries.filter(isNew);
      if (entries.length > 0) held.push({ entries, includes: page.includes });
      heldCount += entries.length;
      const isReached = entries.length < page.entries.length;
      atEnd = page.next === null || page.next === token;
      token = page.next;
      return isReached || atEnd;
    },
    takeOut() {
      const pages = held.toReversed();
      held = [];
      heldCount = 0;
      return pages;
    },
    isTooLarge: () => heldCount >= MOST_HELD,
    isCut: () => atEnd && feed.reach !== null && seen >= feed.reach * NEARLY,
    window: () => window,
    micros: () => seen * feed.microsEach,
  };
}
