import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  ANSWERS_A_MINUTE,
  afterSaying,
  answerWaitMs,
  type BotSaid,
  GREETING_EVERY_MS,
  mayGreet,
  NOTHING_SAID,
  readBotSaid,
  withoutRepeats,
} from '../../../src/core/answer-limits.ts';

const MINUTE_MS = 60_000;
const steps = fc.array(fc.nat({ max: 40_000 }), { maxLength: 60 });

function spoken(said: BotSaid, nowMs: number): BotSaid {
  return afterSaying(said, {
    nowMs,
    last: { digest: 'd', conversationId: 'c', ownerVersion: 1 },
    answered: true,
    greeted: false,
  });
}

describe('answers a minute', () => {
  test('a bot that waits as long as it is told never answers more than three times in any minute', () => {
    fc.assert(
      fc.property(steps, (pauses) => {
        let nowMs = 0;
        let said = NOTHING_SAID;
        const at: number[] = [];
        for (const pause of pauses) {
          nowMs += pause;
          nowMs += answerWaitMs(said, nowMs);
          expect(answerWaitMs(said, nowMs)).toBe(0);
          at.push(nowMs);
          // Kept as the store keeps it.
          said = readBotSaid(JSON.parse(JSON.stringify(spoken(said, nowMs)))) ?? NOTHING_SAID;
        }
        for (const [index, first] of at.entries()) {
          const fourth = at[index + ANSWERS_A_MINUTE];
          if (fourth !== undefined) expect(fourth - first).toBeGreaterThanOrEqual(MINUTE_MS);
        }
      }),
    );
  });

  test('never waits longer than a minute, whatever the clock did, and not at all below the limit', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1e9, max: 1e9 }), { maxLength: 5 }), fc.integer(), (at, nowMs) => {
        const waitMs = answerWaitMs({ ...NOTHING_SAID, at }, nowMs);
        expect(waitMs).toBeGreaterThanOrEqual(0);
        expect(waitMs).toBeLessThanOrEqual(MINUTE_MS);
        if (at.length < ANSWERS_A_MINUTE) expect(waitMs).toBe(0);
      }),
    );
  });
});

describe('repeats', () => {
  test('nothing stands twice in a row, order is kept, and only repeats are left out', () => {
    fc.assert(
      fc.property(fc.option(fc.constantFrom('a', 'b')), fc.array(fc.constantFrom('a', 'b', 'c')), (last, said) => {
        const left = withoutRepeats(last, said, (one) => one);
        const row = last === null ? left : [last, ...left];
        for (const [index, one] of row.entries()) expect(row[index + 1]).not.toBe(one);
        expect(withoutRepeats(null, said, (one) => one).join('')).toBe(said.join('').replaceAll(/(.)\1+/g, '$1'));
        expect(left.at(-1) ?? last ?? undefined).toBe(said.at(-1) ?? last ?? undefined);
      }),
    );
  });
});

describe('greeting', () => {
  test('once in 30 days', () => {
    const greeted = afterSaying(NOTHING_SAID, {
      nowMs: 1_000,
      last: { digest: 'd', conversationId: 'c', ownerVersion: 1 },
      answered: true,
      greeted: true,
    });
    expect(mayGreet(NOTHING_SAID, 1_000)).toBe(true);
    expect(mayGreet(spoken(greeted, 2_000), 1_000 + GREETING_EVERY_MS - 1)).toBe(false);
    expect(mayGreet(greeted, 1_000 + GREETING_EVERY_MS)).toBe(true);
  });
});

describe('what the store kept', () => {
  test('anything is read, and what it does not understand was not said', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer(), (stored, nowMs) => {
        const said = readBotSaid(stored) ?? NOTHING_SAID;
        expect(said.at.length).toBeLessThanOrEqual(ANSWERS_A_MINUTE);
        expect(answerWaitMs(said, nowMs)).toBeLessThanOrEqual(MINUTE_MS);
      }),
    );
    expect(readBotSaid({ at: ['x', 5], last: { digest: 1 }, greetedAtMs: 'x' })).toEqual({
      at: [5],
      last: null,
      greetedAtMs: null,
    });
  });
});
