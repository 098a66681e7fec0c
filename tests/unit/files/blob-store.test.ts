import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../src/core/ids-and-time.ts';
import { type BlobStore, createFileBlobStore, openBlobStore } from '../../../src/files/blob-store.ts';
import { createKeyRing } from '../../../src/files/crypto.ts';
import { writeDurably } from '../../../src/files/durable-file.ts';
import { decodeMasterKey, loadMasterKey } from '../../../src/files/master-key.ts';

const keys = createKeyRing([{ version: 1, bytes: Buffer.alloc(32, 7) }]);
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-files-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

async function ids(store: BlobStore): Promise<string[]> {
  const found: string[] = [];
  for await (const { id } of store.list()) found.push(id);
  return found.sort();
}

describe('blobs', () => {
  const open = () => createFileBlobStore({ folder: join(folder, 'blobs'), keys, maxBytes: 100, clock: systemClock });

  it('come back, once for equal contents, encrypted on disk', async () => {
    const store = await open();
    const content = Buffer.from('passport of a customer');
    const { id, sizeBytes } = await store.put(content);
    expect(sizeBytes).toBe(content.length);
    expect(await store.put(content)).toEqual({ id, sizeBytes });
    expect(await store.get(id)).toEqual(content);
    expect(await ids(await open())).toEqual([id]);
    const file = join(folder, 'blobs', id.slice(0, 2), id);
    expect(readFileSync(file).includes('passport')).toBe(false);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('are refused over the limit and leave nothing behind', async () => {
    const store = await open();
    await expect(store.put(Buffer.alloc(101))).rejects.toMatchObject({ code: 'too-large' });
    expect(await ids(store)).toEqual([]);
  });

  it('stay where they were put again just now: a row may be about to name them', async () => {
    const store = await open();
    const { id } = await store.put(Buffer.from('x'));
    const hourMs = 3_600_000;
    await store.delete(id, hourMs);
    expect(await ids(store)).toEqual([id]);
    const longAgo = new Date(Date.now() - 2 * hourMs);
    utimesSync(join(folder, 'blobs', id.slice(0, 2), id), longAgo, longAgo);
    await store.delete(id, hourMs);
    expect(await ids(store)).toEqual([]);
    await store.delete(id, hourMs);
  });

  it('are gone after delete, twice without harm', async () => {
    const store = await open();
    const { id } = await store.put(Buffer.from('x'));
    await store.delete(id);
    await store.delete(id);
    await expect(store.get(id)).rejects.toMatchObject({ code: 'missing' });
  });

  it('put under another name or changed on disk do not open', async () => {
    const store = await open();
    const one = await store.put(Buffer.from('one'));
    const two = await store.put(Buffer.from('two'));
    const file = (id: string) => join(folder, 'blobs', id.slice(0, 2), id);
    writeFileSync(file(two.id), readFileSync(file(one.id)));
    await expect(store.get(two.id)).rejects.toThrow(/does not open/);
    writeFileSync(file(one.id), readFileSync(file(one.id)).subarray(0, -1));
    await expect(store.get(one.id)).rejects.toThrow(/does not open/);
  });

  it('never leave their folder by id', async () => {
    const store = await open();
    for (const id of ['../../etc/passwd', 'ab', '', 'A'.repeat(64)]) {
      await expect(store.get(id)).rejects.toMatchObject({ code: 'bad-id' });
      await expect(store.delete(id)).rejects.toMatchObject({ code: 'bad-id' });
    }
  });

  it('half written by a crash are not listed, and swept when old', async () => {
    const store = await open();
    const { id } = await store.put(Buffer.from('whole'));
    const half = join(folder, 'blobs', id.slice(0, 2), '.00112233.part');
    writeFileSync(half, 'ha');
    expect(await ids(store)).toEqual([id]);
    expect(await store.sweepPartial(60_000)).toBe(0);
    expect(await store.sweepPartial(-1_000)).toBe(1);
    expect([existsSync(half), await ids(store)]).toEqual([false, [id]]);
  });

  it('written at the same time are all kept', async () => {
    const store = await open();
    const stored = await Promise.all(Array.from({ length: 50 }, (_, index) => store.put(Buffer.from(`${index % 25}`))));
    const distinct = [...new Set(stored.map(({ id }) => id))].sort();
    expect(distinct).toHaveLength(25);
    expect(await ids(store)).toEqual(distinct);
    expect((await store.get(stored[0]?.id ?? '')).toString()).toBe('0');
  });

  it('have no object storage yet', async () => {
    await expect(openBlobStore('s3://bucket', { folder, keys, clock: systemClock })).rejects.toThrow(
      /not available yet/,
    );
  });
});

it('a failed write leaves neither the file nor a half', async () => {
  mkdirSync(join(folder, 'taken'));
  mkdirSync(join(folder, 'taken', 'x'));
  await expect(writeDurably(join(folder, 'taken'), Buffer.from('x'))).rejects.toThrow();
  expect(readdirSync(folder)).toEqual(['taken']);
});

describe('the master key', () => {
  it('is made once, for this user only, and found again', () => {
    const data = join(folder, 'data');
    const key = loadMasterKey(null, data);
    expect(key).toHaveLength(32);
    expect(loadMasterKey(null, data)).toEqual(key);
    expect(statSync(join(data, 'master.key')).mode & 0o777).toBe(0o600);
    expect(readdirSync(data)).toEqual(['master.key']);
  });

  it('comes from the configuration in hex or base64', () => {
    const bytes = Buffer.from(Array.from({ length: 32 }, (_, index) => 255 - index));
    for (const text of [
      bytes.toString('hex'),
      bytes.toString('base64'),
      bytes.toString('base64url'),
      ` ${bytes.toString('hex')}\n`,
    ]) {
      expect(loadMasterKey(text, folder)).toEqual(bytes);
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is refused without being repeated', () => {
    for (const text of ['', 'hunter2', 'ab'.repeat(31), 'A'.repeat(44)]) {
      expect(() => decodeMasterKey(text)).toThrow(/not 32 bytes/);
    }
    expect(() => decodeMasterKey('hunter2')).not.toThrow(/hunter2/);
  });

  it('is never replaced when its file is broken or open to others', () => {
    const file = join(folder, 'master.key');
    writeFileSync(file, 'broken', { mode: 0o600 });
    expect(() => loadMasterKey(null, folder)).toThrow(/put back the right file/);
    expect(readFileSync(file, 'utf8')).toBe('broken');
    chmodSync(file, 0o644);
    expect(() => loadMasterKey(null, folder)).toThrow(/chmod 600/);
  });
});
