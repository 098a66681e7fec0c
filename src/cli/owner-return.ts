import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { ParleyError } from '../core/errors.ts';

/** How long the owner has time to read what they allow, ms. */
const OWNER_READS_MS = 10 * 60_000;

/** Waits on this machine for the browser that was sent to the platform. */
export interface OwnerReturn {
  /** The whole address the platform sent the browser to. @throws {ParleyError} `late` */
  readonly back: Promise<string>;
  close(): void;
}

/**
 * Listens where the platform sends the owner's browser back to. It resolves once it listens, so that the page can be named: a browser
 * whose owner allowed it before may be back at once. Any page in that browser can ask here too, so only the state that was sent out counts.
 * @param redirect an address of this machine, `http://127.0.0.1:8089/callback`
 * @param state what comes back with the owner (RFC 6749, 4.1.1); null: the platform was given none
 * @throws {ParleyError} `redirect` when it is none, or is taken
 */
export async function awaitOwner(redirect: string, state: string | null): Promise<OwnerReturn> {
  const expected = new URL(redirect);
  if (expected.protocol !== 'http:' || !['127.0.0.1', 'localhost', '[::1]'].includes(expected.hostname)) {
    throw new ParleyError('redirect', `${redirect} is not on this machine`, { mend: 'add --paste' });
  }
  let resolve: (url: string) => void = () => undefined;
  let reject: (error: ParleyError) => void = () => undefined;
  const back = new Promise<string>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  // Whoever waits for it hears of it; an error before that must not end the process.
  back.catch(() => undefined);
  const server = createServer((request, response) => {
    const url = urlOf(request, expected);
    if (url === null || url.pathname !== expected.pathname) {
      answer(response, 404, 'There is nothing here.');
    } else if (state !== null && url.searchParams.get('state') !== state) {
      answer(response, 400, 'This is not the login that waits here. Open the page that the terminal names.');
    } else {
      answer(response, 200, 'You can close this page and go back to the terminal.');
      resolve(url.toString());
    }
  });
  const late = setTimeout(
    () => reject(new ParleyError('late', 'nobody came back', { mend: 'begin again' })),
    OWNER_READS_MS,
  );
  const close = (): void => {
    clearTimeout(late);
    server.close();
  };
  await new Promise<void>((listens, fails) => {
    server.once('error', (error) => {
      close();
      fails(
        new ParleyError('redirect', `cannot listen at ${redirect}: ${error.message}`, {
          mend: 'choose another --redirect that the platform knows, or add --paste',
        }),
      );
    });
    server.listen(
      Number(expected.port === '' ? 80 : expected.port),
      expected.hostname.replaceAll(/[[\]]/gu, ''),
      listens,
    );
  });
  return { back, close };
}

/** What was asked for, where it is a plain request for a page; a target such as `//` names none. */
function urlOf({ method, url = '/' }: IncomingMessage, base: URL): URL | null {
  return method === 'GET' && url.startsWith('/') && URL.canParse(url, base.href) ? new URL(url, base) : null;
}

function answer(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(`${words}\n`);
}
