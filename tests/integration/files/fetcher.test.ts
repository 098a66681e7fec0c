import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { systemClock } from '../../../src/core/ids-and-time.ts';
import type { FetchOutcome, InboundAttachment } from '../../../src/core/model/attachment.ts';
import type { FileStore } from '../../../src/core/ports/file-store.ts';
import { createFileBlobStore } from '../../../src/files/blob-store.ts';
import { createKeyRing } from '../../../src/files/crypto.ts';
import { type FileFetcher, startFileFetcher } from '../../../src/files/fetcher.ts';
import { createPreviewMaker } from '../../../src/files/preview/preview.ts';
import { createFileStore } from '../../../src/store/file-store.ts';
import { eventually } from '../../kit/eventually.ts';
import { type StoreBackend, storeBackends } from '../../kit/pipeline/backends.ts';
import { type Gateway, startGateway } from '../../kit/pipeline/harness.ts';
import { customerMessage, type MemoryChannel, memoryChannel } from '../../kit/pipeline/memory-channel.ts';

const keys = createKeyRing([{ version: 1, bytes: Buffer.alloc(32, 3) }]);
const previews = createPreviewMaker();
const MAX_BYTES = 1024 * 1024;

const photo: InboundAttachment = {
  kind: 'photo',
  fileName: null,
  mime: 'image/jpeg',
  sizeBytes: null,
  width: null,
  height: null,
  durationMs: null,
  uniqueRef: 'u',
  remote: { fileId: 'f' },
};

type Answer = (offset: number) => FetchOutcome | Promise<FetchOutcome>;

/** The content from an offset on; with `cutAt` the connection is lost there. */
function body(
  content: Buffer,
  { cutAt, resumes = true, sized = true }: { cutAt?: number; resumes?: boolean; sized?: boolean } = {},
): Answer {
  return (asked) => {
    const offset = resumes ? asked : 0;
    async function* bytes(): AsyncGenerator<Buffer> {
      for (let at = offset; at < content.length; at += 10_000) {
        if (cutAt !== undefined && at >= cutAt) throw new Error('lost');
        yield await Promise.resolve(content.subarray(at, at + 10_000));
      }
    }
    return { kind: 'file', file: { body: bytes(), offset, totalBytes: sized ? content.length : null } };
  };
}

