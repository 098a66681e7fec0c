import { setTimeout as sleep } from 'node:timers/promises';
import { fileTypeFromBuffer } from 'file-type';
import { crashPoint } from '../core/crash-point.ts';
import { linked } from '../core/linked-signal.ts';
import type { RemoteFile } from '../core/model/attachment.ts';
import type { AccountId } from '../core/model/ids.ts';
import type { ChannelAccount } from '../core/ports/channel.ts';
import type { FileJob, FileSettlement, FileStore } from '../core/ports/file-store.ts';
import type { Log } from '../core/ports/log.ts';
import type { BlobStore } from './blob-store.ts';
import { BlobError } from './errors.ts';
import type { PartialBlob } from './partial-blob.ts';
import { PREVIEWED, type PreviewMaker } from './preview/preview.ts';

/** Largest file that is fetched, bytes. */
export const MAX_FETCH_BYTES = 25 * 1024 * 1024;
/** Files at once in one process. */
const PARALLEL = 3;
/** Between two looks for files that are due, ms. */
const LOOK_MS = 500;
/** Longest one attempt at a file may take, ms. */
const ATTEMPT_MS = 5 * 60_000;
/** Attempts that brought nothing before a file is given up: some hours. */
const MAX_ATTEMPTS = 20;
const MAX_BACKOFF_MS = 15 * 60_000;
/** A refused token comes back only when somebody changes it. */
const AUTH_PAUSE_MS = 60_000;
const SETTLE_RETRY_MS = 1_000;
/** Our own disk is full or away: the file waits for it. */
const STORAGE_PAUSE_MS = 5_000;
/** Longest that stopping waits for a picture or the disk; what is not settled then is fetched by another process, ms. */
const STOP_MS = 2_000;
/** Enough of a file to tell what it is. */
const TYPE_BYTES = 4_100;

export interface FetcherOptions {
  store: FileStore;
  blobs: BlobStore;
  previews: PreviewMaker;
  log: Log;
  account(id: AccountId): ChannelAccount | undefined;
  /** Told after the commit. */
  onStored?(outcome: FileSettlement['state'], tookMs: number): void;
  maxBytes?: number;
}

/** Fetches files of messages in the background; text never waits for it. */
export interface FileFetcher {
  /** Waits for what is under way to reach a place from which it goes on later. */
  stop(): Promise<void>;
}

function backoffMs(attempt: number): number {
  return Math.min(2_000 * 2 ** Math.max(0, attempt - 1), MAX_BACKOFF_MS);
}

function again(job: FileJob, reason: string, afterMs = backoffMs(job.attempt)): FileSettlement {
  return job.attempt >= MAX_ATTEMPTS ? { state: 'failed', reason } : { state: 'waiting', reason, retryMs: afterMs };
}

/** The same without having asked the platform in earnest: it is tried for as long as it takes. */
function later(reason: string, retryMs: number): FileSettlement {
  return { state: 'waiting', reason, retryMs, uncounted: true };
}

/** Puts the body behind what is kept; throws what reading throws, with everything before it kept. */
async function keepBody(file: RemoteFile, partial: PartialBlob): Promise<void> {
  if (file.offset !== partial.sizeBytes) {
    if (file.offset !== 0) throw new Error('the file goes on at another place than was asked for');
    await partial.restart();
  }
  let first = true;
  for await (const bytes of file.body) {
    await partial.append(bytes);
    if (first) crashPoint('file.received');
    first = false;
  }
  if (file.totalBytes !== null && partial.sizeBytes < file.totalBytes) {
    throw new Error(`only ${partial.sizeBytes} of ${file.totalBytes} bytes came`);
  }
}

async function typeOf(blobs: BlobStore, id: string): Promise<string | null> {
  const parts: Uint8Array[] = [];
  for await (const piece of blobs.open(id, { end: TYPE_BYTES })) parts.push(piece);
  // What it makes of a stranger's bytes must not end us.
  return fileTypeFromBuffer(Buffer.concat(parts)).then(
    (type) => type?.mime ?? null,
    () => null,
  );
}

/** What is told of a kept file: its type by its bytes and, of pictures, a preview. */
export async function describeBlob(
  blob: { id: string; sizeBytes: number },
  { blobs, previews }: Pick<FetcherOptions, 'blobs' | 'previews'>,
): Promise<Extract<FileSettlement, { state: 'stored' }>> {
  const detectedMime = await typeOf(blobs, blob.id);
  const preview =
    detectedMime !== null && PREVIEWED.has(detectedMime) ? await previews.make(blobs.open(blob.id)) : null;
  const kept = preview === null ? null : await blobs.put(preview.bytes);
  return {
    state: 'stored',
    blobId: blob.id,
    sizeBytes: blob.sizeBytes,
    detectedMime,
    width: preview?.width ?? null,
    height: preview?.height ?? null,
    previewBlobId: kept?.id ?? null,
    previewWidth: preview?.previewWidth ?? null,
    previewHeight: preview?.previewHeight ?? null,
  };
}

