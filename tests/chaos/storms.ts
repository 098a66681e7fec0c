import { describe, expect, test } from '@jest/globals';
import type { CrashPoint } from '../../src/core/crash-point.ts';
import { type Crashes, pointsOf, shuffled } from './crash-points.ts';

const SEEDS = Number(process.env['PARLEY_CHAOS_SEEDS'] ?? '1');
const FIRST = Number(process.env['PARLEY_CHAOS_FIRST'] ?? '1');
const ONLY = process.env['PARLEY_CHAOS_POINTS']?.split(',');
/** In every test run some of the moments, and no process that stands still; all of it where storms are asked for. */
export const WHOLE = SEEDS > 1;
/** Moments of one channel in every test run, over all of its storms. */
const AT_MOST = 9;
/** Of the moments that a storm is about, at least so many have to be come to. */
const REACHED = 0.6;

/**
 * The moments a storm crashes at, in an order of its own.
 * @param elsewhere moments that its channel never comes to
 * @param kinds as given to {@link describeStorms}
 */
export function pointsOfStorm(
  waits: boolean,
  elsewhere: readonly CrashPoint[],
  random: () => number,
  kinds = 1,
): CrashPoint[] {
  const wanted = pointsOf(waits).filter(
    (point) => !elsewhere.includes(point) && (ONLY === undefined || ONLY.includes(point)),
  );
  return shuffled(wanted, random).slice(0, WHOLE ? undefined : Math.floor(AT_MOST / kinds));
}

/**
 * One storm for each seed that is asked for; each says what came of it.
 * @param kinds how many seeds on end are storms of different kinds: each kind has one in every test run
 */
export function describeStorms(
  what: string,
  channel: string,
  storm: (seed: number) => Promise<Crashes & { told: string }>,
  kinds = 1,
): void {
  describe(what, () => {
    test.each(Array.from({ length: WHOLE ? SEEDS : kinds }, (_, index) => FIRST + index))(
      'seed %i',
      async (seed) => {
        const { reached, missed, told } = await storm(seed);
        process.stderr.write(`${channel}, seed ${seed}: ${told}\n`);
        if (ONLY === undefined)
          expect(reached.length).toBeGreaterThanOrEqual(Math.floor((reached.length + missed.length) * REACHED));
      },
      600_000,
    );
  });
}
