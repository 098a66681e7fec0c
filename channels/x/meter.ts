import type { AccountMemory, Spending } from '../../src/core/ports/channel.ts';
import type { Clock } from '../../src/core/ports/clock.ts';
import type { Log } from '../../src/core/ports/log.ts';
import { dayOf, daysOfCall, nextDayAtMs } from './budget/days.ts';
import {
  addBrought,
  giveBack,
  type Ledger,
  leftOn,
  type Purpose,
  readLedger,
  take,
  takenOn,
  textOfLedger,
} from './budget/ledger.ts';
import { BudgetUsedUp, type Meter, type Reservation } from './transport/ports.ts';

/** Under this name an account's memory holds what is spent. */
export const MEMORY_NAME = 'x.spending';
/** At most this long nobody else knows of what X brought, or has what is not used, ms. */
const TELL_EVERY_MS = 60_000;
/** Lumps: a hundredth of the budget within these, so that little is lost with a process; millionths of a US dollar. */
const LUMP_PART = 100;
const LEAST_LUMP = 20_000;
const MOST_LUMP = 500_000;

export interface MeterDeps {
  /** US dollars a day; left out: only counted. */
  budgetPerDay: number | undefined;
  memory: AccountMemory;
  clock: Pick<Clock, 'nowMs'>;
  log: Log;
  /** For tests: how often what is unused and what was brought goes to the store, ms. */
  tellEveryMs?: number;
}

/** The meter of one account in one process. */
export interface XMeter extends Meter {
  /** What reading may still take today, without what is kept back for answers; null: no limit. */
  leftForReading(): Promise<number | null>;
  /** Counts what X charges for what it brought by itself. Best effort: it cannot be refused, only told. */
  countBrought(micros: number): void;
  /** Gives back what is not used. To be called before the store is closed. */
  close(): Promise<void>;
}

/** Money this process has taken and not yet spent. */
interface Purse {
  days: readonly number[];
  purpose: Purpose;
  micros: number;
  /** Calls that have taken from it and are not settled. */
  underWay: number;
}

/**
 * Keeps an account within its day's budget, over all processes. Money is taken from the store in lumps before it is spent, so that the
 * sum of what all processes have is never more than the budget, whatever becomes of any of them.
 */
