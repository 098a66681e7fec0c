import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { systemClock } from '../../../src/core/ids-and-time.ts';
import { type BlobStore, createFileBlobStore } from '../../../src/files/blob-store.ts';
import { createKeyRing } from '../../../src/files/crypto.ts';
import { PIECE_BYTES, pieceAt } from '../../../src/files/sealed-stream.ts';

const FIRST = { version: 1, bytes: Buffer.alloc(32, 7) };
const keys = createKeyRing([FIRST]);
const MAX_BYTES = 4 * PIECE_BYTES;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-partial-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const store = (ring = keys): Promise<BlobStore> =>
  createFileBlobStore({ folder, keys: ring, maxBytes: MAX_BYTES, clock: systemClock });

/** Bytes that differ everywhere, so that a piece in the wrong place shows. */
function contentOf(bytes: number, seed = 1): Buffer {
  return Buffer.from(Array.from({ length: bytes }, (_, index) => (index * 31 + (index >> 8) * 17 + seed) % 256));
}

async function read(from: BlobStore, id: string, range?: { start?: number; end?: number }): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of from.open(id, range)) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function keep(on: BlobStore, content: Buffer, name = 'row'): Promise<string> {
  const partial = await on.partial(name);
  await partial.append(content);
  return (await partial.finish()).id;
}

test('what comes in any pieces is kept as it was, under the name its content has, and read from anywhere', async () => {
  const on = await store();
  const sizes = fc.oneof(
    fc.integer({ min: 0, max: 3 * PIECE_BYTES }),
    fc.constantFrom(0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 2 * PIECE_BYTES, MAX_BYTES),
  );
  await fc.assert(
    fc.asyncProperty(sizes, fc.array(fc.nat(), { maxLength: 5 }), fc.nat(), fc.nat(), async (size, cuts, from, to) => {
      const content = contentOf(size);
      const partial = await on.partial('any');
      const places = [0, ...cuts.map((cut) => cut % (size + 1)).sort((left, right) => left - right), size];
      for (const [index, at] of places.entries()) await partial.append(content.subarray(at, places[index + 1] ?? size));
      expect(partial.sizeBytes).toBe(size);
      const { id, sizeBytes } = await partial.finish();
      expect(sizeBytes).toBe(size);
      expect(id).toBe(keys.digest(content, 'blob').toString('hex'));
      expect(await on.sizeOf(id)).toBe(size);
      expect((await on.get(id)).equals(content)).toBe(true);
      const [start, end] = [from % (size + 1), to % (size + 1)];
      expect((await read(on, id, { start, end })).equals(content.subarray(start, Math.max(start, end)))).toBe(true);
    }),
    { numRuns: 40 },
  );
  expect(readdirSync(join(folder, 'partial'))).toEqual([]);
});

test('after a crash it goes on behind the last whole piece, whatever the crash left of the next', async () => {
  const content = contentOf(3 * PIECE_BYTES + 100);
  for (const torn of [0, 1, 500, PIECE_BYTES]) {
    const before = await (await store()).partial('row');
    await before.append(content.subarray(0, 2 * PIECE_BYTES + 50));
    await before.close();
    const file = join(folder, 'partial', 'row.part');
    if (torn > 0) appendFileSync(file, contentOf(torn, 9));
    const after = await (await store()).partial('row');
    expect(after.sizeBytes).toBe(2 * PIECE_BYTES);
    await after.append(content.subarray(after.sizeBytes));
    const { id } = await after.finish();
    expect((await (await store()).get(id)).equals(content)).toBe(true);
  }
});

test('one whose kept pieces do not open begins anew', async () => {
  const before = await (await store()).partial('row');
  await before.append(contentOf(2 * PIECE_BYTES));
  await before.close();
  const file = join(folder, 'partial', 'row.part');
  const bytes = readFileSync(file);
  bytes[200] = (bytes[200] ?? 0) ^ 1;
  writeFileSync(file, bytes);
  const after = await (await store()).partial('row');
  expect(after.sizeBytes).toBe(0);
  await after.discard();
  expect(readdirSync(join(folder, 'partial'))).toEqual([]);
});

test('more than the limit is refused, and a restart forgets what came', async () => {
  const on = await store();
  const partial = await on.partial('row');
  await partial.append(contentOf(MAX_BYTES));
  await expect(partial.append(Buffer.from('x'))).rejects.toMatchObject({ code: 'too-large' });
  await partial.restart();
  expect(partial.sizeBytes).toBe(0);
  await partial.append(Buffer.from('short'));
  expect((await on.get((await partial.finish()).id)).toString()).toBe('short');
});

test('nothing of it stands on the disk in clear, and a changed, cut, or exchanged file does not open', async () => {
  const on = await store();
  const content = Buffer.concat([Buffer.from('passport of a customer'), contentOf(2 * PIECE_BYTES)]);
  const [one, other] = [await keep(on, content), await keep(on, contentOf(2 * PIECE_BYTES, 5))];
  const file = (id: string): string => join(folder, id.slice(0, 2), id);
  const whole = readFileSync(file(one));
  expect(whole.includes('passport')).toBe(false);
  const spoilt: [string, () => void][] = [
    [
      'a bit',
      () => writeFileSync(file(one), Buffer.concat([whole.subarray(0, -1), Buffer.from([(whole.at(-1) ?? 0) ^ 1])])),
    ],
    ['cut at a piece', () => truncateSync(file(one), pieceAt(1))],
    ['cut to its head', () => truncateSync(file(one), pieceAt(0))],
    [
      'pieces exchanged',
      () =>
        writeFileSync(
          file(one),
          Buffer.concat([
            whole.subarray(0, pieceAt(0)),
            whole.subarray(pieceAt(1), pieceAt(2)),
            whole.subarray(pieceAt(0), pieceAt(1)),
            whole.subarray(pieceAt(2)),
          ]),
        ),
    ],
    ['another file', () => writeFileSync(file(one), readFileSync(file(other)))],
  ];
  for (const [what, spoil] of spoilt) {
    spoil();
    await expect(read(on, one).then(() => `${what} was read`)).rejects.toThrow(/does not open|cut off/u);
    writeFileSync(file(one), whole);
  }
  expect((await on.get(one)).equals(content)).toBe(true);
});

test('a file sealed under an older key opens after a new one came, and not without it', async () => {
  const id = await keep(await store(), contentOf(100));
  const second = { version: 2, bytes: Buffer.alloc(32, 8) };
  expect((await (await store(createKeyRing([FIRST, second]))).get(id)).equals(contentOf(100))).toBe(true);
  await expect((await store(createKeyRing([second]))).get(id)).rejects.toThrow(/master key 1/u);
});

test('a name that could be a path, and a blob that is not there, are told', async () => {
  const on = await store();
  await expect(on.partial('../x')).rejects.toMatchObject({ code: 'bad-id' });
  await expect(on.sizeOf('0'.repeat(64))).rejects.toMatchObject({ code: 'missing' });
  await expect(read(on, '0'.repeat(64))).rejects.toMatchObject({ code: 'missing' });
});

test('small files written whole are read by pieces too', async () => {
  const on = await store();
  const { id } = await on.put(Buffer.from('0123456789'));
  expect((await read(on, id, { start: 2, end: 5 })).toString()).toBe('234');
  expect(await on.sizeOf(id)).toBe(10);
});
