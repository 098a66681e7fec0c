import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { PLATFORM_API_ROOT } from './config.ts';

/** Longest silence while a file comes, ms. */
const STALL_MS = 30_000;
/** Where the platform keeps files (reference#signed-attachment-cdn-urls). */
const PLATFORM_HOSTS = /^(?:cdn|media)\.discordapp\.(?:com|net)$/u;

/** What the file server answered. `lost`: nothing of use; the reason holds no address. */
export type DownloadAnswer =
  | { kind: 'body'; body: AsyncIterable<Uint8Array>; offset: number; totalBytes: number | null; end(): Promise<void> }
  | { kind: 'status'; status: number }
  | { kind: 'lost'; reason: string };

/** The way to files; the links are signed, so they exist only in here. */
export interface FileDownload {
  /** From `offset` on. */
  get(url: string, offset: number, signal: AbortSignal): Promise<DownloadAnswer>;
  close(): void;
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
  const answer = (offset: number, totalBytes: number | null): DownloadAnswer => ({
    kind: 'body',
    body: bodyOf(response),
    offset,
    totalBytes,
    end: () => Promise.resolve(void response.destroy()),
  });
  if (status === 200) return answer(0, Number.isFinite(length) ? length : null);
  const range = status === 206 ? rangeOf(response.headers['content-range']) : null;
  if (range !== null) return answer(range.start, range.total);
  // A redirect is not followed: it could lead anywhere.
  response.resume();
  return { kind: 'status', status };
}

/** At the platform files come from its own hosts alone; elsewhere from wherever that server says. */
function addressOf(url: string, apiRoot: string): URL | null {
  if (!URL.canParse(url)) return null;
  const address = new URL(url);
  if (apiRoot === PLATFORM_API_ROOT) {
    return address.protocol === 'https:' && PLATFORM_HOSTS.test(address.hostname) ? address : null;
  }
  return address.protocol === 'https:' || address.protocol === 'http:' ? address : null;
}

/** Makes the download of one account's files. */
export function createFileDownload({ apiRoot }: { apiRoot: string }): FileDownload {
  const plain = new http.Agent({ keepAlive: true });
  const sealed = new https.Agent({ keepAlive: true });
  return {
    get(url, offset, signal) {
      const address = addressOf(url, apiRoot);
      if (address === null)
        return Promise.resolve({ kind: 'lost', reason: 'the platform named an address that is none' });
      const headers = offset === 0 ? {} : { range: `bytes=${offset}-` };
      const isPlain = address.protocol === 'http:';
      return new Promise((resolve) => {
        const begin = isPlain ? http.get : https.get;
        const sent = begin(address, { agent: isPlain ? plain : sealed, headers, signal }, (response) =>
          resolve(read(response)),
        );
        sent.setTimeout(STALL_MS, () => sent.destroy());
        sent.once('error', (error) => {
          const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
          resolve({ kind: 'lost', reason: `no file from the platform (${code})` });
        });
      });
    },
    close() {
      plain.destroy();
      sealed.destroy();
    },
  };
}
