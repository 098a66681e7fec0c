import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FEEDS } from '../../../../../channels/x/transport/polling/feeds.ts';
import {
  firstPageSize,
  nextPageSize,
  nextPollAfterMs,
  type PaceFacts,
  POLL_TIMES,
  windowIn,
} from '../../../../../channels/x/transport/polling/pace.ts';

const DAY_MS = 86_400_000;
const window = fc
  .record({ limit: fc.integer({ min: 1, max: 500 }), used: fc.nat(500), resetInMs: fc.nat(900_000) })
  .map(({ limit, used, resetInMs }) => ({ limit, remaining: Math.max(0, limit - used), resetInMs }));
const purse = fc.record({
  leftMicros: fc.nat(50_000_000),
  refillInMs: fc.nat(DAY_MS),
  pollMicros: fc.nat(50_000),
  newsMicrosPerMs: fc.double({ min: 0, max: 10, noNaN: true }),
});
const facts: fc.Arbitrary<PaceFacts> = fc.record({
  times: fc.constant(POLL_TIMES),
  sinceNewsMs: fc.oneof(fc.nat(DAY_MS), fc.constant(Infinity)),
  window: fc.option(window),
  purse: fc.option(purse),
});

describe('when to poll next', () => {
  test('is a time, never hasty and never later than limit and budget begin anew', () => {
    fc.assert(
      fc.property(facts, (given) => {
        const { waitMs } = nextPollAfterMs(given);
        expect(Number.isSafeInteger(waitMs)).toBe(true);
        expect(waitMs).toBeGreaterThanOrEqual(POLL_TIMES.quickMs);
        const latest = Math.max(POLL_TIMES.quietMs, given.window?.resetInMs ?? 0, given.purse?.refillInMs ?? 0);
        expect(waitMs).toBeLessThanOrEqual(latest);
      }),
    );
  });

  test('a window that is used up is waited for, and so is money', () => {
    fc.assert(
      fc.property(facts, fc.nat(900_000), fc.nat(DAY_MS), (given, resetInMs, refillInMs) => {
        const empty = nextPollAfterMs({ ...given, window: { limit: 15, remaining: 0, resetInMs }, purse: null });
        expect(empty.waitMs).toBeGreaterThanOrEqual(resetInMs);
        const broke = { leftMicros: 9_999, refillInMs, pollMicros: 10_000, newsMicrosPerMs: 0 };
        expect(nextPollAfterMs({ ...given, window: null, purse: broke }).waitMs).toBeGreaterThanOrEqual(refillInMs);
      }),
    );
  });

  test('less traffic, less money or fewer calls never make it come sooner', () => {
    fc.assert(
      fc.property(facts, fc.nat(500), fc.nat(5_000_000), fc.nat(DAY_MS), (given, calls, micros, ms) => {
        const before = nextPollAfterMs(given).waitMs;
        const fewer = given.window && { ...given.window, remaining: Math.max(0, given.window.remaining - calls) };
        const less = given.purse && { ...given.purse, leftMicros: Math.max(0, given.purse.leftMicros - micros) };
        expect(nextPollAfterMs({ ...given, window: fewer }).waitMs).toBeGreaterThanOrEqual(before);
        expect(nextPollAfterMs({ ...given, purse: less }).waitMs).toBeGreaterThanOrEqual(before);
        const quieter = nextPollAfterMs({ ...given, sinceNewsMs: given.sinceNewsMs + ms }).waitMs;
        expect(quieter).toBeGreaterThanOrEqual(before);
      }),
    );
  });

  test('polling by it never asks a window for more than it has', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.nat(600_000), (limit, sinceNewsMs) => {
        let remaining = limit;
        for (let atMs = 0; atMs < 900_000; ) {
          remaining -= 1;
          expect(remaining).toBeGreaterThanOrEqual(0);
          const left = { limit, remaining, resetInMs: 900_000 - atMs };
          const times = { quickMs: 100, quietMs: 60_000 };
          atMs += nextPollAfterMs({ times, sinceNewsMs, window: left, purse: null }).waitMs;
        }
      }),
    );
  });

  test('says what made it long', () => {
    const quiet = { times: POLL_TIMES, sinceNewsMs: Infinity, window: null, purse: null };
    expect(nextPollAfterMs(quiet)).toEqual({ waitMs: 60_000, by: 'traffic' });
    const limited = { ...quiet, window: { limit: 15, remaining: 3, resetInMs: 600_000 } };
    expect(nextPollAfterMs(limited)).toEqual({ waitMs: 600_000, by: 'limit' });
    const poor = { leftMicros: 100_000, refillInMs: 6_000_000, pollMicros: 10_000, newsMicrosPerMs: 0 };
    expect(nextPollAfterMs({ ...quiet, purse: poor })).toEqual({ waitMs: 600_000, by: 'budget' });
  });
});

describe('how much to ask for', () => {
  test('is what X takes, and what there is money for wherever X takes so little', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(FEEDS)),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.boolean(),
        fc.option(fc.nat(200_000)),
        (feed, expected, looksForLate, leftMicros) => {
          const first = firstPageSize(feed, { expected, looksForLate, leftMicros });
          for (const size of [first, nextPageSize(feed, first, leftMicros)]) {
            expect(Number.isSafeInteger(size)).toBe(true);
            expect(size).toBeGreaterThanOrEqual(feed.leastPage);
            expect(size).toBeLessThanOrEqual(feed.mostPage);
            if (leftMicros !== null && size > feed.leastPage)
              expect(size * feed.microsEach).toBeLessThanOrEqual(leftMicros);
          }
        },
      ),
    );
  });

  test('a quiet look at direct messages asks for the one that is known', () => {
    const facts = { expected: 0.2, looksForLate: false, leftMicros: null };
    expect(firstPageSize(FEEDS.directEvents, facts)).toBe(1);
    expect(firstPageSize(FEEDS.mentions, facts)).toBe(100);
  });

  test('a search sets little money aside while little is expected, and grows with what is', () => {
    const facts = { expected: 0.2, looksForLate: true, leftMicros: null };
    expect(firstPageSize(FEEDS.quotes, facts) * FEEDS.quotes.microsEach).toBe(50_000);
    expect(firstPageSize(FEEDS.quotes, { ...facts, expected: 42 })).toBe(42);
  });
});

test('a window is read from the headers, or not at all', () => {
  const headers = { 'x-rate-limit-limit': '15', 'x-rate-limit-remaining': '3', 'x-rate-limit-reset': '1000' };
  expect(windowIn(headers, 940_000)).toEqual({ limit: 15, remaining: 3, resetInMs: 60_000 });
  expect(windowIn({ ...headers, 'x-rate-limit-reset': 'soon' }, 0)).toBeNull();
  expect(windowIn({}, 0)).toBeNull();
});
