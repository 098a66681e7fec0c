import { afterEach, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { DAY_MS, dayOf } from '../../../../../channels/x/budget/days.ts';
import { ANSWER_SHARE, readLedger, takenOn } from '../../../../../channels/x/budget/ledger.ts';
import { createMeter, MEMORY_NAME, type XMeter } from '../../../../../channels/x/meter.ts';
import { BudgetUsedUp, type Reservation, type XCall } from '../../../../../channels/x/transport/ports.ts';
import type { AccountMemory } from '../../../../../src/core/ports/channel.ts';
import { createAccountMemory } from '../../../../kit/channels/account-memory.ts';
import { eventually } from '../../../../kit/eventually.ts';
import { quietLog } from '../../../../kit/quiet-log.ts';

const MIDNIGHT_MS = Date.parse('2026-08-06T00:00:00Z');
const log = quietLog();

function meterAt(
  memory: AccountMemory,
  clock: { nowMs(): number },
  budgetPerDay: number | undefined,
  tellEveryMs = 3_600_000,
): XMeter {
  return createMeter({ budgetPerDay, memory, clock, log, tellEveryMs });
}

type Step =
  | { kind: 'call'; process: number; micros: number; purpose: XCall['purpose']; cost: number | null }
  | { kind: 'crash' | 'stop'; process: number }
  | { kind: 'wait'; ms: number };

const PROCESSES = 3;
const process = fc.nat(PROCESSES - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('call' as const),
      process,
      micros: fc.nat(400_000),
      purpose: fc.constantFrom('answer' as const, 'read' as const),
      // Null: it ends without anybody knowing what it cost.
      cost: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { freq: 5 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('crash' as const, 'stop' as const), process }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.oneof({ weight: 4, arbitrary: fc.nat(15_000) }, fc.nat(DAY_MS), fc.constant(DAY_MS)),
    }),
  },
);

/** X counts a call when it is through with it, by its own clock. */
const mayBeChargedOn = (beganMs: number): Set<number> =>
  new Set([-9_000, 0, 5_000, 10_000, 19_000].map((offMs) => dayOf(beganMs + offMs)));

/** Does it all. @returns what was charged at most, by day and purpose: around midnight to both days */
async function lived(steps: readonly Step[], budgetPerDay: number): Promise<Map<string, number>> {
  let nowMs = MIDNIGHT_MS - 40_000;
  const clock = { nowMs: () => nowMs };
  const memory = createAccountMemory();
  const meters = Array.from({ length: PROCESSES }, () => meterAt(memory, clock, budgetPerDay));
  const charged = new Map<string, number>();
  const underWay: Promise<void>[] = [];
  for (const one of steps) {
    if (one.kind === 'wait') {
      await Promise.all(underWay);
      nowMs += one.ms;
      continue;
    }
    const meter = meters[one.process];
    if (meter === undefined) throw new Error('no such process');
    if (one.kind !== 'call') {
      if (one.kind === 'stop') await meter.close();
      meters[one.process] = meterAt(memory, clock, budgetPerDay);
      continue;
    }
    const call = async (): Promise<void> => {
      let reservation: Reservation;
      try {
        reservation = await meter.reserve(one.micros, one.purpose);
      } catch (error) {
        if (!(error instanceof BudgetUsedUp)) throw error;
        return;
      }
      const micros = one.cost === null ? one.micros : Math.floor(one.micros * one.cost);
      for (const day of mayBeChargedOn(nowMs)) {
        const key = `${day} ${one.purpose}`;
        charged.set(key, (charged.get(key) ?? 0) + micros);
      }
      if (one.cost !== null) reservation.settle(micros);
    };
    underWay.push(call());
  }
  await Promise.all(underWay);
  return charged;
}

