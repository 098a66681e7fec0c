import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from '@jest/globals';
import Fastify from 'fastify';
import { bodyOf, limitBodyTime } from '../../../src/api/body-time.ts';

/** Sends a request and half of its body; what came back until the connection ended, or until `waitMs`. */
async function half(port: number, path: string, waitMs: number): Promise<{ said: string; ended: boolean }> {
  const socket = connect(port, '127.0.0.1');
  let said = '';
  let ended = false;
  socket.on('data', (data: Buffer) => {
    said += data.toString('latin1');
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    ended = true;
  });
  await once(socket, 'connect');
  socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n"ab`);
  const begun = performance.now();
  while (!ended && performance.now() - begun < waitMs) await new Promise((done) => setTimeout(done, 5));
  socket.destroy();
  return { said, ended };
}

test('a body has its time; one that may be slow has to go on coming', async () => {
  const app = Fastify({ logger: false });
  limitBodyTime(app, 100);
  app.post('/ordinary', () => 'whole');
  await app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, parsed) => parsed(null, payload));
    scope.post('/file', { config: { slowBody: true } }, async ({ raw }) => {
      let size = 0;
      for await (const bytes of bodyOf(raw, 400)) size += bytes.length;
      return String(size);
    });
    done();
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const place = app.server.address();
  const port = typeof place === 'object' && place !== null ? place.port : 0;
  try {
    expect(await half(port, '/ordinary', 2_000)).toMatchObject({ ended: true });
    expect(await half(port, '/file', 250)).toEqual({ said: '', ended: false });
    expect(await half(port, '/file', 2_000)).toMatchObject({ ended: true });
    const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '"whole"' };
    for (let time = 0; time < 2; time += 1) {
      expect(await (await fetch(`http://127.0.0.1:${port}/ordinary`, post)).text()).toBe('whole');
      expect(await (await fetch(`http://127.0.0.1:${port}/file`, post)).text()).toBe('7');
      await new Promise((done) => setTimeout(done, 150));
    }
  } finally {
    await app.close();
  }
}, 20_000);
