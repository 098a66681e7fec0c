import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { resetAfterMs, withJitter } from '../../../../channels/x/rate-limits.ts';

const NOW_MS = 1_786_011_072_345;

test('a wait is never shorter than what is used up asks for, and never beyond a day', () => {
  const limit = fc.record({ remaining: fc.integer({ min: 0, max: 3 }), inS: fc.integer({ min: -100, max: 100_000 }) });
  fc.assert(
    fc.property(limit, limit, limit, (ordinary, app, user) => {
      const nowS = Math.ceil(NOW_MS / 1_000);
      const limits = { 'x-rate-limit': ordinary, 'x-app-limit-24hour': app, 'x-user-limit-24hour': user };
      const headers = Object.fromEntries(
        Object.entries(limits).flatMap(([name, { remaining, inS }]) => [
          [`${name}-remaining`, String(remaining)],
          [`${name}-reset`, String(nowS + inS)],
        ]),
      );
      const waitMs = resetAfterMs(headers, NOW_MS) ?? 0;
      const usedUp = Object.values(limits).filter(({ remaining }) => remaining === 0);
      for (const { inS } of usedUp) expect(waitMs).toBeGreaterThanOrEqual(Math.min(86_400_000, inS * 1_000));
      if (usedUp.length > 0) {
        expect(waitMs).toBeLessThanOrEqual(Math.max(1_000, ...usedUp.map(({ inS }) => (inS + 1) * 1_000)));
      }
      expect(waitMs).toBeGreaterThanOrEqual(1_000);
      expect(waitMs).toBeLessThanOrEqual(86_400_000);
    }),
  );
});

test('headers that say nothing of time say nothing', () => {
  expect(resetAfterMs({}, NOW_MS)).toBeNull();
  expect(resetAfterMs({ 'x-rate-limit-remaining': '0' }, NOW_MS)).toBeNull();
  expect(
    resetAfterMs({ 'x-rate-limit-reset': ['1', '2'], 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }, NOW_MS),
  ).toBeNull();
});

test('jitter only adds, a twentieth and five seconds at most', () => {
  expect([withJitter(60_000, () => 0), withJitter(60_000, () => 0.999_999)]).toEqual([60_000, 62_999]);
  expect(withJitter(900_000, () => 0.999_999)).toBe(904_999);
});
