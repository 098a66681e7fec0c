import { type Kysely, sql } from 'kysely';
import type { Database } from '../database.ts';
import type { Schema } from '../schema.ts';

type Connection = Kysely<Schema>;

const BATCH = 500;
/** An upload nobody sent within this is forgotten. */
const UNSENT_HOURS = 24;

interface Emptied {
  blob_id: string | null;
  preview_blob_id: string | null;
}

/** Of these blobs those that no row names. */
export async function unnamedBlobs(db: Connection, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<{ id: string }>`
    SELECT b.id FROM unnest(${[...ids]}::text[]) AS b(id)
    WHERE NOT EXISTS (SELECT FROM attachment a WHERE a.blob_id = b.id)
      AND NOT EXISTS (SELECT FROM attachment a WHERE a.preview_blob_id = b.id)
      AND NOT EXISTS (SELECT FROM attachment a WHERE a.state IN ('waiting', 'refused', 'failed') AND a.remote->>'heldBlob' = b.id)
      AND NOT EXISTS (SELECT FROM inbound_event e WHERE e.raw_blob = b.id)`.execute(db);
  return rows.map(({ id }) => id);
}

async function deleteUnnamed(
  db: Connection,
  rows: readonly Emptied[],
  deleteBlob: (id: string) => Promise<void>,
): Promise<void> {
  const ids = rows.flatMap((row) => [row.blob_id, row.preview_blob_id]).filter((id) => id !== null);
  for (const id of await unnamedBlobs(db, [...new Set(ids)])) await deleteBlob(id);
}

/** Empties files older than their time, whatever became of their conversation; and uploads nobody sent. */
export async function emptyFiles(
  { db }: Pick<Database, 'db'>,
  olderThanMs: number,
  deleteBlob: (id: string) => Promise<void>,
): Promise<number> {
  let total = 0;
  for (;;) {
    const { rows } = await sql<Emptied>`
      WITH old AS MATERIALIZED (
        SELECT id, blob_id, preview_blob_id FROM attachment
        WHERE state = 'stored' AND message_id IS NOT NULL AND stored_at < now() - ${olderThanMs} * interval '1 millisecond'
        ORDER BY stored_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED
      )
      UPDATE attachment a SET state = 'erased', reason = 'retention', blob_id = NULL, preview_blob_id = NULL, preview_width = NULL,
        preview_height = NULL, file_name = NULL, remote = NULL, unique_ref = NULL
      FROM old WHERE a.id = old.id RETURNING old.blob_id, old.preview_blob_id`.execute(db);
    await deleteUnnamed(db, rows, deleteBlob);
    total += rows.length;
    if (rows.length < BATCH) break;
  }
  const { rows } = await sql<Emptied>`
    DELETE FROM attachment WHERE message_id IS NULL AND created_at < now() - ${UNSENT_HOURS} * interval '1 hour'
    RETURNING blob_id, preview_blob_id`.execute(db);
  await deleteUnnamed(db, rows, deleteBlob);
  return total + rows.length;
}

/** Empties every file of some threads; answers the blobs that were named. The caller deletes those nobody names after its commit. */
export async function eraseFiles(tx: Connection, threads: readonly string[]): Promise<string[]> {
  const { rows } = await sql<Emptied>`
    WITH old AS MATERIALIZED (
      SELECT id, blob_id, preview_blob_id FROM attachment WHERE thread_id = ANY (${[...threads]}::uuid[]) ORDER BY id FOR UPDATE
    )
    UPDATE attachment a SET state = 'erased', reason = 'contact erased', blob_id = NULL, preview_blob_id = NULL, preview_width = NULL,
      preview_height = NULL, file_name = NULL, caption = NULL, remote = NULL, unique_ref = NULL, due_at = NULL, lease_owner = NULL
    FROM old WHERE a.id = old.id RETURNING old.blob_id, old.preview_blob_id`.execute(tx);
  return [...new Set(rows.flatMap((row) => [row.blob_id, row.preview_blob_id]).filter((id) => id !== null))];
}
