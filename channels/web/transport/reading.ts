import { FileLost } from '../../../src/core/errors.ts';
import type { FileSource, ServedAnswer, ServedRequest } from '../../../src/core/ports/channel.ts';
import type { PlaceLog } from '../../../src/core/ports/place-log.ts';
import type { OpenLimit } from '../limits.ts';
import { readEntry } from '../part.ts';
import type { Visitor } from '../session.ts';
import { ChatRefused, headerOf, json, PLAIN_HEADERS } from './answers.ts';
import type { PlaceView, PlaceWatch } from './place-watch.ts';
import { SHOWN_TYPES, shownEntry, streamEvent } from './shown.ts';

const PAGE = 50;
/** Entries that go out in one piece of a stream. */
const BATCH = 100;
/** Something goes out at least this often, so that proxies keep the connection, ms. */
const BEAT_MS = 15_000;
/** A stream ends after this long and the page opens another: nothing that was forgotten stays for ever, ms. */
const STREAM_MS = 30 * 60_000;

export interface ReadingDeps {
  places: PlaceLog;
  files: FileSource;
  watch: PlaceWatch;
  perVisitor: OpenLimit;
  perAddress: OpenLimit;
  nowMs(): number;
}

/** The newest entries, or those before one; and how far the visitor has read. */
export async function history(deps: ReadingDeps, visitor: Visitor, query: URLSearchParams): Promise<ServedAnswer> {
  const before = /^\d{1,15}$/u.exec(query.get('before') ?? '');
  const entries = await deps.places.latest(visitor.id, before === null ? null : Number(before[0]), PAGE);
  const marks = await deps.places.marks([visitor.id]);
  return json(200, {
    items: entries.flatMap((entry) => shownEntry(entry) ?? []),
    more: entries.length === PAGE,
    first: entries[0]?.seq ?? 0,
    last: entries.at(-1)?.seq ?? 0,
    read: marks.get(visitor.id)?.['read'] ?? 0,
  });
}

/** What is new from a position on, until the page goes. */
export function events(deps: ReadingDeps, visitor: Visitor, request: ServedRequest): ServedAnswer {
  const from = /^\d{1,15}$/u.exec(headerOf(request, 'last-event-id') ?? '');
  const leaveVisitor = deps.perVisitor.enter(visitor.id);
  const leaveAddress = leaveVisitor === null ? null : deps.perAddress.enter(request.address);
  if (leaveVisitor === null || leaveAddress === null) {
    leaveVisitor?.();
    throw new ChatRefused(429, 'too_many_streams', 'this chat is open too often', 10_000);
  }
  const view = deps.watch.open(visitor.id, from === null ? 0 : Number(from[0]));
  const leave = (): void => {
    view.close();
    leaveVisitor();
    leaveAddress();
  };
  // A body that is never read has no end of its own.
  if (request.signal.aborted) leave();
  else request.signal.addEventListener('abort', leave, { once: true });
  return {
    status: 200,
    headers: { ...PLAIN_HEADERS, 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' },
    body: stream(deps, visitor, view, request.signal),
  };
}

async function* stream(
  { places, nowMs }: ReadingDeps,
  visitor: Visitor,
  view: PlaceView,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const endMs = nowMs() + STREAM_MS;
  let typingMs = 0;
  yield ': open\n\n';
  while (!signal.aborted && nowMs() < endMs) {
    // Before what was written, which ends it: told after it, the page would say that somebody writes on.
    if (view.typingMs > typingMs) {
      typingMs = view.typingMs;
      yield streamEvent('typing', {});
    }
    const entries = await places.since(new Map([[visitor.id, view.seq]]), BATCH);
    for (const entry of entries) {
      view.seq = entry.seq;
      const shown = shownEntry(entry);
      if (shown !== null) yield streamEvent('entry', shown, entry.seq);
    }
    if (entries.length === BATCH) continue;
    const beganMs = nowMs();
    await view.changed(BEAT_MS, signal);
    if (nowMs() - beganMs >= BEAT_MS) yield ': beat\n\n';
  }
}

/** A file below a message of the visitor's own place. */
export async function file(deps: ReadingDeps, visitor: Visitor, seq: number, index: number): Promise<ServedAnswer> {
  const entry = await deps.places.entry(visitor.id, seq);
  const content = entry === null ? null : readEntry(entry.payload);
  const found = content?.kind === 'ours' || content?.kind === 'theirs' ? content.files?.[index] : undefined;
  if (found === undefined) throw new ChatRefused(404, 'no_file', 'there is no such file');
  const pieces = deps.files.open(found.blobId)[Symbol.asyncIterator]();
  // Whether it is still there shows with its first bytes; after them there is no other answer.
  const first = await pieces.next().catch((error: unknown) => {
    throw error instanceof FileLost ? new ChatRefused(410, 'gone', 'this file is not kept any more') : error;
  });
  const isShown = found.mime !== null && SHOWN_TYPES.has(found.mime);
  return {
    status: 200,
    headers: {
      ...PLAIN_HEADERS,
      'content-type': isShown ? (found.mime ?? '') : 'application/octet-stream',
      'content-disposition': isShown ? 'inline' : 'attachment',
    },
    body: joined(first, pieces),
  };
}

async function* joined(first: IteratorResult<Uint8Array>, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    for (let piece = first; piece.done !== true; piece = await rest.next()) yield piece.value;
  } finally {
    await rest.return?.();
  }
}
