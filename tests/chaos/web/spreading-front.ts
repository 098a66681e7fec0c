import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

/** What stands between visitors and several processes, and loses and doubles what it should not. */
export interface SpreadingFront {
  readonly url: string;
  /** Requests handed on; answers that were lost on their way back; requests handed to two processes at the same moment. */
  readonly counts: { requests: number; lost: number; doubled: number };
  /** Only hands on from now on. */
  calm(): void;
  close(): Promise<void>;
}

const LOST = 0.06;
const DOUBLED = 0.1;

interface Asked {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

/**
 * Hands each request to one of the processes that are up, in turn; who asks while none is gets no answer. By `random` an answer is lost
 * after the process gave it, and what is sent goes to two processes at once, of which one answers.
 * @param addresses of the processes that are up, such as `http://127.0.0.1:1234`
 */
export async function startSpreadingFront(
  random: () => number,
  addresses: () => readonly string[],
): Promise<SpreadingFront> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const counts = { requests: 0, lost: 0, doubled: 0 };
  let turn = 0;
  let isCalm = false;

  /** The process's answer, its body still to be read; null when it gave none. */
  function pass({ method, url, headers, body }: Asked, gone: AbortSignal): Promise<IncomingMessage | null> {
    const up = addresses();
    turn += 1;
    const to = up[turn % Math.max(1, up.length)];
    if (to === undefined) return Promise.resolve(null);
    return new Promise((resolve) => {
      const passed = request(`${to}${url ?? '/'}`, { method, headers, agent, signal: gone }, (answer) => {
        answer.on('error', () => undefined);
        resolve(answer);
      });
      passed.on('error', () => resolve(null));
      passed.end(body);
    });
  }

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const pieces: Buffer[] = [];
    for await (const piece of incoming) if (Buffer.isBuffer(piece)) pieces.push(piece);
    const { method, url, headers } = incoming;
    const asked: Asked = { method, url, headers, body: Buffer.concat(pieces) };
    counts.requests += 1;
    const dice = isCalm || method !== 'POST' ? 1 : random();
    if (dice > 1 - DOUBLED && dice < 1) {
      counts.doubled += 1;
      void pass(asked, new AbortController().signal).then((other) => other?.resume());
    }
    const given = await pass(asked, gone.signal);
    if (dice < LOST && given !== null) {
      counts.lost += 1;
      given.resume();
      response.destroy();
    } else if (given === null) response.destroy();
    else {
      response.writeHead(given.statusCode ?? 502, given.headers);
      // A process that dies in mid-answer takes the connection with it.
      given.on('close', () => {
        if (!given.complete) response.destroy();
      });
      given.pipe(response);
    }
  }

  const server = createServer((incoming, response) => {
    answer(incoming, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const place = server.address();
  return {
    url: `http://127.0.0.1:${typeof place === 'object' && place !== null ? place.port : 0}`,
    counts,
    calm() {
      isCalm = true;
    },
    async close() {
      agent.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
