import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

/** What stands between the platform and several processes, and hands on more than it should. */
export interface CopyingFront {
  readonly url: string;
  /** Requests handed on, and how many of these were copies. */
  readonly counts: { requests: number; copies: number };
  /** Where requests go, in turn. */
  use(addresses: readonly string[]): void;
  close(): Promise<void>;
}

/** Longest wait of a copy that comes after its original was answered, ms. */
const LATE_MS = 400;

/**
 * Hands each request to the next process in turn; by `random` a third of them at the same moment to the next one or two as well,
 * and a tenth once more after the platform has its answer. The platform gets the first good answer, else the last bad one.
 */
export async function startCopyingFront(random: () => number): Promise<CopyingFront> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const counts = { requests: 0, copies: 0 };
  const late = new Set<NodeJS.Timeout>();
  let addresses: readonly string[] = [];
  let turn = 0;

  /** One process's answer, 502 when it gave none. */
  function pass(asked: IncomingMessage, body: Buffer): Promise<number> {
    turn += 1;
    const to = addresses[turn % addresses.length] ?? '';
    const { method, headers, url } = asked;
    return new Promise((resolve) => {
      const passed = request(`${to}${url ?? '/'}`, { method, headers, agent, timeout: 15_000 }, (answer) => {
        answer.resume();
        answer.on('error', () => resolve(502));
        answer.on('end', () => resolve(answer.statusCode ?? 502));
      });
      passed.on('timeout', () => passed.destroy());
      passed.on('error', () => resolve(502));
      passed.end(body);
    });
  }

  async function passOn(asked: IncomingMessage, body: Buffer): Promise<number> {
    const dice = random();
    const together = dice < 0.1 ? 3 : dice < 0.33 ? 2 : 1;
    counts.requests += 1;
    counts.copies += together - 1;
    const answers = Array.from({ length: together }, () => pass(asked, body));
    const good = answers.map(async (answer) => {
      const status = await answer;
      if (status >= 300) throw new Error(String(status));
      return status;
    });
    const status = await Promise.any(good).catch(() => 502);
    if (random() < 0.1) {
      counts.copies += 1;
      const timer = setTimeout(() => {
        late.delete(timer);
        void pass(asked, body);
      }, random() * LATE_MS);
      late.add(timer);
    }
    return status;
  }

  async function answer(asked: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of asked) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
    const status = await passOn(asked, Buffer.concat(chunks));
    response.writeHead(status).end();
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
    counts,
    use(all) {
      addresses = all;
    },
    async close() {
      for (const timer of late) clearTimeout(timer);
      agent.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