describe('the meter', () => {
  test('several processes, crashes and days: never more than the budget, and reading leaves the share of answers', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 20, maxLength: 120 }),
        fc.constantFrom(0.5, 1, 2.5),
        async (steps, budgetPerDay) => {
          const charged = await lived(steps, budgetPerDay);
          const budget = budgetPerDay * 1e6;
          const days = new Set([...charged.keys()].map((key) => key.split(' ')[0]));
          for (const day of days) {
            const read = charged.get(`${day} read`) ?? 0;
            const all = read + (charged.get(`${day} answer`) ?? 0);
            expect(all).toBeLessThanOrEqual(budget);
            expect(read).toBeLessThanOrEqual(budget * (1 - ANSWER_SHARE));
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  test('what calls cost and no more is spent once all have stopped in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(50_000), { maxLength: 40 }), async (costs) => {
        const memory = createAccountMemory();
        const clock = { nowMs: () => MIDNIGHT_MS + DAY_MS / 2 };
        const meters = [0, 1].map(() => meterAt(memory, clock, 10));
        for (const [index, cost] of costs.entries()) {
          const reservation = await meters[index % 2]?.reserve(50_000, index % 3 === 0 ? 'answer' : 'read');
          reservation?.settle(cost);
          // Twice is once.
          reservation?.settle(0);
        }
        await Promise.all(meters.map((meter) => meter.close()));
        const { spentMicros, leftMicros, refillsAtMs } = await meterAt(memory, clock, 10).spending();
        expect(spentMicros).toBe(costs.reduce((sum, cost) => sum + cost, 0));
        expect(leftMicros).toBe(10_000_000 - spentMicros);
        expect(refillsAtMs).toBe(MIDNIGHT_MS + DAY_MS);
      }),
      { numRuns: 50 },
    );
  });

  test('reading ends before the money does, answers go on to its end, and the next day all begins anew', async () => {
    let nowMs = MIDNIGHT_MS + 60_000;
    const memory = createAccountMemory();
    const meter = meterAt(memory, { nowMs: () => nowMs }, 1);
    const drain = async (purpose: XCall['purpose']): Promise<number> => {
      for (let micros = 0; ; micros += 10_000) {
        try {
          await meter.reserve(10_000, purpose);
        } catch (error) {
          expect(error).toMatchObject({ name: 'BudgetUsedUp', refillsAtMs: (dayOf(nowMs) + 1) * DAY_MS });
          return micros;
        }
      }
    };
    expect(await drain('read')).toBe(750_000);
    expect(await meter.leftForReading()).toBe(0);
    expect(await drain('answer')).toBe(250_000);
    nowMs += DAY_MS;
    expect(await drain('answer')).toBe(1_000_000);
  });

  test('many calls need the store few times', async () => {
    const memory = createAccountMemory();
    let asked = 0;
    const counting: AccountMemory = {
      read: memory.read,
      exclusively: (name, act) => {
        asked += 1;
        return memory.exclusively(name, act);
      },
    };
    const meter = meterAt(counting, { nowMs: () => MIDNIGHT_MS + DAY_MS / 2 }, 20);
    for (let nth = 0; nth < 500; nth += 1) (await meter.reserve(10_000, 'read')).settle(1_000);
    expect(asked).toBeLessThan(10);
  });

  test('unused money goes back, so that another process has it', async () => {
    const memory = createAccountMemory();
    const clock = { nowMs: () => MIDNIGHT_MS + DAY_MS / 2 };
    const idle = meterAt(memory, clock, 1, 5);
    (await idle.reserve(700_000, 'read')).settle(0);
    const other = meterAt(memory, clock, 1);
    await eventually(() => other.reserve(750_000, 'read'));
    // What it gave back it has no more.
    await expect(idle.reserve(1, 'read')).rejects.toThrow(BudgetUsedUp);
  });

  describe('while something comes every minute', () => {
    afterEach(() => {
      jest.useRealTimers();
    });

    test('what X brought is in the store within a minute, for all processes', async () => {
      jest.useFakeTimers({ now: MIDNIGHT_MS + DAY_MS / 2 });
      const memory = createAccountMemory();
      const clock = { nowMs: () => Date.now() };
      const meter = createMeter({ budgetPerDay: 1, memory, clock, log });
      for (let nth = 0; nth < 10; nth += 1) {
        meter.countBrought(5_000);
        await jest.advanceTimersByTimeAsync(59_000);
      }
      const other = createMeter({ budgetPerDay: 1, memory, clock, log });
      expect((await other.spending()).spentMicros).toBeGreaterThanOrEqual(45_000);
    });

    test('what was taken around midnight and not used is given back on the day after, for both days', async () => {
      jest.useFakeTimers({ now: MIDNIGHT_MS - 5_000 });
      const memory = createAccountMemory();
      const clock = { nowMs: () => Date.now() };
      const meter = createMeter({ budgetPerDay: 10, memory, clock, log });
      for (let nth = 0; nth < 10; nth += 1) {
        (await meter.reserve(1_000, 'read')).settle(0);
        await jest.advanceTimersByTimeAsync(10_000);
      }
      const today = takenOn(readLedger(memory.written.get(MEMORY_NAME) ?? null, 0, null), dayOf(MIDNIGHT_MS));
      // What it has in hand is for today alone.
      expect(today.read).toBeLessThanOrEqual(100_000);
    });
  });

  test('without a budget it counts and refuses nothing', async () => {
    const memory = createAccountMemory();
    const clock = { nowMs: () => MIDNIGHT_MS + DAY_MS / 2 };
    const meter = meterAt(memory, clock, undefined);
    (await meter.reserve(900_000_000, 'read')).settle(800_000_000);
    meter.countBrought(5_000);
    expect(await meter.spending()).toMatchObject({ spentMicros: 800_005_000, leftMicros: null });
    expect(await meter.leftForReading()).toBeNull();
    await meter.close();
    expect(await meterAt(memory, clock, undefined).spending()).toMatchObject({ spentMicros: 800_005_000 });
  });

  test('what X brought is counted although nobody was asked, and reading stops for it', async () => {
    const memory = createAccountMemory();
    const clock = { nowMs: () => MIDNIGHT_MS + DAY_MS / 2 };
    const meter = meterAt(memory, clock, 1);
    meter.countBrought(2_000_000);
    await expect(meter.reserve(1, 'read')).rejects.toThrow(BudgetUsedUp);
    expect(await meter.spending()).toMatchObject({ spentMicros: 2_000_000, leftMicros: 0 });
  });

  test('what cannot be read counts as a day that is spent, and no longer than that', async () => {
    let nowMs = MIDNIGHT_MS + DAY_MS / 2;
    const memory = createAccountMemory();
    memory.written.set(MEMORY_NAME, '{"v":1,"days":{"20000":{"answer":-1}}}');
    const meter = meterAt(memory, { nowMs: () => nowMs }, 1);
    await expect(meter.reserve(1, 'answer')).rejects.toThrow(BudgetUsedUp);
    nowMs += DAY_MS;
    await expect(meter.reserve(1, 'answer')).resolves.toBeDefined();
    expect(dayOf(nowMs)).toBe(dayOf(MIDNIGHT_MS) + 1);
  });

  test('a lump that was written although the store said it was not is never spent twice', async () => {
    const memory = createAccountMemory();
    let breaks = true;
    const breaking: AccountMemory = {
      read: memory.read,
      exclusively: async (name, act) => {
        const result = await memory.exclusively(name, act);
        if (breaks) throw new Error('the connection broke after the commit');
        return result;
      },
    };
    const clock = { nowMs: () => MIDNIGHT_MS + DAY_MS / 2 };
    const meter = meterAt(breaking, clock, 1);
    await expect(meter.reserve(500_000, 'answer')).rejects.toThrow('the connection broke');
    breaks = false;
    await meter.reserve(500_000, 'answer');
    await expect(meter.reserve(1, 'answer')).rejects.toThrow(BudgetUsedUp);
  });
});
