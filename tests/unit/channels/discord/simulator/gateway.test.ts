import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { createDiscordSimulator, type DiscordSimulator } from '../../../../../channels/discord/simulator/index.ts';

interface Frame {
  op: number;
  t?: string | null;
  s?: number | null;
  d: Record<string, unknown>;
}

/** A bare client: what it gets is kept, nothing is done by itself. */
interface Bare {
  socket: WebSocket;
  frames: Frame[];
  send(op: number, d: unknown): void;
  next(fits: (frame: Frame) => boolean): Promise<Frame>;
  closed: Promise<number>;
}

const ALL = (1 << 0) | (1 << 9) | (1 << 10) | (1 << 12) | (1 << 13) | (1 << 15);

let simulator: DiscordSimulator;
let clients: Bare[] = [];

beforeEach(async () => {
  simulator = createDiscordSimulator({ gateway: { heartbeatMs: 1_000 } });
  await simulator.start();
});

afterEach(async () => {
  for (const { socket } of clients) socket.terminate();
  clients = [];
  await simulator.stop();
});

async function dial(query = '?v=10&encoding=json'): Promise<Bare> {
  const socket = new WebSocket(`${simulator.url.replace('http', 'ws')}/gateway${query}`);
  const frames: Frame[] = [];
  socket.on('message', (data) => {
    if (Buffer.isBuffer(data)) frames.push(JSON.parse(data.toString('utf8')) as Frame);
  });
  const client: Bare = {
    socket,
    frames,
    send: (op, d) => socket.send(JSON.stringify({ op, d })),
    async next(fits) {
      for (let waited = 0; waited < 400; waited += 1) {
        const found = frames.find(fits);
        if (found !== undefined) return found;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      throw new Error(`no such frame; came: ${frames.map(({ op, t }) => `${op} ${t ?? ''}`).join(', ')}`);
    },
    closed: once(socket, 'close').then(([code]) => Number(code)),
  };
  clients.push(client);
  await once(socket, 'open');
  return client;
}

const identify = (more: Record<string, unknown> = {}) => ({
  token: simulator.token,
  intents: ALL,
  properties: { os: 'linux', browser: 'x', device: 'x' },
  ...more,
});

async function signedIn(more: Record<string, unknown> = {}): Promise<Bare & { session: string }> {
  const client = await dial();
  await client.next(({ op }) => op === 10);
  client.send(2, identify(more));
  const ready = await client.next(({ t }) => t === 'READY');
  return { ...client, session: String(ready.d['session_id']) };
}

describe('signing in', () => {
  test('HELLO, READY with where to resume, then each server', async () => {
    const server = simulator.guild();
    const client = await signedIn();
    expect(client.frames[0]).toMatchObject({ op: 10, d: { heartbeat_interval: 1_000 } });
    const ready = await client.next(({ t }) => t === 'READY');
    expect(ready).toMatchObject({
      s: 1,
      d: {
        user: { id: simulator.botId },
        guilds: [{ id: server.id, unavailable: true }],
        resume_gateway_url: expect.stringMatching(/^ws:/),
      },
    });
    expect(await client.next(({ t }) => t === 'GUILD_CREATE')).toMatchObject({ s: 2, d: { id: server.id } });
  });

  test.each([
    ['another token', { token: 'wrong' }, 4004],
    ['intents nobody knows', { intents: 1 << 30 }, 4013],
    ['no intents', { intents: 'all' }, 4013],
    ['a shard that cannot be', { shard: [2, 2] }, 4010],
    ['no properties', { properties: null }, 4002],
  ])('%s closes it', async (_, more, code) => {
    const client = await dial();
    client.send(2, identify(more));
    expect(await client.closed).toBe(code);
  });

  test('a privileged intent that was not granted closes it; without it content is left out', async () => {
    simulator.grantIntents(0);
    const refused = await dial();
    refused.send(2, identify());
    expect(await refused.closed).toBe(4014);
    const client = await signedIn({ intents: ALL & ~(1 << 15) });
    const channelId = simulator.guild().addChannel('help');
    const customer = simulator.customer();
    customer.write('secret', { channelId });
    customer.write(`for <@${simulator.botId}>`, { channelId });
    customer.write('direct');
    await client.next(({ d }) => d['content'] === 'direct');
    const texts = client.frames.filter(({ t }) => t === 'MESSAGE_CREATE').map(({ d }) => d['content']);
    expect(texts).toEqual(['', `for <@${simulator.botId}>`, 'direct']);
  });

  test('intents decide what comes', async () => {
    const client = await signedIn({ intents: 1 << 12 });
    const customer = simulator.customer();
    customer.write('in a server', { channelId: simulator.guild().addChannel('help') });
    const where = customer.write('direct');
    customer.react(where, '👍');
    customer.write('last');
    await client.next(({ d }) => d['content'] === 'last');
    expect(client.frames.map(({ t }) => t)).toEqual([null, 'READY', 'MESSAGE_CREATE', 'MESSAGE_CREATE']);
    expect(client.frames[2]?.d).toMatchObject({ channel_type: 1 });
  });

  test('when the day is used up, the token is refused', async () => {
    await simulator.stop();
    simulator = createDiscordSimulator({ gateway: { identifiesPerDay: 1 } });
    await simulator.start();
    await signedIn();
    expect(simulator.identifiesLeft).toBe(0);
    const client = await dial();
    client.send(2, identify());
    expect(await client.closed).toBe(4004);
  });
});

describe('staying', () => {
  test('heartbeats are answered; a client that stops them is cut off', async () => {
    const client = await signedIn();
    client.send(1, 1);
    expect(await client.next(({ op }) => op === 11)).toBeDefined();
    expect(await client.closed).toBe(4009);
  });

  test.each([
    ['an unknown opcode', '{"op":99,"d":{}}', 4001],
    ['no JSON', 'hello', 4002],
    ['signing in twice', 'identify', 4005],
  ])('%s closes it', async (_, frame, code) => {
    const client = await signedIn();
    client.socket.send(frame === 'identify' ? JSON.stringify({ op: 2, d: identify() }) : frame);
    expect(await client.closed).toBe(code);
  });

  test('more than 120 frames a minute, another version, and frames before signing in close it', async () => {
    const client = await signedIn();
    for (let count = 0; count < 130; count += 1) client.send(1, null);
    expect(await client.closed).toBe(4008);
    expect(await (await dial('?v=5')).closed).toBe(4012);
    const early = await dial();
    early.send(3, {});
    expect(await early.closed).toBe(4003);
  });
});

describe('resuming', () => {
  async function resume(session: string, seq: number): Promise<Bare> {
    const client = await dial();
    client.send(6, { token: simulator.token, session_id: session, seq });
    return client;
  }

  test('brings what was missed in order, then RESUMED', async () => {
    const first = await signedIn();
    const customer = simulator.customer();
    customer.write('seen');
    await first.next(({ d }) => d['content'] === 'seen');
    first.socket.terminate();
    for (const text of ['a', 'b', 'c']) customer.write(text);
    const second = await resume(first.session, 2);
    await second.next(({ t }) => t === 'RESUMED');
    expect(second.frames.slice(1).map(({ t, s, d }) => [t, s, d['content']])).toEqual([
      ['MESSAGE_CREATE', 3, 'a'],
      ['MESSAGE_CREATE', 4, 'b'],
      ['MESSAGE_CREATE', 5, 'c'],
      ['RESUMED', 6, undefined],
    ]);
  });

  test('without replay on command, and not at all for sessions that are gone, old or ended', async () => {
    const first = await signedIn();
    first.socket.terminate();
    simulator.customer().write('lost');
    simulator.faults.add({ kind: 'no_replay', times: 1 });
    const second = await resume(first.session, 1);
    await second.next(({ t }) => t === 'RESUMED');
    expect(second.frames.some(({ t }) => t === 'MESSAGE_CREATE')).toBe(false);
    second.socket.close(1000);
    await second.closed;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await (await resume(first.session, 1)).next(({ op }) => op === 9)).toMatchObject({ d: false });
    expect(await (await resume('made up', 1)).next(({ op }) => op === 9)).toMatchObject({ d: false });
    const old = await signedIn();
    old.socket.terminate();
    await new Promise((resolve) => setTimeout(resolve, 20));
    simulator.clock.advance(10 * 60_000);
    expect(await (await resume(old.session, 1)).next(({ op }) => op === 9)).toMatchObject({ d: false });
  });

  test('a number from the future closes it; opcode 7 and invalid sessions come on command', async () => {
    const first = await signedIn();
    simulator.askToReconnect();
    expect(await first.next(({ op }) => op === 7)).toBeDefined();
    first.socket.terminate();
    expect(await (await resume(first.session, 99)).closed).toBe(4007);
    simulator.faults.add({ kind: 'invalid_session', times: 1 });
    const client = await dial();
    client.send(2, identify());
    expect(await client.next(({ op }) => op === 9)).toMatchObject({ d: false });
  });
});