describe('files are fetched in the background', () => {
  let backend: StoreBackend;
  let folder: string;
  let gateway: Gateway & { account: MemoryChannel };
  let fetchers: FileFetcher[] = [];
  let asked: number[] = [];
  let answers: Answer[] = [];
  let loseClaim = false;

  beforeAll(async () => {
    const plain = storeBackends.find((one) => one.name === 'plain server');
    if (plain === undefined) throw new Error('there is no plain server');
    backend = await plain.start();
    folder = mkdtempSync(join(tmpdir(), 'parley-fetch-'));
  }, 60_000);
  afterEach(async () => {
    await Promise.all(fetchers.map((one) => one.stop()));
    await gateway.stop();
    fetchers = [];
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await backend.close();
  });

  const blobs = () => createFileBlobStore({ folder, keys, clock: systemClock });

  async function begin(...script: Answer[]): Promise<void> {
    asked = [];
    answers = script;
    const account = memoryChannel('mem', {
      fetchFile: async (_remote, { offset }) => {
        asked.push(offset);
        return (await answers.shift()?.(offset)) ?? { kind: 'gone', reason: 'nothing more was planned' };
      },
    });
    const made = await startGateway({ url: await backend.createDatabase(), account });
    gateway = { ...made, account };
    await startFetcher();
    await gateway.receive([customerMessage('1', '[photo]', { attachments: [photo], extras: { standIn: 'file' } })]);
  }

  /** The store as the fetcher sees it; a claim may be committed and its answer lost. */
  function storeOf(): FileStore {
    const store = createFileStore(gateway.database, () => gateway.instance.id());
    return {
      ...store,
      async claim(limit, working) {
        const jobs = await store.claim(limit, working);
        if (!loseClaim || jobs.length === 0) return jobs;
        loseClaim = false;
        throw new Error('the answer was lost');
      },
    };
  }

  async function startFetcher(): Promise<void> {
    fetchers.push(
      startFileFetcher({
        store: storeOf(),
        blobs: await blobs(),
        previews,
        log: gateway.log,
        account: () => gateway.account,
        maxBytes: MAX_BYTES,
      }),
    );
  }

  const row = () => gateway.database.db.selectFrom('attachment').selectAll().executeTakeFirstOrThrow();
  const settled = async (state: string) => {
    await eventually(async () => expect((await row()).state).toBe(state), 15_000);
    return row();
  };
  const hurry = () =>
    gateway.database.pool.query(`UPDATE attachment SET due_at = now() WHERE state = 'waiting' AND lease_owner IS NULL`);

  test('a picture is kept with its true type and size, and with a preview that says nothing of the camera', async () => {
    const picture = await sharp({ create: { width: 3_000, height: 1_500, channels: 3, background: '#884422' } })
      .withExif({ IFD0: { Copyright: 'Somebody', Make: 'Camera' }, IFD3: { GPSLatitude: '52/1 31/1 12/1' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    await begin(body(picture));
    const stored = await settled('stored');
    expect(stored).toMatchObject({
      detected_mime: 'image/jpeg',
      size_bytes: picture.length,
      width: 1_500,
      height: 3_000,
    });
    const kept = await blobs();
    expect((await kept.get(stored.blob_id ?? '')).equals(picture)).toBe(true);
    const preview = await sharp(await kept.get(stored.preview_blob_id ?? '')).metadata();
    expect(preview).toMatchObject({ format: 'webp', width: stored.preview_width, height: stored.preview_height });
    expect(Math.max(preview.width, preview.height)).toBe(1_280);
    expect([preview.exif, preview.xmp, preview.iptc, preview.orientation]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('a connection that is lost goes on where it was, and the text was there all along', async () => {
    const content = Buffer.alloc(400_000, 'abcdefg');
    await begin(body(content, { cutAt: 200_000 }), body(content, { cutAt: 300_000 }), body(content));
    expect(await gateway.database.db.selectFrom('message').select('text').executeTakeFirst()).toEqual({
      text: '[photo]',
    });
    await eventually(async () => {
      await hurry();
      expect((await row()).state).toBe('stored');
    }, 15_000);
    expect(asked[0]).toBe(0);
    expect(asked[1]).toBeGreaterThan(100_000);
    expect(asked[2]).toBeGreaterThan(asked[1] ?? 0);
    expect((await (await blobs()).get((await row()).blob_id ?? '')).equals(content)).toBe(true);
  });

  test('a platform that cannot resume begins anew', async () => {
    const content = Buffer.alloc(300_000, 'xyz');
    await begin(body(content, { cutAt: 200_000 }), body(content, { resumes: false }));
    await eventually(async () => {
      await hurry();
      expect((await row()).state).toBe('stored');
    }, 15_000);
    expect((await (await blobs()).get((await row()).blob_id ?? '')).equals(content)).toBe(true);
  });

  test('what is over the limit is refused though nobody said its size, and nothing of it stays', async () => {
    const content = Buffer.alloc(MAX_BYTES + 1);
    await begin(body(content, { sized: false }));
    expect(await settled('refused')).toMatchObject({ reason: 'too_large', blob_id: null });
  });

  test.each([
    [{ kind: 'too_large', reason: 'x' }, 'refused', 'too_large'],
    [{ kind: 'gone', reason: 'file is gone' }, 'gone', 'file is gone'],
  ] as const)('%j ends as %s', async (outcome, state, reason) => {
    await begin(() => outcome);
    expect(await settled(state)).toMatchObject({ reason });
  });

  test('a passing trouble is waited out', async () => {
    await begin(() => ({ kind: 'transient', reason: 'busy', retryAfterMs: 50 }), body(Buffer.from('hello')));
    expect(await settled('stored')).toMatchObject({ attempt: 2, detected_mime: null, preview_blob_id: null });
  });

  test('a picture that claims to be huge, or is none, is kept without a preview', async () => {
    const tiny = await sharp({ create: { width: 4, height: 4, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    // The head of a PNG names its size (RFC 2083, 11.2.1); this one now says 100,000 by 100,000.
    const bomb = Buffer.from(tiny);
    bomb.writeUInt32BE(100_000, 16);
    bomb.writeUInt32BE(100_000, 20);
    await begin(body(bomb));
    expect(await settled('stored')).toMatchObject({ detected_mime: 'image/png', preview_blob_id: null });
  });

  test('markup that calls itself a picture is not opened as one', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>';
    await begin(body(Buffer.from(svg)));
    expect(await settled('stored')).toMatchObject({ preview_blob_id: null });
    expect((await row()).detected_mime ?? 'none').not.toMatch(/^image\/(?:png|jpeg|webp)/u);
  });

  test('a claim whose answer was lost leaves nothing behind', async () => {
    loseClaim = true;
    await begin(body(Buffer.from('hello')));
    expect(await settled('stored')).toMatchObject({ attempt: 2 });
    expect(asked).toEqual([0]);
  });

  test('another process goes on with what a dead one was fetching', async () => {
    const content = Buffer.alloc(300_000, 'q');
    let release = (): void => undefined;
    const stuck: Answer = () =>
      new Promise((resolve) => {
        release = () => resolve({ kind: 'transient', reason: 'too late' });
      });
    await begin(stuck, body(content));
    await eventually(() => expect(asked).toEqual([0]));
    await gateway.database.pool.query(`INSERT INTO instance (id, roles, host, pid, version, embedded, ended_at, ended_as)
      SELECT gen_random_uuid(), roles, host, pid, version, embedded, now(), 'dead' FROM instance LIMIT 1`);
    await gateway.database.pool.query(
      `UPDATE attachment SET lease_owner = (SELECT id FROM instance WHERE ended_at IS NOT NULL LIMIT 1)`,
    );
    expect(await settled('stored')).toMatchObject({ attempt: 2 });
    release();
    await new Promise((done) => setTimeout(done, 100));
    expect((await row()).state).toBe('stored');
  });
});

test('what is no picture, or nothing at all, has no preview, and the next picture has one', async () => {
  async function* pieces(...content: Buffer[]): AsyncGenerator<Buffer> {
    for (const one of content) yield await Promise.resolve(one);
  }
  expect(await previews.make(pieces(Buffer.from('no picture')))).toBeNull();
  expect(await previews.make(pieces())).toBeNull();
  const good = await sharp({ create: { width: 10, height: 20, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  expect(await previews.make(pieces(good.subarray(0, 10), good.subarray(10)))).toMatchObject({ width: 10, height: 20 });
});
