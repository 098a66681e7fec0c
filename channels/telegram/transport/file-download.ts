import { type FileAnswer, getFile } from '../../shared/file-download.ts';
import { createAgent } from './agent.ts';

/** The way to files of one bot; `GET /file/bot<token>/<path>` (core.telegram.org/bots/api#getfile). */
export interface FileDownload {
  /** From `offset` on. The address holds the token, so it exists only in here. */
  get(filePath: string, offset: number, signal: AbortSignal): Promise<FileAnswer>;
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

/** Makes the download of one bot's files. */
export function createFileDownload(options: { token: string; apiRoot: string }): FileDownload {
  const agent = createAgent(options.apiRoot);
  return {
    get(filePath, offset, signal) {
      const address = addressOf(options.apiRoot, options.token, filePath);
      if (address === null) return Promise.resolve({ kind: 'lost', reason: 'the platform named a path that is none' });
      return getFile({ url: address, agent }, offset, signal);
    },
    close() {
      agent.destroy();
    },
  };
}
