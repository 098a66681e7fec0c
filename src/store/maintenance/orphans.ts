import type { BlobStore } from '../../files/blob-store.ts';
import type { Database } from '../database.ts';
import { unnamedBlobs } from './files.ts';

/** A file is written before the row that names it; this is far longer than any such transaction takes. */
export const YOUNG_MS = 24 * 3_600_000;
const BATCH = 500;

/** Removes files no row names (their transaction never came) and half-written ones. Returns how many. */
export async function sweepOrphans({ db }: Database, blobs: BlobStore, nowMs = Date.now()): Promise<number> {
  let removed = await blobs.sweepPartial(YOUNG_MS);
  let batch: string[] = [];
  const sweep = async (): Promise<void> => {
    if (batch.length === 0) return;
    for (const id of await unnamedBlobs(db, batch)) {
      await blobs.delete(id, YOUNG_MS);
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
