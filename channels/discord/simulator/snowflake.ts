import type { PlatformClock } from './clock.ts';

/** Milliseconds from the Unix epoch to the first second of 2015, where the platform's ids begin (docs, "Snowflakes"). */
const EPOCH_MS = 1_420_070_400_000n;

/** Makes ids that grow, also within one millisecond. */
export function createSnowflakes(clock: PlatformClock): (atMs?: number) => string {
  let last = 0n;
  return (atMs) => {
    const made = (BigInt(Math.floor(atMs ?? clock.nowMs())) - EPOCH_MS) << 22n;
    // An id for a moment of the past is not bound to come after the others.
    if (atMs !== undefined) {
      last += 1n;
      return String(made + (last & 0xfffn));
    }
    last = made > last ? made : last + 1n;
    return String(last);
  };
}

export function timeOfId(id: string): number {
  return Number((BigInt(id) >> 22n) + EPOCH_MS);
}

export function isSnowflake(value: unknown): value is string {
  return typeof value === 'string' && /^\d{15,20}$/.test(value);
}

/** Order of two ids. */
export function compareIds(a: string, b: string): number {
  return a.length === b.length ? (a < b ? -1 : a > b ? 1 : 0) : a.length - b.length;
}
