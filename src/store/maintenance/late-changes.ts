import { sql } from 'kysely';
import type { Database } from '../database.ts';

interface Waiting {
  account_id: string;
  event_key: string;
  thread_id: string;
  overtaken: boolean;
}

/**
 * Applies edits, deletes and reactions that came before the message they are about was known, and receipts that came before the fate of
 * their part was, where it is known by now: a customer may
 * react to an answer before what the platform said of it is stored, and a message and its edit may be stored by two processes at the
 * same moment. What was applied at once came later than anything that waited, so on the same second it stays. Returns how many.
 */
export async function applyLateChanges({ db }: Database, limit = 200): Promise<number> {
  return await db.transaction().execute(async (transaction) => {
    const { rows } = await sql<Waiting>`
      SELECT e.account_id, e.event_key, m.thread_id, e.kind = 'reaction' AND EXISTS (
        SELECT FROM message_reaction r WHERE r.message_id = m.id AND r.author_id = e.change->>'authorId'
          AND r.at >= to_timestamp((e.change->>'atMs')::double precision / 1000)) AS overtaken
      FROM inbound_event e
      CROSS JOIN LATERAL (
        SELECT m.id, m.thread_id FROM message_external x JOIN message m ON m.id = x.message_id
          WHERE e.kind <> 'receipt' AND x.account_id = e.account_id AND x.external_id = e.target_external_id
        UNION ALL
        SELECT d.message_id, d.thread_id FROM delivery d
          WHERE e.kind = 'receipt' AND d.id = (e.change#>>'{extras,delivery}')::uuid
            AND d.state NOT IN ('scheduled', 'pending', 'sending', 'retry', 'unknown')
      ) m
      WHERE e.state = 'waiting' ORDER BY e.received_at, e.event_key LIMIT ${limit} FOR UPDATE OF e SKIP LOCKED
    `.execute(transaction);
    if (rows.length === 0) return 0;
    const threads = rows.map((row) => row.thread_id);
    await sql`SELECT FROM thread WHERE id = ANY (${threads}::uuid[]) ORDER BY id FOR NO KEY UPDATE`.execute(
      transaction,
    );
    for (const { account_id, event_key, overtaken } of rows) {
      if (overtaken) {
        await sql`UPDATE inbound_event SET state = 'stored', change = NULL
          WHERE account_id = ${account_id} AND event_key = ${event_key}`.execute(transaction);
      } else {
        await sql`SELECT apply_change_v1(${account_id}, ${event_key})`.execute(transaction);
      }
    }
    return rows.length;
  });
}
