import type http from 'node:http';
import type { DrawnFaults, FaultRule } from './faults.ts';
import type { FileContent } from './file-content.ts';
import type { StoredFile } from './file-store.ts';

/** Finds the file a path under `/file/` names; null: no such bot or link. */
export type FindFile = (token: string, path: string) => StoredFile | null;

/** Name under which fault rules know downloads. */
const DOWNLOAD = 'file';

const CHUNK_BYTES = 65_536;
const TRICKLE_STEP_MS = 100;
const DEFAULT_TRICKLE_BYTES_PER_SECOND = 1_024;
const DEFAULT_SLOW_MS = 1_000;

interface Span {
  start: number;
  /** Not included. */
  end: number;
}

/** Answers `GET /file/bot<token>/<path>`, whole or the one range asked for, in pieces as fast as they are taken. */
export function serveFile(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  find: FindFile,
  faults: DrawnFaults,
): void {
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  const [, token = '', name = ''] = /^\/file\/bot([^/]+)\/(.+)$/u.exec(path) ?? [];
  const fault = faults.forCall(DOWNLOAD, null);
  if (fault !== null && refused(fault, response)) return;
  const file = find(token, name);
  if (file === null || file.content === null) return refuse(response, 404, 'Not Found');
  const { content } = file;
  const asked = spanOf(request.headers.range, content.sizeBytes);
  if (asked === null) {
    response.setHeader('content-range', `bytes */${content.sizeBytes}`);
    return refuse(response, 416, 'Range Not Satisfiable');
  }
  const span = asked ?? { start: 0, end: content.sizeBytes };
  const begin = (): void => {
    response.writeHead(asked === undefined ? 200 : 206, {
      'content-type': 'application/octet-stream',
      'content-length': span.end - span.start,
      'accept-ranges': 'bytes',
      ...(asked === undefined ? {} : { 'content-range': `bytes ${span.start}-${span.end - 1}/${content.sizeBytes}` }),
    });
    if (request.method === 'HEAD') response.end();
    else pour(content, span, response, fault);
  };
  if (fault?.kind === 'slow') setTimeout(begin, fault.latencyMs ?? DEFAULT_SLOW_MS);
  else begin();
}

/** The range asked for; undefined when none is, null when it lies outside. Other forms are ignored, as they may be. */
function spanOf(header: string | undefined, sizeBytes: number): Span | null | undefined {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/u.exec(header ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  const start = from === '' ? Math.max(0, sizeBytes - Number(to)) : Number(from);
  const end = from === '' || to === '' ? sizeBytes : Math.min(Number(to) + 1, sizeBytes);
  return start < end ? { start, end } : null;
}

/** Writes the span; faults may slow it down, cut it or let it hang in the middle. */
function pour(content: FileContent, span: Span, response: http.ServerResponse, fault: FaultRule | null): void {
  const half = Math.floor((span.end - span.start) / 2);
  const stops = fault?.kind === 'cut_download' || fault?.kind === 'drop_after' || fault?.kind === 'hang_after';
  const last = stops ? Math.min(span.end, span.start + (fault.afterBytes ?? half)) : span.end;
  const perSecond = fault?.kind === 'trickle' ? (fault.bytesPerSecond ?? DEFAULT_TRICKLE_BYTES_PER_SECOND) : null;
  const step = perSecond === null ? CHUNK_BYTES : Math.max(1, Math.floor((perSecond * TRICKLE_STEP_MS) / 1_000));
  let at = span.start;
  const next = (): void => {
    while (at < last && !response.destroyed) {
      const end = Math.min(at + step, last);
      const goesOn = response.write(content.read(at, end));
      at = end;
      if (perSecond !== null) return void setTimeout(next, TRICKLE_STEP_MS);
      if (!goesOn) return void response.once('drain', next);
    }
    if (!stops) response.end();
    // What was written must leave first, else the cut comes before the bytes.
    else if (fault.kind !== 'hang_after') setImmediate(() => response.socket?.destroySoon());
  };
  next();
}

/** Faults that keep the file from being looked at. */
function refused(fault: FaultRule, response: http.ServerResponse): boolean {
  switch (fault.kind) {
    case 'rate_limited':
      refuse(response, 429, `Too Many Requests: retry after ${fault.retryAfterSeconds ?? 1}`);
      return true;
    case 'refuse':
      refuse(response, fault.status ?? 404, fault.description ?? 'Not Found');
      return true;
    case 'error_before':
    case 'error_after':
      refuse(response, fault.status ?? 500, fault.description ?? 'Internal Server Error');
      return true;
    case 'not_json':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>proxy</body></html>');
      return true;
    case 'drop_before':
      response.socket?.destroy();
      return true;
    case 'hang_before':
      return true;
    default:
      return false;
  }
}

function refuse(response: http.ServerResponse, status: number, description: string): void {
  const json = JSON.stringify({ ok: false, error_code: status, description });
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) });
  response.end(json);
}
