import { once } from 'node:events';
import http from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createXSimulator, PLATFORM_RATE_LIMITS, type XSimulator } from '../../../../../channels/x/simulator/index.ts';
import { eventually } from '../../../../kit/eventually.ts';
import { createTestAccount, type TestAccount } from './account.ts';

const idle = new AbortController().signal;
const QUICK = { quickMs: 20, quietMs: 50, lookEveryMs: 0, waitFactor: 0.01, heartbeatMs: 1_000 };

let simulator: XSimulator;
let account: TestAccount;
let gateway: http.Server | null;

beforeEach(async () => {
  simulator = createXSimulator({ times: { heartbeatMs: 100, firstRetryMs: 20 } });
  await simulator.start();
  gateway = null;
});
afterEach(async () => {
  await account.close();
  gateway?.closeAllConnections();
  gateway?.close();
  await simulator.stop();
});

function make(mode: 'polling' | 'webhook' | 'stream', settings: Readonly<Record<string, unknown>> = {}): TestAccount {
  const { appKey, appSecret, accessToken, accessSecret, bearerToken } = simulator.credentials;
  const keys = { appKey, appSecret, accessToken, accessSecret, bearerToken };
  account = createTestAccount(simulator.apiRoot, { mode, ...keys, ...settings }, QUICK);
  return account;
}

