import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { brandId } from '../../../src/core/model/ids.ts';
import { startLiveServer, type UpgradeVerdict } from '../../../src/realtime/live-server.ts';
import { eventually } from '../../kit/eventually.ts';
import { quietLog } from '../../kit/quiet-log.ts';

const stops: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** A live server with nothing behind it. */
async function serve(pingMs?: number): Promise<string> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const verdict: UpgradeVerdict = {
    sessionId: 'one',
    viewer: { id: brandId('mei'), role: 'agent', teamIds: [] },
  };
  const live = startLiveServer({
    server,
    path: '/live',
    hub: {
      add: () => undefined,
      remove: () => undefined,
      changed: () => undefined,
      typing: () => undefined,
      stop: () => undefined,
    },
    log: quietLog(),
    version: '1',
    admit: () => Promise.resolve(verdict),
    ...(pingMs === undefined ? {} : { pingMs }),
  });
  stops.push(
    () => void server.close(),
    () => live.stop(),
  );
  const place = server.address();
  return `ws://127.0.0.1:${typeof place === 'object' && place !== null ? place.port : 0}/live`;
}

describe('the live server', () => {
  test('says now and then that it is there, in a frame the page can see', async () => {
    const told: string[] = [];
    const socket = new WebSocket(await serve(30));
    stops.push(() => socket.terminate());
    socket.on('message', (data: Buffer) => told.push(data.toString('utf8')));
    await eventually(() => {
      expect(told.slice(0, 3)).toEqual(['{"type":"hello","version":"1"}', '{"type":"alive"}', '{"type":"alive"}']);
    });
  });
});
