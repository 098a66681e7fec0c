import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { systemClock } from '../../../src/core/ids-and-time.ts';
import type { FetchOutcome } from '../../../src/core/model/attachment.ts';
import { brandId } from '../../../src/core/model/ids.ts';
import type { FileJob, FileSettlement } from '../../../src/core/ports/file-store.ts';
import { type BlobStore, createFileBlobStore } from '../../../src/files/blob-store.ts';
import { createKeyRing } from '../../../src/files/crypto.ts';
import { type FetcherOptions, type FileFetcher, startFileFetcher } from '../../../src/files/fetcher.ts';
import { eventually } from '../../kit/eventually.ts';
import { memoryChannel } from '../../kit/pipeline/memory-channel.ts';
import { quietLog } from '../../kit/quiet-log.ts';

const keys = createKeyRing([{ version: 1, bytes: Buffer.alloc(32, 4) }]);
/** The beginning of a PNG, which is what a preview is asked for. */
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

let folder: string;
let blobs: BlobStore;
let fetcher: FileFetcher | null = null;
let settled: FileSettlement[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parley-fetcher-'));
  blobs = await createFileBlobStore({ folder, keys, clock: systemClock });
  settled = [];
});
afterEach(async () => {
  await fetcher?.stop();
  fetcher = null;
  rmSync(folder, { recursive: true });
});

function file(): FetchOutcome {
  async function* body(): AsyncGenerator<Buffer> {
    yield await Promise.resolve(PNG);
  }
  return { kind: 'file', file: { body: body(), offset: 0, totalBytes: PNG.length } };
}

/** One file that is due again whenever it is left waiting. */
function begin(
  { fetchFile = async () => file(), attempt = 1 }: { fetchFile?: () => Promise<FetchOutcome>; attempt?: number } = {},
  changes: Partial<FetcherOptions> = {},
): FileFetcher {
  const job: FileJob = {
    id: '01900000-0000-7000-8000-000000000001',
    accountId: brandId('mem'),
    kind: 'photo',
    remote: {},
    sizeBytes: null,
    attempt,
  };
  let due = true;
  const account = memoryChannel('mem', { fetchFile });
  fetcher = startFileFetcher({
    store: {
      claim: () => {
        const jobs = due ? [job] : [];
        due = false;
        return Promise.resolve(jobs);
      },
      settle: (_id, outcome) => {
        settled.push(outcome);
        if (outcome.state === 'waiting') setTimeout(() => (due = true), 50).unref();
        return Promise.resolve(true);
      },
    },
    blobs,
    previews: { make: () => Promise.resolve(null) },
    log: quietLog(),
    account: () => account,
    ...changes,
  });
  return fetcher;
}

test('a storage that cannot be written to for a moment leaves the file waiting, not leased for good', async () => {
  let broken = 1;
  const failing: BlobStore = {
    ...blobs,
    partial: (name, maxBytes) => {
      broken -= 1;
      const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      return broken >= 0 ? Promise.reject(full) : blobs.partial(name, maxBytes);
    },
  };
  begin({}, { blobs: failing });
  await eventually(() => expect(settled.map(({ state }) => state)).toEqual(['waiting', 'stored']));
  expect(settled[0]).toMatchObject({ reason: 'storage' });
});

test('our own trouble and a refused token never give a file up', async () => {
  const many = 1_000;
  begin({ attempt: many, fetchFile: () => Promise.resolve({ kind: 'auth', reason: '401' }) });
  await eventually(() => expect(settled[0]).toMatchObject({ state: 'waiting', uncounted: true }));
  await fetcher?.stop();
  settled = [];
  begin({ attempt: many }, { account: () => undefined });
  await eventually(() => expect(settled[0]).toMatchObject({ state: 'waiting', uncounted: true }));
});

test('being stopped in the middle is no attempt, and a picture that takes long does not hold the end up', async () => {
  let began = false;
  const stopped = begin({
    attempt: 1_000,
    fetchFile: () =>
      new Promise((_resolve, reject) => {
        began = true;
        setTimeout(() => reject(new Error('aborted')), 700).unref();
      }),
  });
  await eventually(() => expect(began).toBe(true));
  await stopped.stop();
  expect(settled).toMatchObject([{ state: 'waiting', uncounted: true }]);

  let previewing = false;
  let release = (): void => undefined;
  const held = new Promise<null>((resolve) => {
    release = () => resolve(null);
  });
  const slow = begin(
    {},
    {
      previews: {
        make: () => {
          previewing = true;
          return held;
        },
      },
    },
  );
  await eventually(() => expect(previewing).toBe(true));
  const startedMs = performance.now();
  await slow.stop();
  expect(performance.now() - startedMs).toBeLessThan(3_000);
  release();
});
