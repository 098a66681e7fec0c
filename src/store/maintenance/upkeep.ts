import { sql } from 'kysely';
import { crashPoint } from '../../core/crash-point.ts';
import type { Database } from '../database.ts';

/** How long an early edit, delete or reaction waits for its message. */
const WAIT_FOR_MESSAGE = '24 hours';
/** How long the masked original of an uncertain secret is kept. */
const KEEP_SECRETS = '24 hours';

/** Seals what was committed to the audit since the last time. Returns how many rows. */
export async function sealAudit(database: Database, limit = 500): Promise<number> {
  crashPoint('seal.before-commit');
  const rows = await database.prepared<{ sealed: number }>('audit_seal', 'SELECT audit_seal($1) AS sealed', [limit]);
  crashPoint('seal.after-commit');
  return rows[0]?.sealed ?? 0;
}

/** The first broken link of the audit chain, or null. */
export async function firstBrokenSeal({ db }: Database): Promise<number | null> {
  const { rows } = await sql<{ no: number | null }>`SELECT audit_first_break() AS no`.execute(db);
  return rows[0]?.no ?? null;
}

/** Changes whose message never came are filed with that reason; sealed originals of uncertain secrets are forgotten. */
export async function expireWaiting({ db }: Database): Promise<{ changes: number; secrets: number }> {
  const changes = await db
    .updateTable('inbound_event')
    .set({ state: 'filed', reason: 'its message never came', change: null })
    .where('state', '=', 'waiting')
    .where('received_at', '<', sql<Date>`now() - ${WAIT_FOR_MESSAGE}::interval`)
    .executeTakeFirst();
  const secrets = await db
    .updateTable('secret_finding')
    .set({ sealed: null })
    .where('sealed', 'is not', null)
    .where('created_at', '<', sql<Date>`now() - ${KEEP_SECRETS}::interval`)
    .executeTakeFirst();
  return { changes: Number(changes.numUpdatedRows), secrets: Number(secrets.numUpdatedRows) };
}

/** What waits, as metrics and `doctor` show it. */
export async function dueWork(
  database: Database,
): Promise<{ threads: number; oldestAgeMs: number; needsReview: number }> {
  const rows = await database.prepared<{ threads: number; oldest: number; review: number }>(
    'due_work',
    `SELECT (SELECT count(*) FROM thread WHERE due_at <= now()) AS threads,
      (SELECT coalesce(extract(epoch FROM now() - min(due_at)) * 1000, 0)::float8 FROM thread WHERE due_at <= now()) AS oldest,
      (SELECT count(*) FROM delivery WHERE attention_at IS NOT NULL AND state = 'needs_review') AS review`,
    [],
  );
  return { threads: rows[0]?.threads ?? 0, oldestAgeMs: rows[0]?.oldest ?? 0, needsReview: rows[0]?.review ?? 0 };
}
