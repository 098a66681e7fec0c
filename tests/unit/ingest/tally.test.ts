import { describe, expect, test } from '@jest/globals';
import { createTally } from '../../../src/ingest/tally.ts';

const payloads = (count: number): Buffer[] => Array.from({ length: count }, () => Buffer.from('{}'));

describe('the counts of an account', () => {
  test('agree when every update has an outcome', async () => {
    const tally = createTally(() => 0);
    const sink = tally.around((batch) => {
      for (const [index] of batch.entries()) tally.settled(index === 0 ? 'duplicate' : 'stored');
      return Promise.resolve();
    });
    await sink(payloads(3));
    expect(tally.snapshot()).toEqual({
      counts: { seen: 3, stored: 2, duplicate: 1, filed: 0, parked: 0 },
      lastSeenAgeMs: 0,
      lastStoredAgeMs: 0,
      unsettledMs: null,
    });
  });

  test('what was refused comes again and is counted once', async () => {
    const tally = createTally(() => 0);
    let away = true;
    const sink = tally.around((batch) => {
      for (const [index] of batch.entries()) {
        if (away && index > 0) tally.refused();
        else tally.settled(away ? 'stored' : index === 0 ? 'duplicate' : 'stored');
      }
      return away ? Promise.reject(new Error('away')) : Promise.resolve();
    });
    await expect(sink(payloads(3))).rejects.toThrow('away');
    expect(tally.snapshot()).toMatchObject({ counts: { seen: 1, stored: 1 }, unsettledMs: null });
    away = false;
    await sink(payloads(3));
    expect(tally.snapshot()).toMatchObject({ counts: { seen: 4, stored: 3, duplicate: 1 }, unsettledMs: null });
  });

  test('an update under way, and one of which nothing is said, is known by its age', async () => {
    let nowMs = 0;
    const tally = createTally(() => nowMs);
    let end = (): void => undefined;
    const slow = tally.around(() => new Promise<void>((resolve) => (end = resolve)));
    const running = slow(payloads(2));
    nowMs = 70_000;
    expect(tally.snapshot()).toMatchObject({ counts: { seen: 2, stored: 0 }, unsettledMs: 70_000 });
    // It ends, and one of the two was told of.
    tally.settled('stored');
    end();
    await running;
    nowMs = 100_000;
    expect(tally.snapshot()).toMatchObject({ counts: { seen: 2, stored: 1 }, unsettledMs: 30_000 });
  });

  test('under steady load nothing is old, although something is always under way', async () => {
    let nowMs = 0;
    const tally = createTally(() => nowMs);
    const ends: (() => void)[] = [];
    const sink = tally.around(async () => {
      await new Promise<void>((resolve) => ends.push(resolve));
      tally.settled('stored');
    });
    const calls = [sink(payloads(1))];
    for (let round = 0; round < 100; round += 1) {
      nowMs += 1_000;
      calls.push(sink(payloads(1)));
      ends.shift()?.();
      await calls.shift();
      expect(tally.snapshot().unsettledMs).toBeLessThanOrEqual(1_000);
    }
  });
});
