import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openDatabase } from '../../../src/store/database.ts';
import { eventually } from '../../kit/eventually.ts';
import { quietLog } from '../../kit/quiet-log.ts';

/** A message of the server: its letter, its length in four bytes, what it says (PostgreSQL manual, "Message Formats"). */
function message(letter: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(letter), length, body]);
}

const SIGNED_IN = message('R', Buffer.alloc(4));
const READY = message('Z', Buffer.from('I'));
const DONE = message('C', Buffer.from('SELECT 0\0'));
const STOPPING = message('E', Buffer.from('SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0'));
const TERMINATE = 'X'.charCodeAt(0);
const QUERY = 'Q'.charCodeAt(0);

const sockets = new Set<Socket>();
/** A server that hears a goodbye only when it is being stopped itself: what it says to it is that. */
const server = createServer((socket) => {
  sockets.add(socket);
  socket.once('data', () => {
    socket.write(Buffer.concat([SIGNED_IN, READY]));
    socket.on('data', (bytes) => {
      if (bytes[0] === QUERY) socket.write(Buffer.concat([DONE, READY]));
      if (bytes[0] === TERMINATE) socket.end(STOPPING);
    });
  });
  socket.on('close', () => sockets.delete(socket));
});

beforeEach(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.close();
  await once(server, 'close');
});

function open() {
  const log = quietLog();
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { log, database: openDatabase({ url: `postgres://desk@127.0.0.1:${port}/desk`, log }) };
}

test('a server that goes down while we say goodbye is no news', async () => {
  const { log, database } = open();
  await database.pool.query('SELECT');
  await database.close();
  await eventually(() => sockets.size === 0);
  expect(log.lines).toEqual([]);
});

test('one that goes down while we may need it is', async () => {
  const { log, database } = open();
  await database.pool.query('SELECT');
  for (const socket of sockets) socket.end(STOPPING);
  await eventually(() =>
    expect(log.lines).toMatchObject([{ level: 'warn', message: 'idle database connection lost' }]),
  );
  await database.close();
});
