import { constants } from 'node:fs';
import { access, type FileHandle, mkdir, open, opendir, readFile, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../core/ports/clock.ts';
import { type KeyRing, SEAL_OVERHEAD, STREAM_FORMAT } from './crypto.ts';
import { PARTIAL_SUFFIX, syncFolder, writeDurably } from './durable-file.ts';
import { BlobError, systemCode } from './errors.ts';
import { openPartial, PARTIAL_FOLDER, type PartialBlob } from './partial-blob.ts';
import { openStream, plainSize } from './sealed-stream.ts';

/** A kept file. `id` is the HMAC of its content in hex: equal contents are kept once, and the id gives nothing away. */
export interface StoredBlob {
  id: string;
  /** Size of the content, bytes. */
  sizeBytes: number;
}

/** One entry of a listing, for sweeping orphans. */
export interface ListedBlob {
  id: string;
  /** When it was last put, ms since the epoch. Sweep only what is older than the longest transaction may take. */
  storedAtMs: number;
}

/** Where attachments and large payloads are kept, encrypted. Content-addressed, so putting twice is harmless. */
export interface BlobStore {
  /**
   * Keeps the content and resolves when the disk has it, so that a row may then name it.
   * @throws {BlobError} `too-large`.
   */
  put(content: Uint8Array): Promise<StoredBlob>;
  /** @throws {BlobError} `missing` or `bad-id`. @throws {SealError} when the file was changed. */
  get(id: string): Promise<Buffer>;
  /**
   * The content a piece at a time, from `start` up to but without `end`. @throws {BlobError} `missing` or `bad-id`, {@link SealError}
   * when the file was changed; both may come while reading.
   */
  open(id: string, range?: { start?: number; end?: number }): AsyncIterable<Uint8Array>;
  /** Size of the content, bytes. @throws {BlobError} `missing` or `bad-id` */
  sizeOf(id: string): Promise<number>;
  /** Begins or goes on with content that comes over time. `name`: a row's id. `maxBytes`: instead of the store's own limit. */
  partial(name: string, maxBytes?: number): Promise<PartialBlob>;
  /**
   * Forgets a blob; nothing happens when it is not there. `unlessNewerThanMs`: nor when it was put again within this long, since then a
   * row may be about to name it.
   */
  delete(id: string, unlessNewerThanMs?: number): Promise<void>;
  /** Every blob, in no order. */
  list(): AsyncGenerator<ListedBlob>;
  /** Deletes what a crash left half written and is older than this, ms. Resolves with their number. */
  sweepPartial(olderThanMs: number): Promise<number>;
}

/** Default for the largest content, bytes. */
export const MAX_BLOB_BYTES = 25 * 1024 * 1024;

const ID = /^[0-9a-f]{64}$/;
const SHARD = /^[0-9a-f]{2}$/;

export interface FileBlobOptions {
  /** Folder of the blobs; made when missing. */
  folder: string;
  keys: KeyRing;
  maxBytes?: number;
  clock: Clock;
}

/** Keeps blobs as files `ab/abcd…` in a folder. Any number of processes may share it. */
export async function createFileBlobStore(options: FileBlobOptions): Promise<BlobStore> {
  const { folder, keys, clock } = options;
  const maxBytes = options.maxBytes ?? MAX_BLOB_BYTES;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const madeShards = new Set<string>();

  const place = (id: string) => ({ table: 'blob', column: 'content', row: id });

  const fileOf = (id: string): string => {
    // Ids come from rows, and one day from a request: nothing but a digest may become part of a path.
    if (!ID.test(id)) throw new BlobError('bad-id', 'a blob id is 64 hex digits');
    return join(folder, id.slice(0, 2), id);
  };

  const ensureShard = async (shard: string): Promise<void> => {
    if (madeShards.has(shard)) return;
    await mkdir(join(folder, shard), { recursive: true, mode: 0o700 });
    await syncFolder(folder);
    madeShards.add(shard);
  };

  async function* files(): AsyncGenerator<{ shard: string; name: string }> {
    for await (const shard of await opendir(folder)) {
      if (!shard.isDirectory() || !(SHARD.test(shard.name) || shard.name === PARTIAL_FOLDER)) continue;
      for await (const entry of await opendir(join(folder, shard.name))) {
        if (entry.isFile()) yield { shard: shard.name, name: entry.name };
      }
    }
  }

  /** How a file is sealed stands in its first byte. */
  const isStream = async (file: string): Promise<boolean> => {
    const handle = await open(file, 'r');
    try {
      const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, 0);
      return buffer[0] === STREAM_FORMAT;
    } finally {
      await handle.close();
    }
  };

  const told = (error: unknown, id: string): unknown =>
    systemCode(error) === 'ENOENT' ? new BlobError('missing', `the file ${id} is not in the blob folder`) : error;

  const modifiedMs = async (file: string): Promise<number | null> => {
    try {
      return (await stat(file)).mtimeMs;
    } catch (error) {
      // Another process swept it first.
      if (systemCode(error) === 'ENOENT') return null;
      throw error;
    }
  };

  const remove = async (file: string): Promise<boolean> => {
    try {
      await unlink(file);
      return true;
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return false;
      throw error;
    }
  };

  const store: BlobStore = {
    async put(content) {
      if (content.length > maxBytes) {
        throw new BlobError('too-large', `a file of ${content.length} bytes is over the limit of ${maxBytes}`);
      }
      const id = keys.digest(content, 'blob').toString('hex');
      const file = fileOf(id);
      await ensureShard(id.slice(0, 2));
      // Written even when it is there: that renews its age, so a sweep cannot take it before the row is committed.
      await writeDurably(file, keys.seal(content, place(id)));
      return { id, sizeBytes: content.length };
    },
    async get(id) {
      const file = fileOf(id);
      try {
        await access(file, constants.R_OK);
        if (await isStream(file)) {
          const pieces: Uint8Array[] = [];
          for await (const piece of store.open(id)) pieces.push(piece);
          return Buffer.concat(pieces);
        }
        return keys.open(await readFile(file), place(id));
      } catch (error) {
        throw told(error, id);
      }
    },
    async *open(id, range = {}) {
      const file = fileOf(id);
      let handle: FileHandle | undefined;
      try {
        if (await isStream(file)) {
          handle = await open(file, 'r');
          yield* openStream(handle, keys, place(id), range);
        } else {
          yield keys.open(await readFile(file), place(id)).subarray(range.start ?? 0, range.end);
        }
      } catch (error) {
        throw told(error, id);
      } finally {
        await handle?.close();
      }
    },
    async sizeOf(id) {
      const file = fileOf(id);
      try {
        const { size } = await stat(file);
        return (await isStream(file)) ? plainSize(size) : size - SEAL_OVERHEAD;
      } catch (error) {
        throw told(error, id);
      }
    },
    partial: (name, limit = maxBytes) => openPartial({ folder, name, keys, maxBytes: limit, ensureShard }),
    async delete(id, unlessNewerThanMs = 0) {
      const file = fileOf(id);
      if (unlessNewerThanMs > 0) {
        const storedAtMs = await modifiedMs(file);
        if (storedAtMs !== null && clock.nowMs() - storedAtMs < unlessNewerThanMs) return;
      }
      await remove(file);
    },
    async *list() {
      for await (const { shard, name } of files()) {
        if (!ID.test(name)) continue;
        const storedAtMs = await modifiedMs(join(folder, shard, name));
        if (storedAtMs !== null) yield { id: name, storedAtMs };
      }
    },
    async sweepPartial(olderThanMs) {
      let count = 0;
      for await (const { shard, name } of files()) {
        if (!name.endsWith(PARTIAL_SUFFIX)) continue;
        const file = join(folder, shard, name);
        const writtenAtMs = await modifiedMs(file);
        if (writtenAtMs === null || clock.nowMs() - writtenAtMs < olderThanMs) continue;
        if (await remove(file)) count += 1;
      }
      return count;
    },
  };
  return store;
}

/**
 * The blob store for `storage.url`. @throws {BlobError} for a kind that does not exist yet; the configuration's schema
 * refuses it earlier.
 */
export async function openBlobStore(url: string, options: FileBlobOptions): Promise<BlobStore> {
  if (url === 'file') return createFileBlobStore(options);
  throw new BlobError('unavailable', 'object storage (s3://…) is not available yet; use storage: { url: file }');
}