/** What stands before the account in the gateway. @returns the address of its webhook; what is refused is counted */
async function serveWebhook(): Promise<{ url: string; refused: number[] }> {
  const refused: number[] = [];
  const answer = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const query = Object.fromEntries(new URL(request.url ?? '/', 'http://x').searchParams);
    const { headers } = request;
    const method = request.method === 'POST' ? 'POST' : 'GET';
    const verdict = account.receiving.verifyWebhook?.({
      method,
      query,
      headers,
      body: Buffer.concat(chunks),
      address: '127.0.0.1',
    });
    if (verdict?.verdict === 'answer') {
      response.writeHead(200, { 'content-type': verdict.contentType }).end(verdict.body);
    } else if (verdict?.verdict === 'accept') {
      await account.sink([verdict.body ?? Buffer.concat(chunks)]);
      response.writeHead(200).end();
    } else {
      refused.push(verdict?.status ?? 0);
      response.writeHead(verdict?.status ?? 500).end();
    }
  };
  gateway = http.createServer((request, response) => void answer(request, response));
  gateway.listen(0, '127.0.0.1');
  await once(gateway, 'listening');
  const address = gateway.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/hooks/x`, refused };
}

const post = (id: string): string => `create:post:${id}`;
const direct = (id: string): string => `create:dm:${id}`;

describe('at the simulated platform', () => {
  test('polling brings mentions and direct messages once, with X’s own limits', async () => {
    simulator.setRateLimits(PLATFORM_RATE_LIMITS);
    make('polling').begin();
    const ana = simulator.customer('77', { handle: 'ana_lee' });
    const written = [post(ana.mention('where is my deposit?').id), direct(ana.direct('hello?').id)];
    await eventually(() => expect([...account.keys].sort()).toEqual(written.sort()));
    await eventually(() => expect(account.states.at(-1)).toEqual({ state: 'connected' }));
    await eventually(() => expect(account.details.at(-1)).toMatchObject({ name: `@${simulator.handle}` }));
  });

  test('a gap of three hundred posts is read in order after a restart', async () => {
    make('polling').begin();
    await eventually(() => expect(account.states.at(-1)).toEqual({ state: 'connected' }));
    const { records } = account;
    await account.close();
    const ids = Array.from(
      { length: 300 },
      (_, nth) => simulator.customer(String(100 + nth)).mention(`help ${nth}?`).id,
    );
    const { appKey, appSecret, accessToken, accessSecret } = simulator.credentials;
    account = createTestAccount(simulator.apiRoot, { appKey, appSecret, accessToken, accessSecret }, QUICK, records);
    account.begin();
    await eventually(() => expect(account.keys).toEqual(ids.map(post)));
  });

  test('whoever quotes us without our name is found by asking, too, and once', async () => {
    const announced = simulator.announce('Withdrawals are open again.');
    const others = simulator.customer('55').post('I say something');
    make('polling').begin();
    await eventually(() => expect(account.states.at(-1)).toEqual({ state: 'connected' }));
    const ana = simulator.customer('77');
    ana.quote(others.id, 'not about you');
    const bare = ana.quote(announced, 'is this real?');
    const named = ana.quote(announced, `@${simulator.handle} is this real?`);
    await eventually(() => expect([...account.keys].sort()).toEqual([post(bare.id), post(named.id)].sort()));
    const later = ana.quote(announced, 'still not for me');
    await eventually(() => expect(account.keys).toContain(post(later.id)));
    expect(account.keys).toHaveLength(3);
  });

  test('what X counts is what the meter counts, or less', async () => {
    make('polling', { budgetPerDay: 5 }).begin();
    const ana = simulator.customer('77');
    const keys = [1, 2, 3].flatMap((nth) => [post(ana.mention(`${nth}?`).id), direct(ana.direct(`${nth}`).id)]);
    await eventually(() => expect([...account.keys].sort()).toEqual(keys.sort()));
    await account.close();
    const { spentMicros } = await account.meter.spending();
    expect(simulator.log.spentMicros).toBeGreaterThan(0);
    expect(spentMicros).toBeGreaterThanOrEqual(simulator.log.spentMicros);
  });

  test('a webhook is registered, proves itself, and brings everything; forged and doubled deliveries do no harm', async () => {
    make('webhook');
    const { url, refused } = await serveWebhook();
    await account.receiving.registerWebhook?.(url, idle);
    account.begin();
    expect(simulator.webhooks).toMatchObject([{ url, valid: true }]);
    simulator.faults.add({ kind: 'duplicate_event', times: 1 });
    simulator.faults.add({ kind: 'bad_signature', times: 1 });
    const ana = simulator.customer('77');
    const keys = [post(ana.mention('help?').id), direct(ana.direct('hello?').id)];
    await eventually(() => expect([...account.keys].sort()).toEqual(keys.sort()));
    await eventually(() => expect(refused).toEqual([401]));
  });

  test('an event that X lost on its way to the webhook is found once the webhook was broken', async () => {
    make('webhook');
    const { url } = await serveWebhook();
    await account.receiving.registerWebhook?.(url, idle);
    account.begin();
    await eventually(() => expect(account.states.at(-1)).toEqual({ state: 'connected' }));
    await new Promise((resolve) => setTimeout(resolve, 200));
    simulator.faults.add({ kind: 'lose_event', times: 1 });
    const lost = simulator.customer('77').direct('anybody?');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(account.keys).toEqual([]);
    const [webhook] = simulator.webhooks;
    if (webhook === undefined) throw new Error('there is no webhook');
    webhook.valid = false;
    await account.receiving.watch?.(url, idle);
    await eventually(() => expect(account.keys).toEqual([direct(lost.id)]));
    expect(simulator.webhooks).toMatchObject([{ valid: true }]);
  });

  test('the stream brings everything, is opened again when it is cut, and what fell into the gap is read', async () => {
    make('stream').begin();
    await eventually(() => expect(simulator.streams).toHaveLength(1));
    const ana = simulator.customer('77');
    const first = ana.direct('one');
    await eventually(() => expect(account.keys).toEqual([direct(first.id)]));
    simulator.cutStreams();
    const second = ana.direct('two', { silent: true });
    await eventually(() => expect(account.keys).toEqual([direct(first.id), direct(second.id)]));
    await eventually(() => expect(simulator.streams.filter((one) => one.disconnectedMs === null)).toHaveLength(1));
    const third = ana.mention('three?');
    await eventually(() => expect(account.keys).toContain(post(third.id)));
  });

  test('consent that is taken back is told', async () => {
    make('stream').begin();
    await eventually(() => expect(simulator.streams).toHaveLength(1));
    const codes = (): string[] => account.states.flatMap((state) => ('code' in state ? [state.code] : []));
    simulator.revokeConsent();
    await eventually(() => expect(codes()).toContain('needs_login'));
  });
});
