import { sql } from 'kysely';
import { NOISE_DAYS } from '../../core/model/conversation.ts';
import type { Database } from '../database.ts';
import { emptyFiles } from './files.ts';

/** How long things are kept, ms. */
export interface RetentionTimes {
  rawMs: number;
  attachmentsMs: number;
  conversationsMs: number;
  auditMs: number;
}

export interface RetentionResult {
  raw: number;
  messages: number;
  files: number;
  audit: number;
  /** Entries of the log of changes. */
  changes: number;
  /** Sessions that ended long ago, and windows of attempts to sign in. */
  sessions: number;
}

/** How long API clients may be away and still catch up. */
const CHANGES_DAYS = 7;
/** How long it can be seen when somebody was last here. */
const SESSIONS_DAYS = 90;

/** First key of the lock under which one process at a time does the daily work. */
const LOCK = 4;
const BATCH = 5_000;

/**
 * Empties what is older than its time. Rows and their keys stay, so that a redelivery is still known as such; only
 * contents go. Audit rows go oldest first, and the chain keeps an anchor where it now begins.
 * @param deleteBlob called for each file no row names any more
 */
export async function applyRetention(
  { db }: Database,
  times: RetentionTimes,
  deleteBlob: (id: string) => Promise<void>,
): Promise<RetentionResult | null> {
  return db.connection().execute(async (connection) => {
    const held = await sql<{ held: boolean }>`SELECT pg_try_advisory_lock(1885434476, ${LOCK}) AS held`.execute(
      connection,
    );
    if (held.rows[0]?.held !== true) return null;
    try {
      const raw = await emptyRaw(connection, times.rawMs, deleteBlob);
      const messages = await emptyMessages(connection, times.conversationsMs);
      const files = await emptyFiles({ db: connection }, times.attachmentsMs, deleteBlob);
      const audit = await trimAudit(connection, times.auditMs);
      const changes = await trimChanges(connection);
      const sessions = await trimSessions(connection);
      return { raw, messages, files, audit, changes, sessions };
    } finally {
      await sql`SELECT pg_advisory_unlock(1885434476, ${LOCK})`.execute(connection);
    }
  });
}

type Connection = Database['db'];

async function emptyRaw(
  db: Connection,
  olderThanMs: number,
  deleteBlob: (id: string) => Promise<void>,
): Promise<number> {
  let total = 0;
  for (;;) {
    // Parked payloads are kept: a person still has to see them.
    const { rows } = await sql<{ raw_blob: string | null }>`
      WITH old AS MATERIALIZED (
        SELECT account_id, event_key, raw_blob FROM inbound_event
        WHERE (raw IS NOT NULL OR raw_blob IS NOT NULL) AND state <> 'parked'
          AND received_at < now() - ${olderThanMs} * interval '1 millisecond'
        ORDER BY account_id, event_key LIMIT ${BATCH} FOR UPDATE SKIP LOCKED
      )
      UPDATE inbound_event e SET raw = NULL, raw_blob = NULL FROM old
      WHERE e.account_id = old.account_id AND e.event_key = old.event_key RETURNING old.raw_blob`.execute(db);
    total += rows.length;
    for (const { raw_blob: blob } of rows) {
      if (blob === null) continue;
      const named = await db
        .selectFrom('inbound_event')
        .select('event_key')
        .where('raw_blob', '=', blob)
        .limit(1)
        .execute();
      if (named.length === 0) await deleteBlob(blob);
    }
    if (rows.length < BATCH) return total;
  }
}

async function emptyMessages(db: Connection, olderThanMs: number): Promise<number> {
  let total = 0;
  for (;;) {
    const { rows } = await sql`
      WITH old AS MATERIALIZED (
        SELECT m.id FROM message m JOIN conversation c ON c.id = m.conversation_id
        WHERE c.status = 'resolved' AND m.erased_at IS NULL AND (c.resolved_at < now() - ${olderThanMs} * interval '1 millisecond'
          OR (c.filed_as = 'noise' AND c.resolved_at < now() - ${NOISE_DAYS} * interval '1 day'))
        ORDER BY m.id LIMIT ${BATCH} FOR UPDATE OF m SKIP LOCKED
      ), parts AS (
        UPDATE delivery d SET part = '{}' FROM old WHERE d.message_id = old.id
      ), files AS (
        UPDATE attachment a SET caption = NULL, file_name = NULL, remote = NULL, unique_ref = NULL FROM old WHERE a.message_id = old.id
      ), edits AS (
        DELETE FROM message_edit e USING old WHERE e.message_id = old.id
      ), previews AS (
        UPDATE conversation c SET preview = '', subject = NULL, bot_memory = '{}', suggestion = NULL FROM message m JOIN old ON old.id = m.id
        WHERE c.id = m.conversation_id
      )
      UPDATE message m SET text = '', body = NULL, entry = NULL, extras = NULL, erased_at = now() FROM old WHERE m.id = old.id
      RETURNING m.id`.execute(db);
    total += rows.length;
    if (rows.length < BATCH) break;
  }
  // What customers see of it goes with it. Positions are not used again.
  await sql`DELETE FROM place_entry WHERE at < now() - ${olderThanMs} * interval '1 millisecond'`.execute(db);
  return total;
}

async function trimAudit(db: Connection, olderThanMs: number): Promise<number> {
  const { rows } = await sql<{ removed: number }>`
    WITH last AS MATERIALIZED (
      SELECT seal_no, hash FROM audit WHERE seal_no IS NOT NULL AND at < now() - ${olderThanMs} * interval '1 millisecond'
      ORDER BY seal_no DESC LIMIT 1
    ), anchor AS (
      INSERT INTO audit_anchor (seal_no, hash) SELECT seal_no, hash FROM last RETURNING seal_no
    ), removed AS (
      DELETE FROM audit a USING last WHERE a.seal_no <= last.seal_no RETURNING a.id
    )
    SELECT count(*)::integer AS removed FROM removed`.execute(db);
  return rows[0]?.removed ?? 0;
}

/** Removes the oldest changes and remembers up to where: a client that is further behind has to begin anew. */
async function trimChanges(db: Connection): Promise<number> {
  let total = 0;
  for (;;) {
    const { rows } = await sql<{ removed: number }>`
      WITH old AS MATERIALIZED (
        SELECT e.ctid, e.xid, e.at FROM conversation_change e ORDER BY e.xid LIMIT ${BATCH}
      ), floor AS (
        INSERT INTO conversation_change_floor AS f (xid)
        SELECT (max(old.xid::text::numeric) + 1)::text::xid8 FROM old
        WHERE old.at < now() - ${CHANGES_DAYS} * interval '1 day' HAVING count(*) > 0
        ON CONFLICT (only_row) DO UPDATE SET xid = greatest(f.xid, EXCLUDED.xid)
      ), removed AS (
        DELETE FROM conversation_change e USING old
        WHERE e.ctid = old.ctid AND old.at < now() - ${CHANGES_DAYS} * interval '1 day' RETURNING e.xid
      )
      SELECT count(*)::integer AS removed FROM removed`.execute(db);
    const removed = rows[0]?.removed ?? 0;
    total += removed;
    if (removed < BATCH) return total;
  }
}

async function trimSessions(db: Connection): Promise<number> {
  const ended = await db
    .deleteFrom('agent_session')
    .where('expires_at', '<', sql<Date>`now() - ${SESSIONS_DAYS} * interval '1 day'`)
    .executeTakeFirst();
  await db.deleteFrom('sign_in_attempt').where('until_at', '<', sql<Date>`now()`).execute();
  return Number(ended.numDeletedRows);
}