/** Starts looking for files that are due. */
export function startFileFetcher(options: FetcherOptions): FileFetcher {
  const { store, blobs, log } = options;
  const maxBytes = options.maxBytes ?? MAX_FETCH_BYTES;
  const stopping = new AbortController();
  const running = new Map<string, Promise<void>>();
  let looking: Promise<void> | null = null;

  async function fetchInto(
    job: FileJob,
    account: ChannelAccount,
    partial: PartialBlob,
  ): Promise<FileSettlement | null> {
    const { heldBlob } = job.remote;
    if (typeof heldBlob === 'string') {
      await keepBody({ body: blobs.open(heldBlob), offset: 0, totalBytes: job.sizeBytes }, partial);
      return null;
    }
    if (account.fetchFile === undefined) return { state: 'failed', reason: 'the channel hands out no files' };
    const attempt = linked(stopping.signal, ATTEMPT_MS);
    try {
      return await fetchRemote(job, account.fetchFile, partial, attempt.signal);
    } finally {
      attempt.release();
    }
  }

  async function fetchRemote(
    job: FileJob,
    fetchFile: NonNullable<ChannelAccount['fetchFile']>,
    partial: PartialBlob,
    signal: AbortSignal,
  ): Promise<FileSettlement | null> {
    const outcome = await fetchFile(job.remote, { offset: partial.sizeBytes, maxBytes }, signal);
    if (outcome.kind === 'too_large') return { state: 'refused', reason: 'too_large' };
    if (outcome.kind === 'gone') return { state: 'gone', reason: outcome.reason };
    if (outcome.kind === 'auth') return later(outcome.reason, AUTH_PAUSE_MS);
    if (outcome.kind === 'transient' && stopping.signal.aborted) return later('stopped', 0);
    if (outcome.kind === 'transient') return again(job, outcome.reason, outcome.retryAfterMs);
    await keepBody(outcome.file, partial);
    return null;
  }

  async function fetchOne(job: FileJob): Promise<FileSettlement> {
    const account = options.account(job.accountId);
    if (account === undefined) return later('the account is not configured', AUTH_PAUSE_MS);
    if (job.sizeBytes !== null && job.sizeBytes > maxBytes) return { state: 'refused', reason: 'too_large' };
    const partial = await blobs.partial(job.id, maxBytes);
    const hadBytes = partial.sizeBytes;
    try {
      const ended = await fetchInto(job, account, partial);
      if (ended !== null) {
        if (ended.state !== 'waiting') await partial.discard();
        return ended;
      }
      const blob = await partial.finish();
      crashPoint('file.kept');
      return await describeBlob(blob, options);
    } catch (error) {
      if (error instanceof BlobError && error.code === 'too-large') {
        await partial.discard();
        return { state: 'refused', reason: 'too_large' };
      }
      // Names only: what a library says may quote an address with a token in it.
      const reason = error instanceof Error ? error.name : 'unknown';
      if (stopping.signal.aborted) return later('stopped', 0);
      return partial.sizeBytes > hadBytes ? later(reason, backoffMs(job.attempt)) : again(job, reason);
    } finally {
      await partial.close();
    }
  }

  /** The lease lasts as long as this instance, so what came of it is told until the store has heard it. */
  async function settle(job: FileJob, outcome: FileSettlement): Promise<boolean> {
    for (;;) {
      try {
        return await store.settle(job.id, outcome);
      } catch (error) {
        if (stopping.signal.aborted) throw error;
        await sleep(SETTLE_RETRY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  }

  async function run(job: FileJob): Promise<void> {
    const startedMs = performance.now();
    crashPoint('file.claimed');
    // What is thrown here is our own disk's trouble. The lease ends with this instance, so it is given back or nobody tries again.
    const outcome = await fetchOne(job).catch(() => later('storage', STORAGE_PAUSE_MS));
    const done = await settle(job, outcome);
    crashPoint('file.settled');
    const fields = { attachmentId: job.id, accountId: job.accountId, state: outcome.state, attempt: job.attempt };
    if (outcome.state === 'stored') log.debug(fields, 'file stored');
    else log.warn({ ...fields, reason: outcome.reason }, 'file not stored');
    if (done) options.onStored?.(outcome.state, performance.now() - startedMs);
  }

  async function look(): Promise<void> {
    const free = PARALLEL - running.size;
    if (free <= 0) return;
    for (const job of await store.claim(free, [...running.keys()])) {
      const one = run(job)
        .catch((error: unknown) => {
          // We are stopping and the store is away: with this instance its lease ends.
          const fields = { attachmentId: job.id, error: error instanceof Error ? error.name : typeof error };
          log.warn(fields, 'file left for later');
        })
        .finally(() => {
          running.delete(job.id);
          // Where there was one there may be more.
          lookOnce();
        });
      running.set(job.id, one);
    }
  }

  function lookOnce(): void {
    if (looking !== null || stopping.signal.aborted) return;
    looking = look()
      .catch(() => undefined)
      .finally(() => {
        looking = null;
      });
  }

  const timer = setInterval(lookOnce, LOOK_MS);

  return {
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await looking;
      const ended = new AbortController();
      const { signal } = ended;
      const late = sleep(STOP_MS, undefined, { signal }).catch(() => undefined);
      await Promise.race([Promise.all(running.values()), late]);
      ended.abort();
    },
  };
}
