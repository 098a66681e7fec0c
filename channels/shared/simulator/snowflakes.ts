import type { PlatformClock } from './clock.ts';

const SEQUENCE = 1 << 22;

/**
 * Makes ids that rise with time, whoever asks; for a moment given, ids of that moment.
 * @param epochMs from which the platform's ids count, ms since the Unix epoch
 */
export function createSnowflakes(clock: PlatformClock, epochMs: number): (atMs?: number) => string {
  let last = 0n;
  let counter = 0;
  return (atMs) => {
    const base = BigInt(Math.floor((atMs ?? clock.nowMs()) - epochMs)) << 22n;
    // An id for a moment of the past is not bound to come after the others.
    if (atMs !== undefined) {
      counter = (counter + 1) % SEQUENCE;
      return String(base + BigInt(counter));
    }
    last = base > last ? base : last + 1n;
    return String(last);
  };
}
