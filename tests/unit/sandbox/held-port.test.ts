import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { holdPort } from '../../../src/sandbox/held-port.ts';

const HOST = '127.0.0.1';

/** Whether somebody may listen there now. */
async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ host: HOST, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

test('a port that is free is kept until it is released; one that is taken is another one', async () => {
  const first = await holdPort(HOST, 0);
  expect(first.port).toBeGreaterThan(0);
  expect(await isFree(first.port)).toBe(false);
  const second = await holdPort(HOST, first.port);
  expect(second.port).not.toBe(first.port);
  await first.release();
  expect(await isFree(first.port)).toBe(true);
  const third = await holdPort(HOST, first.port);
  expect(third.port).toBe(first.port);
  await Promise.all([second.release(), third.release()]);
  // Whoever stops a start that had come this far releases it once more.
  await third.release();
});

test('who connects meanwhile is turned away', async () => {
  const held = await holdPort(HOST, 0);
  const socket = connect(held.port, HOST);
  socket.on('error', () => undefined);
  await once(socket, 'close');
  await held.release();
});
