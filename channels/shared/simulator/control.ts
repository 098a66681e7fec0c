import type http from 'node:http';

/** Does what was asked; what it answers, or resolves with, is told as JSON. @throws what is told with 400 */
export type ControlRoute = (given: unknown, query: URLSearchParams) => unknown;

/** Answers requests to a simulator's control. */
export type ControlHandler = (request: http.IncomingMessage, response: http.ServerResponse) => void;

/** Larger than a body of any platform: files come as text. */
const MOST_BYTES = 100_000_000;

/**
 * A way to drive a simulator over HTTP, for tests in other processes and for people at a terminal. What is asked wrongly is answered with
 * 400 and the reason.
 * @param routes by method and what stands behind the prefix: `POST say`
 */
export function createControlHandler(
  routes: ReadonlyMap<string, ControlRoute>,
  { prefix = '/_control/', mostBytes = MOST_BYTES }: { prefix?: string; mostBytes?: number } = {},
): ControlHandler {
  return (request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    // A page in somebody's browser must not drive it.
    if (request.headers.origin !== undefined) return reply(response, 403, { error: 'not for web pages' });
    const name = `${request.method ?? 'GET'} ${url.pathname.slice(prefix.length)}`;
    const route = routes.get(name);
    if (route === undefined) {
      return reply(response, 404, { error: `no ${name}; there are ${[...routes.keys()].join(', ')}` });
    }
    readJson(request, mostBytes)
      .then(async (json) => reply(response, 200, (await route(json, url.searchParams)) ?? { ok: true }))
      .catch((error: unknown) =>
        reply(response, 400, { error: error instanceof Error ? error.message : String(error) }),
      );
  };
}

async function readJson(request: http.IncomingMessage, mostBytes: number): Promise<unknown> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of request) {
    if (!(piece instanceof Uint8Array)) continue;
    size += piece.byteLength;
    // What is too much is read all the same, so that the answer arrives.
    if (size <= mostBytes) pieces.push(piece);
  }
  if (size > mostBytes) throw new Error(`the body is larger than ${mostBytes} bytes`);
  const text = Buffer.concat(pieces).toString('utf8');
  const value: unknown = text === '' ? {} : JSON.parse(text);
  return value;
}

function reply(response: http.ServerResponse, status: number, value: unknown): void {
  const json = `${JSON.stringify(value)}\n`;
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) });
  response.end(json);
}
