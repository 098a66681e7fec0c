import { TooMany } from '../core/errors.ts';
import type { AccessStore, AttemptCounter } from '../core/ports/access-store.ts';
import { fewAtOnce } from './few-at-once.ts';

/** Counting waits for locks on the same few rows: more at once would only take the store's connections from customers' messages. */
const AT_ONCE = 2;
const WAITING = 64;
/** A full counter is not asked again for this long. Short, for another process may know better. */
const REMEMBERED_MS = 5_000;
const MOST_REMEMBERED = 10_000;

/** Counts attempts and refuses those that are too many. */
export interface AttemptLimit {
  /** @throws {TooMany} when one of the counters is full; else the attempt is counted in all */
  count(counters: readonly AttemptCounter[]): Promise<void>;
}

function tooMany(waitMs: number): TooMany {
  return new TooMany('too_many_attempts', 'there were too many attempts to sign in', waitMs);
}

/** The limit over the store's counters. Whoever is over it is told so from memory: a flood of attempts is none of the store's. */
export function createAttemptLimit(store: Pick<AccessStore, 'attempt'>): AttemptLimit {
  const few = fewAtOnce(AT_ONCE, WAITING);
  const full = new Map<string, { untilMs: number; askAgainMs: number }>();

  function refuseFull(counters: readonly AttemptCounter[]): void {
    const nowMs = performance.now();
    for (const { key } of counters) {
      const known = full.get(key);
      if (known === undefined) continue;
      if (known.askAgainMs > nowMs) throw tooMany(known.untilMs - nowMs);
      full.delete(key);
    }
  }

  function remember(key: string, waitMs: number): void {
    const nowMs = performance.now();
    full.delete(key);
    full.set(key, { untilMs: nowMs + waitMs, askAgainMs: nowMs + Math.min(waitMs, REMEMBERED_MS) });
    if (full.size <= MOST_REMEMBERED) return;
    const [oldest] = full.keys();
    if (oldest !== undefined) full.delete(oldest);
  }

  return {
    async count(counters) {
      refuseFull(counters);
      await few(async () => {
        // While it waited its turn others may have filled one.
        refuseFull(counters);
        const verdict = await store.attempt(counters);
        if (verdict.allowed) return;
        remember(verdict.full, verdict.waitMs);
        throw tooMany(verdict.waitMs);
      });
    },
  };
}
