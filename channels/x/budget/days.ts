/** UTC days, by their number since the epoch: X counts what it charges by them. */

export const DAY_MS = 24 * 3_600_000;
/** How far X's clock may be from ours, ms. */
const SKEW_MS = 10_000;
/** The longest a call takes until X has counted it, ms. */
const CALL_MS = 10_000;

/** The day of a moment, ms since the epoch. */
export function dayOf(atMs: number): number {
  return Math.floor(atMs / DAY_MS);
}

/** When the day after that of `atMs` begins, ms since the epoch. */
export function nextDayAtMs(atMs: number): number {
  return (dayOf(atMs) + 1) * DAY_MS;
}

/**
 * The days to which X may count a call that begins now: around midnight nobody can tell, so that it has to fit into both.
 * @param nowMs ms since the epoch
 */
export function daysOfCall(nowMs: number): readonly number[] {
  const first = dayOf(nowMs - SKEW_MS);
  const last = dayOf(nowMs + CALL_MS + SKEW_MS);
  return first === last ? [first] : [first, last];
}
