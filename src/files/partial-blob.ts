import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeyRing, SealedPlace } from './crypto.ts';
import { PARTIAL_SUFFIX } from './durable-file.ts';
import { BlobError, systemCode } from './errors.ts';
import { beginSealed, createPieceWriter, writeSealed } from './sealed-file.ts';
import {
  createSealer,
  openStream,
  type PieceSealer,
  pieceAt,
  STREAM_HEAD_BYTES,
  wholePieces,
} from './sealed-stream.ts';

/** Where content grows that comes over time; survives the process. One writer at a time, which the caller sees to. */
export interface PartialBlob {
  /** What is kept, bytes; whoever asks for the rest asks from here. */
  readonly sizeBytes: number;
  /** @throws {BlobError} `too-large` */
  append(bytes: Uint8Array): Promise<void>;
  /** Forgets what came: the source begins anew. */
  restart(): Promise<void>;
  /** Makes it a blob and resolves when the disk has it. */
  finish(): Promise<{ id: string; sizeBytes: number }>;
  /** Keeps what came for another time. */
  close(): Promise<void>;
  /** Forgets all of it. */
  discard(): Promise<void>;
}

export interface PartialOptions {
  /** Folder of the blobs. */
  folder: string;
  /** Tells it from others; a row's id. */
  name: string;
  keys: KeyRing;
  maxBytes: number;
  /** Makes the folder a blob goes to. */
  ensureShard(shard: string): Promise<void>;
}

/** Folder of what is not whole yet, beside the blobs. */
export const PARTIAL_FOLDER = 'partial';

const NAME = /^[0-9A-Za-z-]{1,64}$/;

/** Goes on with what an earlier process kept; anything that does not open begins anew. */
async function resume(
  handle: FileHandle,
  keys: KeyRing,
  place: SealedPlace,
): Promise<{ sealer: PieceSealer; pieces: number }> {
  const { size } = await handle.stat();
  if (size < STREAM_HEAD_BYTES) return { sealer: await beginSealed(handle, keys, place), pieces: 0 };
  const head = Buffer.alloc(STREAM_HEAD_BYTES);
  await handle.read(head, 0, STREAM_HEAD_BYTES, 0);
  const pieces = wholePieces(size);
  try {
    // oxlint-disable-next-line no-empty -- reading is the check: a crash may have left a piece that was never whole
    for await (const _ of openStream(handle, keys, place, { unfinished: true })) {
    }
    await handle.truncate(pieceAt(pieces));
    return { sealer: createSealer(keys, place, head), pieces };
  } catch {
    return { sealer: await beginSealed(handle, keys, place), pieces: 0 };
  }
}

/** Opens, or goes on with, content that comes over time. @throws {BlobError} `bad-id` for a name that could be a path */
export async function openPartial(options: PartialOptions): Promise<PartialBlob> {
  const { folder, name, keys, maxBytes } = options;
  if (!NAME.test(name)) throw new BlobError('bad-id', 'the name of a partial file is letters, digits and hyphens');
  const partials = join(folder, PARTIAL_FOLDER);
  await mkdir(partials, { recursive: true, mode: 0o700 });
  const file = join(partials, `${name}${PARTIAL_SUFFIX}`);
  const place = { table: 'blob', column: 'partial', row: name };
  const handle = await open(file, 'a+', 0o600).then(async (made) => {
    // Opened for appending only to make it; writing at a place needs another mode.
    await made.close();
    return open(file, 'r+', 0o600);
  });
  const found = await resume(handle, keys, place).catch(async (error: unknown) => {
    await handle.close();
    throw error;
  });
  let writer = createPieceWriter(handle, found.sealer, found.pieces);
  let closed = false;

  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    await handle.close();
  };

  async function* content(): AsyncGenerator<Buffer> {
    yield* openStream(handle, keys, place, { unfinished: true });
    yield writer.rest();
  }

  return {
    get sizeBytes() {
      return writer.sizeBytes;
    },
    async append(bytes) {
      if (writer.sizeBytes + bytes.length > maxBytes) {
        throw new BlobError('too-large', `a file of more than ${maxBytes} bytes is over the limit`);
      }
      await writer.append(bytes);
    },
    async restart() {
      writer = createPieceWriter(handle, await beginSealed(handle, keys, place), 0);
    },
    async finish() {
      const digester = keys.digester('blob');
      for await (const bytes of content()) digester.update(bytes);
      const id = digester.digest().toString('hex');
      await options.ensureShard(id.slice(0, 2));
      // Sealed once more, to the place its content gives it: a file copied over another one then does not open.
      const placed = { table: 'blob', column: 'content', row: id };
      await writeSealed(join(folder, id.slice(0, 2), id), keys, placed, content());
      const { sizeBytes } = writer;
      await close();
      await unlink(file);
      return { id, sizeBytes };
    },
    close,
    async discard() {
      await close();
      await unlink(file).catch((error: unknown) => {
        if (systemCode(error) !== 'ENOENT') throw error;
      });
    },
  };
}
