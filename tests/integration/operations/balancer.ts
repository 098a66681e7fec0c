import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

/** What stands before several gateways: an address of its own, and the processes it passes requests to. */
export interface Balancer {
  readonly url: string;
  /** Answers that were not 2xx, with the path they were for. */
  readonly refused: { path: string; status: number }[];
  /** Passes requests for `/hooks` to the first list, all others to the second. */
  use(hooks: readonly string[], others: readonly string[]): void;
  close(): Promise<void>;
}

interface Passed {
  status: number;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

/**
 * A small balancer as people run one: connections to the gateways are kept, one that takes no connection is left for the
 * next, a GET that broke is asked anew, and a POST that broke half-way is answered 502, because nobody knows what became
 * of it.
 */
export async function startBalancer(): Promise<Balancer> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const refused: Balancer['refused'] = [];
  let hooks: readonly string[] = [];
  let others: readonly string[] = [];
  let turn = 0;

  function pass(to: string, asked: IncomingMessage, body: Buffer): Promise<Passed> {
    return new Promise((resolve, reject) => {
      const { method, headers, url } = asked;
      const passed = request(`${to}${url ?? '/'}`, { method, headers, agent }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }),
        );
      });
      passed.on('error', reject);
      passed.end(body);
    });
  }

  async function passToOne(asked: IncomingMessage, body: Buffer): Promise<Passed> {
    const list = asked.url?.startsWith('/hooks') === true ? hooks : others;
    turn += 1;
    // Once more than there are gateways: a kept connection may have been closed at the moment it was used.
    for (let tries = 0; tries <= list.length; tries += 1) {
      const to = list[(turn + tries) % list.length] ?? '';
      try {
        return await pass(to, asked, body);
      } catch (error) {
        const refusedTheConnection = error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
        if (asked.method !== 'GET' && !refusedTheConnection) break;
      }
    }
    return { status: 502, headers: {}, body: Buffer.from('no gateway answered') };
  }

  async function answer(asked: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of asked) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
    const { status, headers, body } = await passToOne(asked, Buffer.concat(chunks));
    if (status < 200 || status > 299) refused.push({ path: asked.url ?? '', status });
    const kept = Object.fromEntries(
      Object.entries(headers).filter(([name]) => !/^(?:connection|keep-alive|transfer-encoding)$/.test(name)),
    );
    response.writeHead(status, kept).end(body);
  }

  const server = createServer((asked, response) => {
    answer(asked, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    refused,
    use(first, second) {
      hooks = first;
      others = second;
    },
    async close() {
      agent.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
