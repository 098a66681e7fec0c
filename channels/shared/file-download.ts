import http, { type Agent, type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { FetchOutcome } from '../../src/core/model/attachment.ts';

/** Longest silence while a file comes, ms. */
const STALL_MS = 30_000;

/** What a server of files answered. `lost`: nothing of use; the reason holds no address, since addresses may be signed. */
export type FileAnswer =
  | { kind: 'body'; body: AsyncIterable<Uint8Array>; offset: number; totalBytes: number | null; end(): void }
  | { kind: 'status'; status: number }
  | { kind: 'lost'; reason: string };

/**
 * Asks for a file, from `offset` on. A redirect is not followed: it could lead anywhere.
 * @param options `agent`: of the kind the address needs. `headers`: of a signed request, where the file is not everybody's
 */
export function getFile(
  { url, agent, headers = {} }: { url: URL; agent: Agent; headers?: Readonly<Record<string, string>> },
  offset: number,
  signal: AbortSignal,
): Promise<FileAnswer> {
  const range = offset === 0 ? {} : { range: `bytes=${offset}-` };
  const get = url.protocol === 'http:' ? http.get : https.get;
  return new Promise((resolve) => {
    const sent = get(url, { agent, headers: { ...headers, ...range }, signal }, (response) => resolve(read(response)));
    sent.setTimeout(STALL_MS, () => sent.destroy());
    sent.once('error', (error) => {
      const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
      resolve({ kind: 'lost', reason: `no file from the platform (${code})` });
    });
  });
}

/**
 * What asking for a customer's file comes to. Where the server has nothing from `offset` on, what we have is not the beginning of what is
 * there now, and it is asked for from its beginning.
 * @param ask asks for the bytes from an offset on
 * @param meanings statuses that say more than that it may work later: the file is `gone`, or our credentials are refused (`auth`)
 */
export async function outcomeOfDownload(
  ask: (offset: number) => Promise<FileAnswer>,
  { offset, maxBytes }: { offset: number; maxBytes: number },
  meanings: { gone: readonly number[]; auth: readonly number[] },
): Promise<FetchOutcome> {
  const answer = await ask(offset);
  if (answer.kind === 'lost') return { kind: 'transient', reason: answer.reason };
  if (answer.kind === 'body') {
    const { body, totalBytes } = answer;
    if ((totalBytes ?? 0) <= maxBytes) return { kind: 'file', file: { body, offset: answer.offset, totalBytes } };
    answer.end();
    return tooLarge(maxBytes);
  }
  const { status } = answer;
  if (status === 416 && offset > 0) return outcomeOfDownload(ask, { offset: 0, maxBytes }, meanings);
  const reason = `the file server answered ${status}`;
  if (meanings.auth.includes(status)) return { kind: 'auth', reason };
  return meanings.gone.includes(status) ? { kind: 'gone', reason } : { kind: 'transient', reason };
}

/** The outcome for a file that has more bytes than we take. */
export function tooLarge(maxBytes: number): FetchOutcome {
  return { kind: 'too_large', reason: `the file has more than ${maxBytes} bytes` };
}

function read(response: IncomingMessage): FileAnswer {
  const status = response.statusCode ?? 0;
  const length = Number(response.headers['content-length'] ?? Number.NaN);
  const answer = (offset: number, totalBytes: number | null): FileAnswer => ({
    kind: 'body',
    body: bodyOf(response),
    offset,
    totalBytes,
    end: () => void response.destroy(),
  });
  if (status === 200) return answer(0, Number.isFinite(length) ? length : null);
  const range = status === 206 ? rangeOf(response.headers['content-range']) : null;
  if (range !== null) return answer(range.start, range.total);
  response.resume();
  return { kind: 'status', status };
}

/** `bytes 100-199/200` (RFC 9110, 14.4): where it begins and how much there is; null for what is none. */
function rangeOf(header: string | undefined): { start: number; total: number | null } | null {
  const match = /^bytes (\d+)-\d+\/(\d+|\*)$/u.exec(header ?? '');
  if (match === null) return null;
  return { start: Number(match[1]), total: match[2] === '*' ? null : Number(match[2]) };
}

/** Errors of sockets name no address, but nobody promises that; what leaves here are our own words. */
async function* bodyOf(response: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    for await (const bytes of response) if (bytes instanceof Uint8Array) yield bytes;
  } catch {
    throw new Error('the connection was lost while the file came');
  } finally {
    response.destroy();
  }
}
