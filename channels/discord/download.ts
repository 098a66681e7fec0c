import http from 'node:http';
import https from 'node:https';
import { type FileAnswer, getFile } from '../shared/file-download.ts';
import { PLATFORM_API_ROOT } from './config.ts';

/** Where the platform keeps files (reference#signed-attachment-cdn-urls). */
const PLATFORM_HOSTS = /^(?:cdn|media)\.discordapp\.(?:com|net)$/u;

/** The way to files; the links are signed, so they exist only in here. */
export interface FileDownload {
  /** From `offset` on. */
  get(url: string, offset: number, signal: AbortSignal): Promise<FileAnswer>;
  close(): void;
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
      return getFile({ url: address, agent: address.protocol === 'http:' ? plain : sealed }, offset, signal);
    },
    close() {
      plain.destroy();
      sealed.destroy();
    },
  };
}
