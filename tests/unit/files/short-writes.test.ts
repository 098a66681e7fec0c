import { mkdtempSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { systemClock } from '../../../src/core/ids-and-time.ts';
import { type BlobStore, createFileBlobStore } from '../../../src/files/blob-store.ts';
import { createKeyRing } from '../../../src/files/crypto.ts';
import { resealBlob } from '../../../src/files/reseal-blob.ts';
import { PIECE_BYTES } from '../../../src/files/sealed-stream.ts';

const OLD = { version: 1, bytes: Buffer.alloc(32, 7) };
const NEW = { version: 2, bytes: Buffer.alloc(32, 8) };
const CONTENT = Buffer.from(
  Array.from({ length: 2 * PIECE_BYTES + 1_000 }, (_, index) => (index * 31 + (index >> 8)) % 256),
);

let folder: string;
let prototype: FileHandle;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parley-short-'));
  const handle = await open(join(folder, 'any'), 'w');
  prototype = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** As a disk with little room does it: a write takes part of what it is given, without an error. */
function writeShort(): void {
  const write = prototype.write as (this: FileHandle, ...given: unknown[]) => Promise<{ bytesWritten: number }>;
  jest.spyOn(prototype, 'write').mockImplementation(function short(this: FileHandle, ...given: unknown[]) {
    const [bytes, offset, length, position] = given as [
      Buffer,
      number | undefined,
      number | undefined,
      number | undefined,
    ];
    const from = offset ?? 0;
    const all = length ?? bytes.length - from;
    return write.call(this, bytes, from, Math.max(1, Math.ceil(all / 2)), position);
  } as typeof prototype.write);
}

async function read(from: BlobStore, id: string): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of from.open(id)) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function keep(on: BlobStore): Promise<string> {
  const partial = await on.partial('row');
  await partial.append(CONTENT);
  return (await partial.finish()).id;
}

test('a file is whole though the disk takes its pieces bit by bit', async () => {
  const store = await createFileBlobStore({ folder, keys: createKeyRing([OLD]), clock: systemClock });
  writeShort();
  expect((await read(store, await keep(store))).equals(CONTENT)).toBe(true);
});

test('a file sealed anew is whole too', async () => {
  const id = await keep(await createFileBlobStore({ folder, keys: createKeyRing([OLD]), clock: systemClock }));
  const keys = createKeyRing([OLD, NEW]);
  writeShort();
  expect(await resealBlob(folder, id, keys)).toBe('resealed');
  expect((await read(await createFileBlobStore({ folder, keys, clock: systemClock }), id)).equals(CONTENT)).toBe(true);
});