export function createMeter({ budgetPerDay, memory, clock, log, tellEveryMs = TELL_EVERY_MS }: MeterDeps): XMeter {
  const budgetMicros = budgetPerDay === undefined ? null : Math.floor(budgetPerDay * 1_000_000);
  const lumpMicros =
    budgetMicros === null ? MOST_LUMP : Math.min(MOST_LUMP, Math.max(LEAST_LUMP, Math.floor(budgetMicros / LUMP_PART)));
  const purses = new Map<string, Purse>();
  const brought = new Map<number, number>();
  let turn: Promise<unknown> = Promise.resolve();
  let telling: NodeJS.Timeout | null = null;
  let closed = false;

  function purseOf(days: readonly number[], purpose: Purpose): Purse {
    const name = `${days.join('+')}/${purpose}`;
    const found = purses.get(name);
    if (found !== undefined) return found;
    const made: Purse = { days, purpose, micros: 0, underWay: 0 };
    purses.set(name, made);
    return made;
  }

  /** Everybody of this process goes to the store one after the other: the next may find what the one before brought. */
  function inTurn<T>(act: () => Promise<T>): Promise<T> {
    const mine = turn.then(act);
    turn = mine.catch(() => undefined);
    return mine;
  }

  /** What is not in the ledger yet. @returns a way to put it back where it could not be written */
  function pouredOut(ledger: Ledger): { ledger: Ledger; undo: () => void } {
    const counted = [...brought];
    brought.clear();
    return {
      ledger: counted.reduce((sum, [day, micros]) => addBrought(sum, day, micros), ledger),
      undo() {
        for (const [day, micros] of counted) brought.set(day, micros + (brought.get(day) ?? 0));
      },
    };
  }

  /** Changes what the store holds. What cannot be written for sure counts as written. */
  async function change<T>(act: (ledger: Ledger) => { ledger: Ledger; result: T }): Promise<T> {
    return await memory.exclusively(MEMORY_NAME, async (text, write) => {
      const { ledger, undo } = pouredOut(readLedger(text, dayOf(clock.nowMs()), budgetMicros));
      const next = act(ledger);
      try {
        await write(textOfLedger(next.ledger));
      } catch (error) {
        undo();
        throw error;
      }
      return next.result;
    });
  }

  /** Fills a purse and takes out what is needed at once, before anybody else can. Null: midnight came meanwhile. */
  async function fetched(needMicros: number, purpose: Purpose): Promise<Purse | null> {
    const days = daysOfCall(clock.nowMs());
    const purse = purseOf(days, purpose);
    if (purse.micros < needMicros) {
      const lump = await change((ledger) => {
        const wantMicros = Math.max(needMicros, lumpMicros);
        const taken = take(ledger, { days, purpose, needMicros: needMicros - purse.micros, wantMicros, budgetMicros });
        return { ledger: taken?.ledger ?? ledger, result: taken?.micros ?? null };
      });
      if (lump === null) throw new BudgetUsedUp(purpose, nextDayAtMs(clock.nowMs()));
      purse.micros += lump;
    }
    // It may have been emptied over night and by calls that did not need the store.
    if (purse.micros < needMicros || !sameDays(days, daysOfCall(clock.nowMs()))) return null;
    purse.micros -= needMicros;
    return purse;
  }

  function reservationOf(purse: Purse, mostMicros: number): Reservation {
    let settled = false;
    purse.underWay += 1;
    return {
      settle(micros) {
        if (settled) return;
        settled = true;
        purse.underWay -= 1;
        purse.micros += mostMicros - Math.min(mostMicros, Math.max(0, Math.ceil(micros)));
        tellSoon();
      },
    };
  }

  /** However much goes on, others wait no longer for what is left. */
  function tellSoon(): void {
    if (!closed) telling ??= setTimeout(() => void told(), tellEveryMs).unref();
  }

  /** Gives back what is left, and counts what was brought. */
  async function told(): Promise<void> {
    if (telling !== null) clearTimeout(telling);
    telling = null;
    // Nobody may spend it from here on: where it cannot be given back it counts as spent.
    const unused = [...purses.values()].map((purse) => ({ ...purse }));
    const current = daysOfCall(clock.nowMs());
    for (const [name, purse] of purses) {
      purse.micros = 0;
      // What calls under way do not cost comes back into the purse it was taken from.
      if (purse.underWay === 0 && !sameDays(purse.days, current)) purses.delete(name);
    }
    if (brought.size === 0 && unused.every(({ micros }) => micros === 0)) return;
    try {
      await inTurn(() =>
        change((ledger) => ({
          ledger: unused.reduce((sum, { days, purpose, micros }) => giveBack(sum, days, purpose, micros), ledger),
          result: undefined,
        })),
      );
    } catch (error) {
      log.debug({ error: error instanceof Error ? error.name : typeof error }, 'unused money counts as spent');
    }
  }

  /** What this process has of today and has not spent. */
  function unspent(today: number, purpose?: Purpose): number {
    return [...purses.values()]
      .filter((purse) => purse.days.includes(today) && (purpose === undefined || purse.purpose === purpose))
      .reduce((sum, { micros }) => sum + micros, 0);
  }

  return {
    async reserve(mostMicros, purpose) {
      const needMicros = Math.ceil(mostMicros);
      if (!(needMicros >= 0)) throw new TypeError(`a call cannot cost ${mostMicros} millionths of a dollar`);
      const purse = purseOf(daysOfCall(clock.nowMs()), purpose);
      if (purse.micros >= needMicros) {
        purse.micros -= needMicros;
        return reservationOf(purse, needMicros);
      }
      for (;;) {
        const filled = await inTurn(() => fetched(needMicros, purpose));
        tellSoon();
        if (filled !== null) return reservationOf(filled, needMicros);
      }
    },

    async spending(): Promise<Spending> {
      const nowMs = clock.nowMs();
      const today = dayOf(nowMs);
      const ledger = readLedger(await memory.read(MEMORY_NAME), today, budgetMicros);
      const { answer, read, brought: counted } = takenOn(ledger, today);
      const spentMicros = Math.max(0, answer + read + counted + (brought.get(today) ?? 0) - unspent(today));
      return {
        spentMicros,
        leftMicros: budgetMicros === null ? null : Math.max(0, budgetMicros - spentMicros),
        refillsAtMs: nextDayAtMs(nowMs),
      };
    },

    async leftForReading() {
      if (budgetMicros === null) return null;
      const today = dayOf(clock.nowMs());
      const ledger = readLedger(await memory.read(MEMORY_NAME), today, budgetMicros);
      return (leftOn(ledger, today, 'read', budgetMicros) ?? 0) + unspent(today, 'read');
    },

    countBrought(micros) {
      const today = dayOf(clock.nowMs());
      brought.set(today, (brought.get(today) ?? 0) + Math.max(0, Math.ceil(micros)));
      tellSoon();
    },

    async close() {
      closed = true;
      await told();
      await turn;
    },
  };
}

/** The same for what a person asks, as far as the store is there: an account that was never started has none, and is looked at all the same. */
export function leniently(meter: Pick<Meter, 'reserve'>): Pick<Meter, 'reserve'> {
  return {
    async reserve(mostMicros, purpose) {
      try {
        return await meter.reserve(mostMicros, purpose);
      } catch (error) {
        if (error instanceof BudgetUsedUp) throw error;
        return { settle: () => undefined };
      }
    },
  };
}

function sameDays(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((day, index) => day === other[index]);
}
