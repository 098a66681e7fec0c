import { expect, test } from '@jest/globals';
import { createRateLimit } from '../../../../channels/shared/rate-limit.ts';

test('so many in a minute, then a wait that is told, each key by itself', () => {
  let now = 0;
  const limit = createRateLimit(6, () => now);
  expect([1, 2, 3, 4, 5, 6].map(() => limit.take('a'))).toEqual([0, 0, 0, 0, 0, 0]);
  expect(limit.take('a')).toBe(10_000);
  expect(limit.take('b')).toBe(0);
  now = 9_000;
  expect(limit.take('a')).toBe(1_000);
  now = 10_000;
  expect(limit.take('a')).toBe(0);
  expect(limit.take('a')).toBe(10_000);
  now = 1_000_000;
  expect([1, 2, 3, 4, 5, 6].map(() => limit.take('a'))).toEqual([0, 0, 0, 0, 0, 0]);
  expect(limit.take('a')).toBeGreaterThan(0);
});

test('a flood of keys forgets the oldest, not the one that floods', () => {
  const limit = createRateLimit(1, () => 0);
  limit.take('flooder');
  for (let index = 0; index < 30_000; index += 1) {
    limit.take(`key ${index}`);
    if (index % 1_000 === 0) expect(limit.take('flooder')).toBeGreaterThan(0);
  }
});
