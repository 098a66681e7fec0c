import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemCode } from './errors.ts';

/** Ending of files that are being written; whatever has it after a crash is rubbish. */
export const PARTIAL_SUFFIX = '.part';

/** A name beside a file under which it is written. */
export function partialName(file: string): string {
  return join(dirname(file), `.${randomBytes(8).toString('hex')}${PARTIAL_SUFFIX}`);
}

/**
 * Writes all of it at a place. A disk with little room may take a part of a write and say so in its answer alone.
 * @throws the system's error when nothing more is taken
 */
export async function writeAll(handle: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}

/** Makes a folder's entries durable: a renamed file may be lost with its folder's cache otherwise. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Writes a file so that after any crash it is there whole or not at all, readable by this user only. Resolves when the
 * disk has it. An existing file is replaced.
 */
export async function writeDurably(file: string, bytes: Uint8Array): Promise<void> {
  const partial = partialName(file);
  try {
    const handle = await open(partial, 'wx', 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, file);
  } catch (error) {
    // A full disk must not fill further with halves.
    await unlink(partial).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(file));
}

function syncFolderNow(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Like {@link writeDurably}, at once, and only if the file is not there yet. False when it is: of two processes that start
 * together one wins and the other reads what the winner wrote.
 */
export function createDurablyNow(file: string, bytes: Uint8Array): boolean {
  const partial = partialName(file);
  const descriptor = openSync(partial, 'wx', 0o600);
  try {
    writeSync(descriptor, bytes);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  try {
    linkSync(partial, file);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    // Some mounted file systems know no hard links; a rename is as atomic but would win over a simultaneous start.
    if (systemCode(error) !== 'EPERM' && systemCode(error) !== 'ENOTSUP') throw error;
    renameSync(partial, file);
    syncFolderNow(dirname(file));
    return true;
  } finally {
    try {
      unlinkSync(partial);
    } catch {
      // Already renamed.
    }
  }
  syncFolderNow(dirname(file));
  return true;
}
