import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { createAgent } from './agent.ts';

/** Longest silence while a file comes, ms. */
const STALL_MS = 30_000;

/** What the file server answered. `lost`: nothing of use; the reason holds no address. */
export type DownloadAnswer =
  | { kind: 'body'; body: AsyncIterable<Uint8Array>; offset: number; totalBytes: number | null }
  | { kind: 'status'; status: number }
  | { kind: 'lost'; reason: string };

/** The way to files of one bot; `GET /file/bot<token>/<path>` (core.telegram.org/bots/api#getfile). */
export interface FileDownload {
  /** From `offset` on. The address holds the token, so it exists only in here. */
  get(filePath: string, offset: number, signal: AbortSignal): Promise<DownloadAnswer>;
  close(): void;
}

/** Where a file lies; null when the path would lead anywhere but into the bot's own files. */
function addressOf(apiRoot: string, token: string, filePath: string): URL | null {
  const steps = filePath.split('/');
  if (steps.some((step) => step === '' || step === '.' || step === '..')) return null;
  const base = `${apiRoot}/file/bot${token}/`;
  const address = new URL(base + steps.map(encodeURIComponent).join('/'));
  const home = new URL(base);
  return address.origin === home.origin && address.pathname.startsWith(home.pathname) ? address : null;
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

function read(response: IncomingMessage): DownloadAnswer {
  const status = response.statusCode ?? 0;
  const length = Number(response.headers['content-length'] ?? Number.NaN);
  if (status === 200) {
    return { kind: 'body', body: bodyOf(response), offset: 0, totalBytes: Number.isFinite(length) ? length : null };
  }
  const range = status === 206 ? rangeOf(response.headers['content-range']) : null;
  if (range !== null) return { kind: 'body', body: bodyOf(response), offset: range.start, totalBytes: range.total };
  // A redirect is not followed: it could lead anywhere, with the token in the referrer.
  response.resume();
  return { kind: 'status', status };
}

/** Makes the download of one bot's files. */
export function createFileDownload(options: { token: string; apiRoot: string }): FileDownload {
  const agent = createAgent(options.apiRoot);
  const request = options.apiRoot.startsWith('https:') ? requestHttps : requestHttp;
  return {
    get(filePath, offset, signal) {
      const address = addressOf(options.apiRoot, options.token, filePath);
      if (address === null) return Promise.resolve({ kind: 'lost', reason: 'the platform named a path that is none' });
      const headers = offset === 0 ? {} : { range: `bytes=${offset}-` };
      return new Promise((resolve) => {
        const sent = request(address, { agent, headers, signal }, (response) => resolve(read(response)));
        sent.setTimeout(STALL_MS, () => sent.destroy());
        sent.once('error', (error) => {
          const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
          resolve({ kind: 'lost', reason: `no file from the platform (${code})` });
        });
        sent.end();
      });
    },
    close() {
      agent.destroy();
    },
  };
}
