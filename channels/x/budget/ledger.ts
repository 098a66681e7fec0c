import { integerOf, jsonIn, recordOf } from '../../shared/read-unknown.ts';

/**
 * What all processes together have taken of each day's budget. Money counts from the moment a process takes it; what it did not use
 * comes back, and what a dead process had taken stays taken. Amounts are millionths of a US dollar.
 */

export type Purpose = 'answer' | 'read';

/** What was taken of one day. */
export interface Taken {
  answer: number;
  read: number;
  /** Charged for what X brought by itself, which nobody can refuse. */
  brought: number;
}

/** By day, as `dayOf` numbers them. A value, never changed. */
export type Ledger = ReadonlyMap<number, Taken>;

/** Of the budget, this share is for answers alone: reading must not leave customers without one. */
export const ANSWER_SHARE = 0.25;
/** Days that are kept: around midnight two are in use, and clocks differ. */
const KEPT_DAYS = 3;
const NOTHING: Taken = { answer: 0, read: 0, brought: 0 };

/**
 * Reads what {@link textOfLedger} wrote. What cannot be read counts as all of today's budget: it never leads to spending twice.
 * @param budgetMicros null: no limit
 */
export function readLedger(text: string | null, today: number, budgetMicros: number | null): Ledger {
  if (text === null) return new Map();
  const days = daysIn(text);
  return days ?? new Map([[today, { ...NOTHING, brought: budgetMicros ?? 0 }]]);
}

/** For the account's memory. */
export function textOfLedger(ledger: Ledger): string {
  return JSON.stringify({ v: 1, days: Object.fromEntries(ledger) });
}

/** What was taken of a day. */
export function takenOn(ledger: Ledger, day: number): Taken {
  return ledger.get(day) ?? NOTHING;
}

/** What a purpose may still take of a day; null: no limit. Never negative. */
export function leftOn(ledger: Ledger, day: number, purpose: Purpose, budgetMicros: number | null): number | null {
  if (budgetMicros === null) return null;
  const { answer, read, brought } = takenOn(ledger, day);
  const keptBack = purpose === 'read' ? Math.max(0, Math.floor(budgetMicros * ANSWER_SHARE) - answer) : 0;
  return Math.max(0, budgetMicros - answer - read - brought - keptBack);
}

/** Money that is wanted. */
export interface Wish {
  /** Each of them has to have it. */
  days: readonly number[];
  purpose: Purpose;
  needMicros: number;
  /** As much is taken if it is there, so that the next calls need not ask. */
  wantMicros: number;
  /** Null: no limit. */
  budgetMicros: number | null;
}

/** Takes at least what is needed from each day, or nothing: null. */
export function take(ledger: Ledger, wish: Wish): { ledger: Ledger; micros: number } | null {
  const { days, purpose, needMicros, wantMicros, budgetMicros } = wish;
  const left = days.map((day) => leftOn(ledger, day, purpose, budgetMicros) ?? Infinity);
  const micros = Math.min(Math.max(needMicros, wantMicros), ...left);
  if (micros < needMicros) return null;
  return { ledger: changed(ledger, days, purpose, micros), micros };
}

/** Gives back what was taken from these days and not used. */
export function giveBack(ledger: Ledger, days: readonly number[], purpose: Purpose, micros: number): Ledger {
  return changed(ledger, days, purpose, -micros);
}

/** Counts what X brought, and charges for, on a day. */
export function addBrought(ledger: Ledger, day: number, micros: number): Ledger {
  return changed(ledger, [day], 'brought', micros);
}

function changed(ledger: Ledger, days: readonly number[], column: keyof Taken, micros: number): Ledger {
  const next = new Map(ledger);
  for (const day of days) {
    const taken = takenOn(ledger, day);
    next.set(day, { ...taken, [column]: Math.max(0, taken[column] + micros) });
  }
  const kept = [...next.keys()].sort((one, other) => other - one).slice(0, KEPT_DAYS);
  return new Map(kept.sort((one, other) => one - other).map((day) => [day, takenOn(next, day)]));
}

function daysIn(text: string): Ledger | null {
  const fields = recordOf(jsonIn(text));
  const days = recordOf(fields?.['days']);
  if (fields?.['v'] !== 1 || days === null) return null;
  const ledger = new Map<number, Taken>();
  for (const [key, given] of Object.entries(days)) {
    const taken = recordOf(given);
    const amounts = [taken?.['answer'], taken?.['read'], taken?.['brought']].map(integerOf);
    const [answer, read, brought] = amounts;
    if (!/^\d{1,9}$/u.test(key) || answer == null || read == null || brought == null) return null;
    if (Math.min(answer, read, brought) < 0) return null;
    ledger.set(Number(key), { answer, read, brought });
  }
  return ledger;
}
