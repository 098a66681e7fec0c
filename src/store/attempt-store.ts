import { sql } from 'kysely';
import type { AccessStore } from '../core/ports/access-store.ts';
import type { Database } from './database.ts';

export type AttemptStore = Pick<AccessStore, 'attempt' | 'forgiveAttempt'>;

/** Counts attempts in the store, so that all processes count together. A window begins with its first attempt. */
export function createAttemptStore({ db }: Database): AttemptStore {
  return {
    async attempt(counters) {
      for (const { key, limit, windowMs } of counters) {
        // Counted before it is made: many at once are no way around.
        const { rows } = await sql<{ attempts: number; wait_ms: number }>`
          INSERT INTO sign_in_attempt AS s (key, attempts, until_at)
          VALUES (${key}, 1, now() + ${windowMs} * interval '1 millisecond')
          ON CONFLICT (key) DO UPDATE SET
            attempts = CASE WHEN s.until_at <= now() THEN 1 ELSE least(s.attempts, ${limit}) + 1 END,
            until_at = CASE WHEN s.until_at <= now() THEN EXCLUDED.until_at ELSE s.until_at END
          RETURNING attempts, (extract(epoch FROM until_at - now()) * 1000)::float8 AS wait_ms`.execute(db);
        const row = rows[0];
        if (row !== undefined && row.attempts > limit) return { allowed: false, full: key, waitMs: row.wait_ms };
      }
      return { allowed: true };
    },

    async forgiveAttempt(counters) {
      for (const { key, onSuccess } of counters) {
        await db
          .updateTable('sign_in_attempt')
          .set((row) => ({
            attempts: onSuccess === 'clear' ? 0 : sql<number>`greatest(${row.ref('attempts')} - 1, 0)`,
          }))
          .where('key', '=', key)
          .execute();
      }
    },
  };
}
