import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type KeyRing, type SealedPlace, STREAM_FORMAT } from './crypto.ts';
import { writeDurably } from './durable-file.ts';
import { systemCode } from './errors.ts';
import { writeSealed } from './sealed-file.ts';
import { openStream } from './sealed-stream.ts';

/** Bytes at the beginning of a sealed file that tell its form and the version of its key. */
const HEAD_BYTES = 64;

/** What became of one file: sealed anew, under the newest key already, or deleted meanwhile. */
export type ResealedBlob = 'resealed' | 'current' | 'gone';

async function headOf(file: string): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function fileOf(folder: string, id: string): string {
  return join(folder, id.slice(0, 2), id);
}

/** Version of the key a kept file is sealed under; null when it is gone. @throws {SealError} for what is no sealed file */
export async function blobKeyVersion(folder: string, id: string, keys: KeyRing): Promise<number | null> {
  try {
    return keys.versionOf(await headOf(fileOf(folder, id)));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

async function resealPieces(file: string, keys: KeyRing, place: SealedPlace): Promise<void> {
  const from = await open(file, 'r');
  try {
    // One that was deleted meanwhile stays deleted.
    await writeSealed(file, keys, place, openStream(from, keys, place), async () => void (await stat(file)));
  } finally {
    await from.close();
  }
}

async function resealWhole(file: string, keys: KeyRing, place: SealedPlace): Promise<void> {
  const fresh = keys.seal(keys.open(await readFile(file), place), place);
  await stat(file);
  await writeDurably(file, fresh);
}

/**
 * Seals one kept file under the newest key, in place and under the same id. A crash leaves the old file or the new one,
 * both readable. A file deleted in the moment between looking and renaming comes back as one that no row names; the daily
 * sweep of orphans takes it. @throws {SealError} when it does not open
 */
export async function resealBlob(folder: string, id: string, keys: KeyRing): Promise<ResealedBlob> {
  const file = fileOf(folder, id);
  const place = { table: 'blob', column: 'content', row: id };
  try {
    const head = await headOf(file);
    if (keys.versionOf(head) === keys.currentVersion) return 'current';
    await (head[0] === STREAM_FORMAT ? resealPieces(file, keys, place) : resealWhole(file, keys, place));
    return 'resealed';
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return 'gone';
    throw error;
  }
}
