import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import Fastify, { type FastifyInstance } from 'fastify';
import { webConfig } from '../../../channels/web/config.ts';
import { createWebAccount } from '../../../channels/web/index.ts';
import { answerFailure } from '../../../src/api/failures.ts';
import { servedRoutes } from '../../../src/api/routes/served.ts';
import { recordingDeps } from '../../kit/channels/recording.ts';
import { quietLog } from '../../kit/quiet-log.ts';

const MEGABYTE = 1_000_000;

let app: FastifyInstance;
let port = 0;
const sockets: Socket[] = [];
const log = quietLog();

beforeEach(async () => {
  const account = createWebAccount(webConfig.parse({ id: 'chat', channel: 'web', origins: [] }), recordingDeps());
  app = Fastify({ logger: false });
  app.setErrorHandler((error: unknown, request, reply) => answerFailure(log, error, request, reply));
  servedRoutes(app, {
    log,
    webhook: (id) => (id === 'chat' ? { account, sink: () => Promise.resolve() } : undefined),
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const place = app.server.address();
  port = typeof place === 'object' && place !== null ? place.port : 0;
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await app.close();
});

async function newSession(): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/chat/chat/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  const said: unknown = await answer.json();
  return typeof said === 'object' && said !== null ? String(Reflect.get(said, 'session')) : '';
}

/** Begins a request whose body never ends. */
async function begin(path: string, headers: Readonly<Record<string, string>>): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const lines = Object.entries({ host: 'chat.test', ...headers }).map(([name, value]) => `${name}: ${value}`);
  socket.write(`POST ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
  return socket;
}

/** The status that comes while the body is still on its way. */
async function statusOf(socket: Socket): Promise<number> {
  let said = '';
  for await (const data of socket.iterator({ destroyOnReturn: false })) {
    said += String(data);
    const status = /^HTTP\/1\.1 (\d{3})/u.exec(said);
    if (status !== null) return Number(status[1]);
  }
  throw new Error(`no answer: ${said}`);
}

test('a file that is announced too large is refused before anything of it came', async () => {
  const authorization = `Bearer ${await newSession()}`;
  const headers = { authorization, 'content-type': 'image/png', 'content-length': String(10 * MEGABYTE + 1) };
  expect(await statusOf(await begin('/chat/chat/files', headers))).toBe(413);
}, 10_000);

test('one that does not say how large it is, once it is too large', async () => {
  const authorization = `Bearer ${await newSession()}`;
  const socket = await begin('/chat/chat/files', { authorization, 'transfer-encoding': 'chunked' });
  const piece = Buffer.alloc(MEGABYTE, 7);
  for (let sent = 0; sent < 11; sent += 1)
    socket.write(`${piece.length.toString(16)}\r\n${piece.toString('latin1')}\r\n`);
  expect(await statusOf(socket)).toBe(413);
}, 10_000);

test('a call has far less room, and says so in the words of the chat', async () => {
  const headers = { authorization: `Bearer ${await newSession()}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ clientId: 'too-long-a-text', text: 'x'.repeat(70_000) });
  const answer = await fetch(`http://127.0.0.1:${port}/chat/chat/messages`, { method: 'POST', headers, body });
  expect([answer.status, await answer.json()]).toMatchObject([413, { error: { code: 'too_large' } }]);
});

test('who is nobody fills no memory: the answer does not wait for the body', async () => {
  const headers = { 'content-type': 'image/png', 'content-length': String(5 * MEGABYTE) };
  expect(await statusOf(await begin('/chat/chat/files', headers))).toBe(401);
}, 10_000);

test('a few files may arrive at once, not many', async () => {
  const authorization = `Bearer ${await newSession()}`;
  const headers = { authorization, 'content-type': 'image/png', 'content-length': '1000' };
  const first = await begin('/chat/chat/files', headers);
  for (let index = 0; index < 2; index += 1) await begin('/chat/chat/files', headers);
  expect(await statusOf(await begin('/chat/chat/files', headers))).toBe(429);
  first.write(Buffer.alloc(1_000, 7));
  expect(await statusOf(first)).toBe(200);
  const next = await begin('/chat/chat/files', headers);
  next.write(Buffer.alloc(1_000, 7));
  expect(await statusOf(next)).toBe(200);
}, 10_000);

test('who goes away in the middle of a body is no trouble of ours', async () => {
  const authorization = `Bearer ${await newSession()}`;
  const socket = await begin('/chat/chat/files', { authorization, 'content-length': '1000' });
  socket.write('half');
  await new Promise((done) => setTimeout(done, 100));
  socket.destroy();
  await new Promise((done) => setTimeout(done, 100));
  expect(log.lines).toEqual([]);
});
