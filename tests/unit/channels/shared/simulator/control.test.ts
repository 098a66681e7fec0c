import { once } from 'node:events';
import http from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createControlHandler } from '../../../../../channels/shared/simulator/control.ts';

const handler = createControlHandler(
  new Map<string, (given: unknown, query: URLSearchParams) => unknown>([
    ['POST say', (given) => given],
    ['GET log', (_, query) => Promise.resolve([query.get('after')])],
    ['DELETE log', () => undefined],
    [
      'POST fail',
      () => {
        throw new TypeError('no such customer');
      },
    ],
    ['POST later', () => Promise.reject(new Error('failed later'))],
  ]),
  { mostBytes: 100_000 },
);
let server: http.Server;
let root: string;
beforeAll(async () => {
  server = http.createServer(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  root = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/_control`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function ask(path: string, init: RequestInit = {}): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${root}/${path}`, init);
  expect(response.headers.get('content-type')).toBe('application/json');
  return { status: response.status, body: await response.json() };
}

test('what is asked is done, and answered as JSON', async () => {
  expect(await ask('say', { method: 'POST', body: '{"text":"hi"}' })).toEqual({ status: 200, body: { text: 'hi' } });
  expect(await ask('say', { method: 'POST' })).toEqual({ status: 200, body: {} });
  expect(await ask('log?after=7')).toEqual({ status: 200, body: ['7'] });
  expect(await ask('log', { method: 'DELETE' })).toEqual({ status: 200, body: { ok: true } });
});

test('what is asked wrongly is answered with the reason', async () => {
  expect(await ask('fail', { method: 'POST' })).toEqual({ status: 400, body: { error: 'no such customer' } });
  expect(await ask('later', { method: 'POST' })).toEqual({ status: 400, body: { error: 'failed later' } });
  expect((await ask('say', { method: 'POST', body: '{' })).status).toBe(400);
  expect(await ask('say', { method: 'POST', body: `"${'x'.repeat(200_000)}"` })).toEqual({
    status: 400,
    body: { error: 'the body is larger than 100000 bytes' },
  });
});

test('what is not there names what is', async () => {
  expect(await ask('nothing')).toEqual({
    status: 404,
    body: { error: 'no GET nothing; there are POST say, GET log, DELETE log, POST fail, POST later' },
  });
});

test('a page in a browser does not drive it', async () => {
  expect((await ask('log', { method: 'DELETE', headers: { origin: 'http://evil.example' } })).status).toBe(403);
});
