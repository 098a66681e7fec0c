import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createIdentifyBudget } from '../../../../../channels/discord/transport/identify-budget.ts';
import { createLanes } from '../../../../../channels/discord/transport/lanes.ts';
import { createPacer } from '../../../../../channels/discord/transport/pacer.ts';
import {
  bookmarkName,
  idBefore,
  positionAt,
  positionOf,
  readBookmarkName,
  timeOf,
} from '../../../../../channels/discord/transport/positions.ts';
import { createRecentIds } from '../../../../../channels/discord/transport/recent-ids.ts';
import { linked } from '../../../../../src/core/linked-signal.ts';
import { quietLog } from '../../../../kit/quiet-log.ts';

const { signal } = linked(new AbortController().signal);
const ids = fc.bigInt({ min: 100_000_000_000_000_000n, max: (1n << 63n) - 1n }).map(String);

describe('positions', () => {
  test('fit a number, keep the order, and asking from one brings its message and every later one', () => {
    fc.assert(
      fc.property(ids, ids, (one, two) => {
        const [a, b] = [positionOf(one), positionOf(two)];
        expect(Number.isSafeInteger(a)).toBe(true);
        if (BigInt(one) <= BigInt(two)) expect(a).toBeLessThanOrEqual(b);
        expect(BigInt(idBefore(a))).toBeLessThan(BigInt(one));
        expect(BigInt(one) - BigInt(idBefore(a))).toBeLessThanOrEqual(1_024n);
      }),
    );
    expect(idBefore(0)).toBe('0');
  });

  test('know their time to the millisecond', () => {
    const now = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
    expect(timeOf(positionAt(now))).toBe(now);
    // From the platform's documentation, "Snowflakes".
    expect(timeOf(positionOf('175928847299117063'))).toBe(1_462_015_105_796);
  });

  test('names of bookmarks are read back, and no others', () => {
    const id = '175928847299117063';
    expect(readBookmarkName(bookmarkName(id, true))).toEqual({ channelId: id, direct: true });
    expect(readBookmarkName(bookmarkName(id, false))).toEqual({ channelId: id, direct: false });
    for (const name of ['account', 'INBOX', 'dm:', 'dm:x', `mail:${id}`]) expect(readBookmarkName(name)).toBeNull();
  });
});

describe('the pacer', () => {
  test('keeps to its share, urgent turns first, and gives up in time', async () => {
    const pacer = createPacer(
      50,
      () => 0,
      () => performance.now(),
    );
    const order: string[] = [];
    const startedMs = performance.now();
    const turns = Array.from({ length: 30 }, (_, at) => pacer.turn(signal).then(() => order.push(`${at}`)));
    const urgent = pacer.turn(signal, { urgent: true }).then(() => order.push('urgent'));
    expect(await pacer.turn(signal, { withinMs: 5 })).toBe(false);
    await Promise.all([...turns, urgent]);
    expect(order.indexOf('urgent')).toBeLessThan(20);
    // A fifth of a second may be caught up: 10 of 31 turns cost nothing.
    expect(performance.now() - startedMs).toBeGreaterThan(350);
  });

  test('lets urgent turns through however much others are at work, within its share', async () => {
    const pacer = createPacer(
      50,
      () => 1_000,
      () => performance.now(),
    );
    const other = pacer.turn(signal, { withinMs: 300 });
    const startedMs = performance.now();
    const urgent = Array.from({ length: 15 }, () => pacer.turn(signal, { urgent: true, withinMs: 2_000 }));
    expect(await Promise.all(urgent)).toEqual(urgent.map(() => true));
    expect(performance.now() - startedMs).toBeGreaterThan(60);
    expect(await other).toBe(false);
  });

  test('waits while others are at work, and ends with its signal', async () => {
    let busy = 100;
    const controller = new AbortController();
    const pacer = createPacer(
      50,
      () => busy,
      () => performance.now(),
    );
    let got: boolean | null = null;
    const turn = pacer.turn(signal).then((value) => {
      got = value;
    });
    const aborted = pacer.turn(controller.signal);
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(got).toBeNull();
    controller.abort();
    expect(await aborted).toBe(false);
    busy = 0;
    await turn;
    expect(got).toBe(true);
  });
});

describe('lanes', () => {
  test('keep order within one, run side by side, tell when they are full, and outlive what fails', async () => {
    const full: boolean[] = [];
    const lanes = createLanes({ most: 4, onFull: (now) => void full.push(now), log: quietLog() });
    const done: string[] = [];
    const add = (lane: string, name: string, ms: number) =>
      lanes.run(lane, async () => {
        await new Promise((resolve) => setTimeout(resolve, ms));
        if (name === 'fails') throw new Error('on purpose');
        done.push(name);
      });
    void add('a', 'a1', 30);
    void add('a', 'fails', 1);
    void add('a', 'a2', 1);
    void add('b', 'b1', 5);
    void add('b', 'b2', 1);
    await lanes.idle();
    expect(done).toEqual(['b1', 'b2', 'a1', 'a2']);
    expect(full).toEqual([true, false]);
    expect(lanes.waiting).toBe(0);
  });
});

describe('the budget of sessions', () => {
  const info = { url: 'ws://x', shards: 1, remaining: 1_000, resetAfterMs: 60_000, maxConcurrency: 1 };

  test('never more than 1,000 a day, however often they end', () => {
    let now = 0;
    const budget = createIdentifyBudget(() => now, 5_000);
    let begun = 0;
    while (now < 24 * 3_600_000) {
      const { waitMs } = budget.take(0, info);
      if (waitMs === 0) begun += 1;
      now += Math.max(waitMs, 100);
    }
    expect(begun).toBeGreaterThan(100);
    expect(begun).toBeLessThan(1_000);
  });

  test('shards of one slot wait for each other, others do not', () => {
    const budget = createIdentifyBudget(() => 0, 5_000);
    expect(budget.take(0, { ...info, maxConcurrency: 2 }).waitMs).toBe(0);
    expect(budget.take(1, { ...info, maxConcurrency: 2 }).waitMs).toBe(0);
    expect(budget.take(2, { ...info, maxConcurrency: 2 })).toEqual({ waitMs: 5_000, reason: 'turn' });
  });

  test('the last ones are left for the first session of a process, and asked for again within ten minutes', () => {
    const budget = createIdentifyBudget(() => 0, 0);
    const few = { ...info, remaining: 10 };
    expect(budget.take(0, few)).toEqual({ waitMs: 0, reason: 'turn' });
    expect(budget.take(0, few)).toEqual({ waitMs: 60_000, reason: 'budget' });
    expect(budget.take(0, { ...few, resetAfterMs: 80_000_000 })).toEqual({ waitMs: 600_000, reason: 'budget' });
    expect(budget.take(1, { ...few, remaining: 0 })).toEqual({ waitMs: 60_000, reason: 'budget' });
  });
});

describe('ids', () => {
  test('ids are taken once, and the oldest forgotten', () => {
    const recent = createRecentIds(2);
    for (const id of ['1', '2', '3']) recent.add(id);
    expect([recent.take('1'), recent.take('3'), recent.take('3'), recent.take('2')]).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });
});
