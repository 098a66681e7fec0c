/**
 * How long to wait before the stream is opened again (docs.x.com, "Handling disconnections"): network errors linearly from 250 ms to
 * 16 s, refusals from 5 s doubling to 320 s, limits from a minute doubling. Pure.
 */

/** Why there is no stream. `ended`: one that stood is gone. */
export type StreamEnd = 'ended' | 'network' | 'refused' | 'limited' | 'too_many';

/** The waits of one row of failures. */
export interface StreamWait {
  why: StreamEnd;
  /** How many of this kind there were in a row. */
  times: number;
  waitMs: number;
}

const NETWORK_STEP_MS = 250;
const NETWORK_MOST_MS = 16_000;
const REFUSED_FIRST_MS = 5_000;
const REFUSED_MOST_MS = 320_000;
const LIMITED_FIRST_MS = 60_000;
const LIMITED_MOST_MS = 15 * 60_000;

/** The wait after one more failure. @param before the last one; null: the stream stood since, or never was asked for */
export function nextStreamWait(before: StreamWait | null, why: StreamEnd): StreamWait {
  const times = before?.why === why ? before.times + 1 : 1;
  return { why, times, waitMs: waitOf(why, times) };
}

function waitOf(why: StreamEnd, times: number): number {
  const doubled = 2 ** Math.min(20, times - 1);
  switch (why) {
    case 'ended':
      // At once; where it is cut again and again the network rule holds.
      return Math.min(NETWORK_MOST_MS, NETWORK_STEP_MS * (times - 1));
    case 'network':
      return Math.min(NETWORK_MOST_MS, NETWORK_STEP_MS * times);
    case 'refused':
    case 'too_many':
      return Math.min(REFUSED_MOST_MS, REFUSED_FIRST_MS * doubled);
    case 'limited':
      return Math.min(LIMITED_MOST_MS, LIMITED_FIRST_MS * doubled);
  }
}
