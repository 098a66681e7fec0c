import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createUuidV7, systemClock } from '../../../src/core/ids-and-time.ts';
import type { Clock } from '../../../src/core/ports/clock.ts';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function clockAt(times: readonly number[]): Clock {
  let next = 0;
  return {
    nowMs: () => times[Math.min(next++, times.length - 1)] ?? 0,
    monotonicMs: () => 0,
  };
}

function timeOf(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

describe('UUIDv7', () => {
  test('has the form of RFC 9562 and begins with the time', () => {
    const nowMs = Date.UTC(2026, 10, 22, 1, 2, 3, 456);
    const id = createUuidV7(clockAt([nowMs])).uuid();
    expect(id).toMatch(UUID_V7);
    expect(timeOf(id)).toBe(nowMs);
  });

  test('ids of one process are unique and ordered, whatever the clock does', () => {
    const times = fc.array(fc.integer({ min: 0, max: 2 ** 48 - 10 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(times, (moments) => {
        const ids = createUuidV7(clockAt(moments));
        const made = moments.map(() => ids.uuid());
        expect(made.every((id) => UUID_V7.test(id))).toBe(true);
        expect(made).toEqual(made.toSorted());
        expect(new Set(made).size).toBe(made.length);
      }),
    );
  });

  test('more than 4,096 of one millisecond stay ordered by borrowing the next one', () => {
    const ids = createUuidV7(clockAt([1_000]));
    const made = Array.from({ length: 10_000 }, () => ids.uuid());
    expect(made).toEqual(made.toSorted());
    expect(new Set(made).size).toBe(10_000);
    expect(timeOf(made[4_095] ?? '')).toBe(1_000);
    expect(timeOf(made[4_096] ?? '')).toBe(1_001);
  });

  test('a clock that was set back does not take ids back', () => {
    const ids = createUuidV7(clockAt([5_000, 1_000, 6_000]));
    const [first, second, third] = [ids.uuid(), ids.uuid(), ids.uuid()];
    expect(timeOf(second)).toBe(timeOf(first));
    expect(first < second && second < third).toBe(true);
    expect(timeOf(third)).toBe(6_000);
  });

  test('the last byte is spread over all shards', () => {
    const ids = createUuidV7(systemClock);
    const counts = new Map<number, number>();
    for (let index = 0; index < 8_192; index += 1) {
      const byte = Number.parseInt(ids.uuid().slice(-2), 16);
      counts.set(byte, (counts.get(byte) ?? 0) + 1);
    }
    expect(counts.size).toBe(256);
    expect(Math.max(...counts.values())).toBeLessThan(100);
  });
});
