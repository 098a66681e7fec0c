import type { BlobStore } from '../../files/blob-store.ts';
import type { Database } from '../database.ts';

/** A file is written before the row that names it; this is far longer than any such transaction takes. */
const YOUNG_MS = 24 * 3_600_000;
const BATCH = 500;

/** Removes files no row names (their transaction never came) and half-written ones. Returns how many. */
export async function sweepOrphans({ db }: Database, blobs: BlobStore, nowMs = Date.now()): Promise<number> {
  let removed = await blobs.sweepPartial(YOUNG_MS);
  let batch: string[] = [];
  const sweep = async (): Promise<void> => {
    if (batch.length === 0) return;
    const rows = await db.selectFrom('inbound_event').select('raw_blob').where('raw_blob', 'in', batch).execute();
    const named = new Set(rows.map((row) => row.raw_blob));
    for (const id of batch.filter((one) => !named.has(one))) {
      await blobs.delete(id);
      removed += 1;
    }
    batch = [];
  };
  for await (const blob of blobs.list()) {
    if (nowMs - blob.storedAtMs < YOUNG_MS) continue;
    batch.push(blob.id);
    if (batch.length >= BATCH) await sweep();
  }
  await sweep();
  return removed;
}
