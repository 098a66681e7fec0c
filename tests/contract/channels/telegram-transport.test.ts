import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { telegramConfig } from '../../../channels/telegram/config.ts';
import { createTelegramAccount } from '../../../channels/telegram/index.ts';
import { createTelegramSimulator, type TelegramSimulator } from '../../../channels/telegram/simulator/index.ts';
import type { ChannelAccount, SendRequest } from '../../../src/core/ports/channel.ts';
import { createTestSink } from '../../kit/channels/channel-harness.ts';
import { type RecordingDeps, recordingDeps } from '../../kit/channels/recording.ts';
import { eventually } from '../../kit/eventually.ts';

const SECRET = 'webhook-secret-of-the-test';
const TIMES = { longPollMs: 2_000, firstRetryMs: 20, maxRetryMs: 100, sinkRetryMs: 20, emptyPauseMs: 20 };

describe('Telegram transport', () => {
  let simulator: TelegramSimulator;
  let deps: RecordingDeps;
  let account: ChannelAccount;
  let ending: AbortController;
  const running: Promise<void>[] = [];
  const open = (entry: Record<string, unknown> = {}): ChannelAccount =>
    createTelegramAccount(
      telegramConfig.parse({
        id: 'tg',
        channel: 'telegram',
        token: simulator.token,
        apiRoot: simulator.url,
        ...entry,
      }),
      deps,
      TIMES,
    );
  const receive = (): ReturnType<typeof createTestSink> => {
    const sink = createTestSink();
    running.push(account.receive?.(sink.sink, ending.signal) ?? Promise.reject(new Error('it does not receive')));
    return sink;
  };
  const codes = (): string[] => deps.states.map((state) => ('code' in state ? state.code : state.state));
  const request = (change: Partial<SendRequest> = {}): SendRequest => ({
    action: 'send',
    threadKey: '7',
    part: { text: 'hello' },
    madeAtMs: Date.now(),
    idempotencyKey: 'k',
    ...change,
  });

  beforeEach(async () => {
    simulator = createTelegramSimulator({ webhookTimes: { firstRetryMs: 20, maxRetryMs: 50 } });
    await simulator.start();
    deps = recordingDeps();
    ending = new AbortController();
    account = open();
  });

  afterEach(async () => {
    ending.abort();
    await Promise.all(running.splice(0));
    await account.close();
    await simulator.stop();
    expect(deps.said()).not.toContain(simulator.token);
  });

  describe('polling', () => {
    test('a webhook in the way is reported and left alone, and polling begins when it is gone', async () => {
      const hook = { url: 'http://127.0.0.1:9/', secret_token: SECRET };
      await post('setWebhook', hook);
      const { stored } = receive();
      await eventually(() => codes().includes('webhook_set'));
      const state = deps.states.find((one) => 'code' in one && one.code === 'webhook_set');
      expect(state).toMatchObject({ state: 'retrying', message: expect.stringContaining('registerWebhook') });
      await post('deleteWebhook', {});
      simulator.customer(7).write('after');
      await eventually(() => stored.length === 1);
      expect(codes()).toEqual(['connecting', 'webhook_set', 'connected']);
    });

    test('with registerWebhook it removes the webhook itself, and what waited is received', async () => {
      await post('setWebhook', { url: 'http://127.0.0.1:9/', secret_token: SECRET });
      simulator.customer(7).write('waited');
      await account.close();
      account = open({ registerWebhook: true });
      const { stored } = receive();
      await eventually(() => stored.length === 1);
      expect(codes()).not.toContain('webhook_set');
    });

    test('with registerWebhook it also removes one that somebody sets later', async () => {
      await account.close();
      account = open({ registerWebhook: true });
      const { stored } = receive();
      await eventually(() => codes().includes('connected'));
      await post('setWebhook', { url: 'http://127.0.0.1:9/', secret_token: SECRET });
      simulator.customer(7).write('waited');
      await eventually(() => stored.length === 1);
      await eventually(() => codes().at(-1) === 'connected');
      for (const state of deps.states) expect(JSON.stringify(state)).not.toContain('Set registerWebhook');
    });

    test('a second poller is reported, and both go on', async () => {
      const { stored } = receive();
      await eventually(() => codes().includes('connected'));
      const other = open();
      const second = createTestSink();
      running.push(other.receive?.(second.sink, ending.signal) ?? Promise.resolve());
      await eventually(() => codes().includes('second_poller'));
      simulator.customer(7).write('whoever gets it');
      await eventually(() => stored.length + second.stored.length >= 1);
      ending.abort();
      await Promise.all(running.splice(0));
      await other.close();
    });

    test('429 is waited out for as long as Telegram asks, 5xx and a cut line are passing trouble', async () => {
      simulator.faults.add({ kind: 'drop_before', method: 'getUpdates', times: 1 });
      simulator.faults.add({ kind: 'error_before', method: 'getUpdates', times: 1, status: 502 });
      simulator.faults.add({ kind: 'not_json', method: 'getMe', times: 1 });
      simulator.faults.add({ kind: 'rate_limited', method: 'getUpdates', times: 1, retryAfterSeconds: 1 });
      simulator.customer(7).write('patience');
      const startedMs = performance.now();
      const { stored } = receive();
      await eventually(() => stored.length === 1);
      expect(performance.now() - startedMs).toBeGreaterThanOrEqual(1_000);
      expect(new Set(codes())).toEqual(
        new Set(['connecting', 'network', 'platform_error', 'rate_limited', 'connected']),
      );
    });

    test('it does not spin while nothing comes', async () => {
      let asked = 0;
      const server = http.createServer((request, response) => {
        asked += 1;
        // A server that answers at once in spite of the long poll it was asked for.
        const result = request.url?.endsWith('/getMe') === true ? { id: 1, username: 'b' } : [];
        response.end(JSON.stringify({ ok: true, result }));
      });
      const url = await listen(server);
      await account.close();
      account = createTelegramAccount(
        telegramConfig.parse({ id: 'tg', channel: 'telegram', token: simulator.token, apiRoot: url }),
        deps,
        { ...TIMES, emptyPauseMs: 100 },
      );
      receive();
      await new Promise((resolve) => setTimeout(resolve, 450));
      expect(asked).toBeGreaterThanOrEqual(4);
      // getMe, one question without waiting, then one each 100 ms.
      expect(asked).toBeLessThanOrEqual(8);
      ending.abort();
      await Promise.all(running.splice(0));
      await end(server);
    });

    test('ids that begin anew lower after a quiet week are received and confirmed', async () => {
      simulator.push({ update_id: 900_000_000, message: { text: 'before' } });
      const { stored } = receive();
      await eventually(() => stored.length === 1);
      // The queue is empty when ids begin anew.
      await simulator.waitForAcks();
      simulator.push({ update_id: 300, message: { text: 'after' } });
      await eventually(() => stored.length === 2);
      simulator.push({ update_id: 301, message: { text: 'next' } });
      await eventually(() => stored.length >= 3);
      expect(stored.map((one) => JSON.parse(one.toString('utf8')).message.text)).toEqual(['before', 'after', 'next']);
    });
  });

  describe('webhook', () => {
    test('it registers with secret and kinds, and a delivery is accepted and confirmed by 2xx alone', async () => {
      await account.close();
      account = open({ mode: 'webhook', webhookSecret: SECRET, registerWebhook: true });
      expect('receive' in account).toBe(false);
      const answers = [503, 200];
      const server = await webhookServer(account, () => answers.shift() ?? 200);
      await account.registerWebhook?.(server.url, ending.signal);
      expect(codes()).toEqual(['connecting', 'connected']);
      simulator.customer(7).write('by webhook');
      await simulator.waitForAcks();
      expect(server.accepted.length).toBe(2);
      expect(simulator.log.updates[0]).toMatchObject({ ackedBy: 'webhook', deliveries: 2 });
      await server.stop();
    });

    test('without leave to register it looks and says what is wrong', async () => {
      await account.close();
      account = open({ mode: 'webhook', webhookSecret: SECRET });
      await account.registerWebhook?.('https://support.example.com/hooks/tg', ending.signal);
      expect(deps.states.at(-1)).toMatchObject({ state: 'stopped', code: 'webhook_not_set' });
      await post('setWebhook', { url: 'https://support.example.com/hooks/tg', secret_token: SECRET });
      await account.registerWebhook?.('https://support.example.com/hooks/tg', ending.signal);
      expect(deps.states.at(-1)).toEqual({ state: 'connected' });
    });

    test('its name is learned with the first genuine request, so that mentions of others no longer count', async () => {
      await account.close();
      account = open({ mode: 'webhook', webhookSecret: SECRET });
      const text = '@somebody gm';
      const update = {
        update_id: 1,
        message: {
          message_id: 1,
          date: 1,
          from: { id: 9, is_bot: false, first_name: 'A' },
          chat: { id: -5, type: 'group', title: 'G' },
          text,
          entities: [{ type: 'mention', offset: 0, length: 9 }],
        },
      };
      expect(account.normalise(update)[0]?.outcome).toBe('event');
      account.verifyWebhook?.({
        method: 'POST',
        query: {},
        headers: { 'x-telegram-bot-api-secret-token': SECRET },
        body: Buffer.alloc(0),
        address: '127.0.0.1',
      });
      await eventually(() => account.normalise(update)[0]?.outcome === 'filed');
    });
  });

  describe('calls', () => {
    test('formatting Telegram refuses is sent once more as plain text', async () => {
      simulator.customer(7).write('hi');
      const part = { text: 'short', entities: [{ type: 'bold', offset: 0, length: 50 }] };
      const outcome = await account.send(request({ part }), ending.signal);
      expect(outcome).toEqual({ kind: 'sent', externalId: '7:2' });
      expect(simulator.log.messages).toMatchObject([{ text: 'short', entities: [] }]);
    });

    test('a lost answer to an edit is passing trouble, since it may be repeated', async () => {
      simulator.customer(7).write('hi');
      await account.send(request(), ending.signal);
      simulator.faults.add({ kind: 'drop_after', method: 'editMessageText', times: 1 });
      const change = request({ action: 'edit', targetExternalId: '7:2', part: { text: 'new' } });
      expect((await account.send(change, ending.signal)).kind).toBe('transient');
      expect(await account.send(change, ending.signal)).toEqual({ kind: 'sent', externalId: '7:2' });
    });

    test('an answer that never comes ends as unknown when the caller gives up, and the line is given back', async () => {
      simulator.customer(7).write('hi');
      simulator.faults.add({ kind: 'hang_after', method: 'sendMessage', times: 1 });
      const giveUp = new AbortController();
      const sending = account.send(request(), giveUp.signal);
      await eventually(() => simulator.log.messages.length === 1);
      giveUp.abort();
      expect((await sending).kind).toBe('unknown');
      expect((await account.send(request(), ending.signal)).kind).toBe('sent');
    });

    test('a place that moved is told with the whole new key', async () => {
      const group = simulator.group(-50);
      group.migrateTo(-1_000_000_000_050);
      const outcome = await account.send(request({ threadKey: '-50/u9' }), ending.signal);
      expect(outcome).toEqual({ kind: 'moved', threadKey: '-1000000000050/u9' });
    });

    test('ids of before a move are never used in the new place', async () => {
      const group = simulator.group(-1_000_000_000_050);
      group.write({ id: 9, firstName: 'A' }, 'hi');
      const threadKey = '-1000000000050/u9';
      await account.send(request({ threadKey, replyToExternalId: '-50:1' }), ending.signal);
      expect(simulator.log.messages[0]?.replyToMessageId).toBeNull();
      const edit = request({ action: 'edit', threadKey, targetExternalId: '-50:2' });
      expect((await account.send(edit, ending.signal)).kind).toBe('invalid');
    });

    test('many sends at once each get their answer, without a warning about listeners', async () => {
      simulator.customer(7).write('hi');
      const warnings: Error[] = [];
      const note = (warning: Error): void => void warnings.push(warning);
      process.on('warning', note);
      simulator.setLatency(20);
      const outcomes = await Promise.all(
        Array.from({ length: 200 }, (_, index) =>
          account.send(request({ part: { text: `m${index}` } }), ending.signal),
        ),
      );
      process.off('warning', note);
      expect(new Set(outcomes.map((one) => (one.kind === 'sent' ? one.externalId : one.kind))).size).toBe(200);
      expect(warnings).toEqual([]);
    });

    test('a TLS handshake that fails is surely not sent', async () => {
      // A server that closes at once: to the caller this is the same ECONNRESET as a cut after the request.
      const server = net.createServer((socket) => socket.destroy());
      const secure = open({ apiRoot: (await listen(server)).replace('http:', 'https:') });
      expect((await secure.send(request(), ending.signal)).kind).toBe('transient');
      await secure.close();
      server.close();
    });

    test('no error that leaves the client holds the token', async () => {
      await account.close();
      account = open({ mode: 'webhook', webhookSecret: SECRET, registerWebhook: true });
      simulator.faults.add({ kind: 'not_json', method: 'setWebhook', times: 1 });
      simulator.faults.add({ kind: 'drop_before', method: 'setWebhook', times: 1 });
      simulator.faults.add({ kind: 'refuse', method: 'setWebhook', times: 1, description: `no ${simulator.token}` });
      for (let round = 0; round < 3; round += 1) {
        const error: unknown = await account.registerWebhook?.('https://a.example/', ending.signal).catch((e) => e);
        expect(error).toMatchObject({ name: 'TelegramCallError' });
        expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(simulator.token);
      }
    });
  });

  async function post(method: string, payload: object): Promise<void> {
    const answer = await fetch(`${simulator.url}/bot${simulator.token}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(payload),
    });
    expect(answer.status).toBe(200);
  }
});

/** The gateway's side of a webhook, as small as it can be. */
async function webhookServer(
  account: ChannelAccount,
  status: () => number,
): Promise<{ url: string; accepted: Buffer[]; stop: () => Promise<void> }> {
  const accepted: Buffer[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const verdict = account.verifyWebhook?.({
        method: 'POST',
        query: {},
        headers: request.headers,
        body,
        address: '127.0.0.1',
      });
      if (verdict?.verdict !== 'accept') return response.writeHead(401).end();
      accepted.push(body);
      return response.writeHead(status()).end();
    });
  });
  const url = await listen(server);
  return { url: `${url}/hooks/tg`, accepted, stop: () => end(server) };
}

async function listen(server: net.Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  return `http://127.0.0.1:${address.port}`;
}

async function end(server: http.Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}
