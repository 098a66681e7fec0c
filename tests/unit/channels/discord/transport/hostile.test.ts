import { once } from 'node:events';
import http from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { WebSocketServer } from 'ws';
import { openGateway } from '../../../../../channels/discord/transport/open-gateway.ts';
import { INTENTS } from '../../../../../channels/discord/transport/ports.ts';
import { createDiscordRest } from '../../../../../channels/discord/transport/rest.ts';
import type { ConnectionState } from '../../../../../src/core/ports/channel.ts';
import { memoryRecords } from '../../../../kit/channels/memory-records.ts';
import { quietLog } from '../../../../kit/quiet-log.ts';
import { TEST_TIMES, until } from './receiver.ts';

/** A server that says whatever it is told to, to whoever connects. A promise that nobody awaits and that rejects fails a test by itself. */
let server: http.Server;
let sockets: WebSocketServer;
let answer: unknown;
let say: readonly string[];
let port = 0;

beforeEach(async () => {
  say = [];
  server = http.createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => {
    socket.on('error', () => socket.terminate());
    for (const frame of say) socket.send(frame);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  port = address.port;
  const session_start_limit = { total: 1e6, remaining: 1e6, reset_after: 0, max_concurrency: 1 };
  answer = { url: `ws://127.0.0.1:${port}`, shards: 1, session_start_limit };
});

afterEach(async () => {
  for (const client of sockets.clients) client.terminate();
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
});

function open(stored: unknown[] = []) {
  const controller = new AbortController();
  const states: ConnectionState[] = [];
  const apiRoot = `http://127.0.0.1:${port}/api`;
  const rest = createDiscordRest({ token: 'token', apiRoot });
  const running = openGateway(
    {
      config: { token: 'token', apiRoot, intents: INTENTS },
      rest,
      log: quietLog(),
      clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
      onState: (state) => void states.push(state),
      onReady: () => undefined,
      records: memoryRecords(),
      take: (payload) => Promise.resolve(void stored.push(payload)),
      times: { ...TEST_TIMES, handshakeMs: 200 },
    },
    controller.signal,
  );
  return {
    states,
    async stop() {
      controller.abort();
      await running;
      rest.close();
    },
  };
}

const HELLO = '{"op":10,"d":{"heartbeat_interval":60000}}';
const READY =
  '{"op":0,"t":"READY","s":1,"d":{"session_id":"x","user":{"id":"100000000000000001","username":"b"},"guilds":[]}}';

describe('a server that does not keep to the protocol', () => {
  test.each([
    ['HELLO without an interval', ['{"op":10,"d":null}']],
    ['an interval of nothing', ['{"op":10,"d":{"heartbeat_interval":0}}']],
    ['READY of nothing', [HELLO, '{"op":0,"t":"READY","s":1,"d":null}']],
    ['READY without a session', [HELLO, '{"op":0,"t":"READY","s":1,"d":{}}']],
    ['READY with odd parts', [HELLO, '{"op":0,"t":"READY","s":"a","d":{"session_id":"x","guilds":7,"user":[]}}']],
    ['an invalid session of nothing', [HELLO, '{"op":9,"d":null}']],
    ['no object', ['7']],
    ['no JSON', ['{"op":']],
    ['an opcode that is none', [HELLO, '{"op":"x","d":{}}', '{"op":77}']],
  ])('%s: goes on, and ends when told to', async (_, frames) => {
    say = frames;
    const receiver = open();
    await new Promise((resolve) => setTimeout(resolve, 60));
    await receiver.stop();
    expect(receiver.states.length).toBeGreaterThan(0);
  });

  test.each([null, [], {}, { url: 7 }, { url: 'no address', shards: 1 }, { url: 'ftp://127.0.0.1', shards: -3 }])(
    'GET /gateway/bot that answers %j is trouble, not an end',
    async (given) => {
      answer = given;
      const receiver = open();
      await until('trouble', () => receiver.states.some(({ state }) => state === 'retrying'));
      await receiver.stop();
    },
  );

  test('no dispatch, however odd, ends the connection or keeps the next from coming', async () => {
    const odd = fc
      .sample(
        fc.record({
          t: fc.oneof(
            fc.constantFrom(
              'MESSAGE_CREATE',
              'GUILD_CREATE',
              'GUILD_DELETE',
              'THREAD_CREATE',
              'INTERACTION_CREATE',
              'RESUMED',
            ),
            fc.string(),
            fc.jsonValue(),
          ),
          s: fc.oneof(fc.nat(), fc.jsonValue()),
          d: fc.oneof(
            fc.jsonValue(),
            fc.record({
              id: fc.oneof(fc.constant('200000000000000001'), fc.jsonValue()),
              channel_id: fc.oneof(fc.constant('200000000000000002'), fc.jsonValue()),
              guild_id: fc.jsonValue(),
              channels: fc.oneof(
                fc.jsonValue(),
                fc.array(
                  fc.record({
                    id: fc.constant('200000000000000003'),
                    last_message_id: fc.jsonValue(),
                    type: fc.jsonValue(),
                  }),
                ),
              ),
            }),
          ),
        }),
        2_000,
      )
      .map((frame) => JSON.stringify({ op: 0, ...frame }));
    const last =
      '{"op":0,"t":"MESSAGE_CREATE","s":9007199254740991,"d":{"id":"200000000000000009","channel_id":"200000000000000008"}}';
    say = [HELLO, READY, ...odd.filter((frame) => !frame.includes('"t":"READY"')), last];
    const stored: unknown[] = [];
    const receiver = open(stored);
    await until('the last', () => stored.some((one) => JSON.stringify(one).includes('200000000000000009')));
    await receiver.stop();
    expect(sockets.clients.size).toBeLessThanOrEqual(1);
  });
});
