import { setTimeout as pause } from 'node:timers/promises';
import type { FileSource } from '../../src/core/ports/channel.ts';
import { recordOf, stringOf } from '../shared/read-unknown.ts';
import { nameLine } from '../shared/well-formed.ts';
import { snowflakeOf } from './ids.ts';
import type { OutgoingFile } from './part.ts';
import type { XCall, XRest } from './transport/ports.ts';

/** One piece of an upload, bytes; X takes up to 5 MB. */
const PIECE_BYTES = 1024 * 1024;
const PIECE_TIMEOUT_MS = 20_000;
/** Slower connections than this are given up, bytes a second. */
const SLOWEST_BYTES_PER_SECOND = 256 * 1024;
/** How long X may take to look through a file, ms; pictures are ready at once. */
const PROCESSING_MS = { photo: 10_000, animation: 60_000, video: 180_000 } as const;
const LONGEST_CHECK_MS = 10_000;
const SHORTEST_CHECK_MS = 100;
const USUAL_MIME = { photo: 'image/jpeg', animation: 'image/gif', video: 'video/mp4' } as const;
const CATEGORY = { photo: 'image', animation: 'gif', video: 'video' } as const;

/** A file of ours that X did not take, so that nothing was sent. */
export class UploadRefused extends Error {
  override readonly name = 'UploadRefused';
}

/** A file of ours did not open; `cause` says why. */
export class OwnFileTrouble extends Error {
  override readonly name = 'OwnFileTrouble';
}

/** Longest an upload may take, ms. */
export function uploadTimeMs({ sizeBytes, kind }: Pick<OutgoingFile, 'sizeBytes' | 'kind'>): number {
  return Math.ceil((sizeBytes / SLOWEST_BYTES_PER_SECOND) * 1_000) + PROCESSING_MS[kind] + 10_000;
}

/**
 * Uploads a file in pieces and waits until X has looked through it; docs.x.com, "Chunked media upload". Nothing is shown to anybody by
 * this alone, so that all of it may be repeated.
 * @returns the file's id at X
 * @throws {XCallError} {@link UploadRefused} {@link OwnFileTrouble}
 */
export async function upload(
  { rest, files }: { rest: XRest; files: FileSource },
  file: OutgoingFile,
  to: 'public' | 'direct',
  signal: AbortSignal,
): Promise<string> {
  const ask = async (call: Omit<XCall, 'purpose'>): Promise<unknown> =>
    (await rest.call({ purpose: 'answer', ...call }, signal)).body;
  const begun = await ask({
    endpoint: 'uploadBegin',
    json: {
      media_type: file.mime ?? USUAL_MIME[file.kind],
      total_bytes: file.sizeBytes,
      media_category: `${to === 'direct' ? 'dm' : 'tweet'}_${CATEGORY[file.kind]}`,
    },
  });
  const id = snowflakeOf(recordOf(recordOf(begun)?.['data'])?.['id']);
  if (id === null) throw new UploadRefused('X began an upload and gave no id for it');
  let index = 0;
  for await (const bytes of piecesOf(files, file.blobId)) {
    await ask({ endpoint: 'uploadAppend', path: { id }, piece: { index, bytes }, timeoutMs: PIECE_TIMEOUT_MS });
    index += 1;
  }
  let state = await ask({ endpoint: 'uploadEnd', path: { id } });
  for (;;) {
    const waitMs = waitIn(state);
    if (waitMs === null) return id;
    await pause(waitMs, undefined, { signal });
    state = await ask({ endpoint: 'uploadState', query: { command: 'STATUS', media_id: id } });
  }
}

/** How long to wait before asking again; null: X is done. @throws {UploadRefused} */
function waitIn(answer: unknown): number | null {
  const processing = recordOf(recordOf(recordOf(answer)?.['data'])?.['processing_info']);
  const state = stringOf(processing?.['state']);
  if (processing === null || state === 'succeeded') return null;
  if (state === 'failed') {
    const words = nameLine(stringOf(recordOf(processing['error'])?.['message']) ?? '', 200);
    throw new UploadRefused(`X does not take the file${words === '' ? '' : `: ${words}`}`);
  }
  const seconds: unknown = processing['check_after_secs'];
  const waitMs = typeof seconds === 'number' && seconds > 0 ? seconds * 1_000 : 1_000;
  return Math.min(LONGEST_CHECK_MS, Math.max(SHORTEST_CHECK_MS, waitMs));
}

/** The file's content in pieces of one size, the last shorter. */
async function* piecesOf(files: FileSource, blobId: string): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let bytes = 0;
  const content = files.open(blobId)[Symbol.asyncIterator]();
  for (;;) {
    const next = await content.next().catch((cause: unknown) => {
      throw new OwnFileTrouble('a file of ours did not open', { cause });
    });
    if (next.done === true) break;
    held.push(next.value);
    bytes += next.value.byteLength;
    if (bytes < PIECE_BYTES) continue;
    const whole = Buffer.concat(held);
    let from = 0;
    for (; whole.length - from >= PIECE_BYTES; from += PIECE_BYTES) yield whole.subarray(from, from + PIECE_BYTES);
    held = [whole.subarray(from)];
    bytes = whole.length - from;
  }
  if (bytes > 0) yield Buffer.concat(held);
}
