import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { KeyRing, SealedPlace } from './crypto.ts';
import { partialName, syncFolder, writeAll } from './durable-file.ts';
import { createSealer, PIECE_BYTES, type PieceSealer, pieceAt } from './sealed-stream.ts';

/** Writes content piece by piece into a sealed file, from the named piece on; what is held back is at most a piece. */
export function createPieceWriter(handle: FileHandle, sealer: PieceSealer, from: number) {
  let piece = from;
  let rest = Buffer.alloc(0);
  return {
    get sizeBytes() {
      return piece * PIECE_BYTES + rest.length;
    },
    async append(bytes: Uint8Array): Promise<void> {
      rest = Buffer.concat([rest, bytes]);
      // The last piece is sealed as such, so a whole one waits until more comes.
      while (rest.length > PIECE_BYTES) {
        await writeAll(handle, sealer.seal(rest.subarray(0, PIECE_BYTES), piece, false), pieceAt(piece));
        piece += 1;
        rest = rest.subarray(PIECE_BYTES);
      }
    },
    async finish(): Promise<void> {
      await writeAll(handle, sealer.seal(rest, piece, true), pieceAt(piece));
      await handle.sync();
    },
    /** What was held back, for reading what was written so far. */
    rest: () => rest,
  };
}

/** Empties a file and writes its head. */
export async function beginSealed(handle: FileHandle, keys: KeyRing, place: SealedPlace): Promise<PieceSealer> {
  const sealer = createSealer(keys, place);
  await handle.truncate(0);
  await writeAll(handle, sealer.head, 0);
  return sealer;
}

/**
 * Writes content sealed in pieces, so that after any crash the file is there whole or not at all; one that is there is replaced.
 * However large it is, one piece is in memory. @param named told right before it takes its name; a throw leaves everything as it was
 */
export async function writeSealed(
  file: string,
  keys: KeyRing,
  place: SealedPlace,
  content: AsyncIterable<Uint8Array>,
  named: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const partial = partialName(file);
  try {
    const handle = await open(partial, 'wx', 0o600);
    try {
      const writer = createPieceWriter(handle, await beginSealed(handle, keys, place), 0);
      for await (const bytes of content) await writer.append(bytes);
      await writer.finish();
    } finally {
      await handle.close();
    }
    await named();
    await rename(partial, file);
  } catch (error) {
    // A full disk must not fill further with halves.
    await unlink(partial).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(file));
}
