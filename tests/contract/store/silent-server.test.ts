import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openDatabase } from '../../../src/store/database.ts';
import { quietLog } from '../../kit/quiet-log.ts';
import { startPlainPostgres, type TestPostgres } from '../../kit/servers/postgres.ts';

/** A network between us and the server that may swallow everything without closing anything, as one does whose host is gone. */
interface Network {
  port: number;
  /** What is connected now hears nothing more; new connections get through. */
  loseConnected(): void;
  close(): Promise<void>;
}

async function startNetwork(to: URL): Promise<Network> {
  const sockets = new Set<Socket>();
  const lost = new WeakSet<Socket>();
  const server: Server = createServer((near) => {
    const far = connect(Number(to.port), to.hostname);
    for (const [from, into] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => into.destroy());
      from.on('close', () => into.destroy());
      from.on('data', (bytes) => {
        if (!lost.has(from)) into.write(bytes);
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    loseConnected() {
      for (const socket of sockets) lost.add(socket);
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPlainPostgres();
}, 60_000);
afterAll(() => postgres.close());

test('a server that is gone without a word is given up in time, and the next connection works', async () => {
  const direct = await postgres.createDatabase();
  const network = await startNetwork(new URL(direct));
  const url = new URL(direct);
  url.port = String(network.port);
  const database = openDatabase({ url: url.href, log: quietLog(), max: 1, answerMs: 500 });
  const ask = () => database.prepared<{ two: number }>('two', 'SELECT 1 + 1 AS two', []);
  expect(await ask()).toEqual([{ two: 2 }]);
  network.loseConnected();
  await expect(ask()).rejects.toThrow(/timeout/iu);
  // Of a pool of one: the silent connection is gone, or this would wait behind it.
  expect(await ask()).toEqual([{ two: 2 }]);
  await database.close();
  await network.close();
}, 30_000);
