const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/**
 * How long to wait before the attempt after `failures` failed ones: doubling, and somewhere in the upper half of it, so that the pages of a
 * whole desk do not come back in the same moment. @param random from 0 up to 1
 */
export function backoffMs(failures: number, random: number): number {
  const wholeMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 10));
  return Math.round(wholeMs * (0.5 + random / 2));
}
