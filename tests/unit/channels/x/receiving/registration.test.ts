import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { minuteOf } from '../../../../../channels/x/transport/webhook-registration.ts';
import type { WebhookVerdict } from '../../../../../src/core/ports/channel.ts';
import { memoryRecords } from '../../../../kit/channels/memory-records.ts';
import { eventually } from '../../../../kit/eventually.ts';
import { APP_SECRET, createTestAccount, type TestAccount } from './account.ts';
import { keepSubscriptions, OWN_ID, startTinyX, type TinyX } from './tiny-x.ts';

const URL_OF_OURS = 'https://support.example.com/hooks/x';
const idle = new AbortController().signal;

let tiny: TinyX;
let account: TestAccount;
let webhooks: { id: string; url: string; valid: boolean }[];
let kept: ReturnType<typeof keepSubscriptions>;

const times = { lookEveryMs: 0, subscriptionsEveryMs: 0, silenceMs: 3_600_000, quickMs: 60_000, quietMs: 60_000 };
const EMPTY = { for_user_id: OWN_ID, direct_message_events: [] };
/** X brings something, to one process of an account. */
function deliver(to: TestAccount, content: object): WebhookVerdict | undefined {
  const body = Buffer.from(JSON.stringify(content));
  const signature = createHmac('sha256', APP_SECRET.replaceAll(' ', '-')).update(body).digest('base64');
  const headers = { 'x-twitter-webhooks-signature': `sha256=${signature}` };
  return to.receiving.verifyWebhook?.({ method: 'POST', query: {}, headers, body, address: '127.0.0.1' });
}
const asked = (what: string): number => tiny.requests.filter((one) => one.what === what).length;
const register = async (): Promise<void> => account.receiving.registerWebhook?.(URL_OF_OURS, idle);
const look = async (url: string | null = URL_OF_OURS): Promise<void> => account.receiving.watch?.(url, idle);
/** What the webhook part said last, whatever the feeds say. */
const lastCode = (): string | undefined => {
  const last = account.states.at(-1);
  return last !== undefined && 'code' in last ? last.code : last?.state;
};

beforeEach(async () => {
  tiny = await startTinyX();
  webhooks = [];
  kept = keepSubscriptions(tiny);
  tiny.on('GET /2/webhooks', () => ({ body: { data: webhooks } }));
  tiny.on('POST /2/webhooks', ({ json }) => {
    const made = { id: '900', url: (json as { url: string }).url, valid: true };
    webhooks.push(made);
    return { body: { data: made } };
  });
  tiny.on('PUT /2/webhooks/900', () => {
    for (const one of webhooks) one.valid = true;
    return { body: { data: { valid: true } } };
  });
  tiny.on('POST /2/webhooks/replay', () => ({ body: { job_id: '1' } }));
  account = createTestAccount(tiny.apiRoot, { mode: 'webhook' }, times);
});
afterEach(async () => {
  await account.close();
  await tiny.close();
});

describe('the webhook', () => {
  test('is made with the subscriptions of our user, and a second time nothing is asked for twice', async () => {
    await register();
    expect(webhooks).toEqual([{ id: '900', url: URL_OF_OURS, valid: true }]);
    expect(kept.all.map(({ event, userId, webhookId }) => [event, userId, webhookId])).toEqual([
      ['dm.received', OWN_ID, '900'],
      ['post.mention.create', OWN_ID, '900'],
      ['post.reply.create', OWN_ID, '900'],
      ['post.quote.create', OWN_ID, '900'],
      ['chat.received', OWN_ID, '900'],
      ['oauth.revoke', null, '900'],
    ]);
    const before = kept.all.length;
    await register();
    expect([kept.all.length, webhooks.length]).toEqual([before, 1]);
  });

  test('that leads elsewhere stays, and subscriptions of ours that lead there are brought here', async () => {
    webhooks = [{ id: '5', url: 'https://other.example.com/x', valid: true }];
    kept.all = [
      { id: '77', event: 'dm.received', userId: OWN_ID, webhookId: '5' },
      { id: '78', event: 'dm.received', userId: '42', webhookId: '5' },
    ];
    await register();
    expect(webhooks.map(({ id }) => id)).toEqual(['5', '900']);
    expect(kept.all.filter(({ event }) => event === 'dm.received')).toMatchObject([
      { userId: '42', webhookId: '5' },
      { userId: OWN_ID, webhookId: '900' },
    ]);
  });

  test('that X holds for broken is checked anew, what was missed is delivered again and asked for', async () => {
    await register();
    account.begin();
    await eventually(() => expect(lastCode()).toBe('connected'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const polls = asked('GET /2/dm_events');
    for (const one of webhooks) one.valid = false;
    await look();
    expect(asked('PUT /2/webhooks/900')).toBe(1);
    const replay = tiny.requests.find(({ what }) => what === 'POST /2/webhooks/replay');
    expect(replay?.json).toMatchObject({ webhook_id: '900', to_date: expect.stringMatching(/^20\d{10}$/u) });
    await eventually(() => expect(asked('GET /2/dm_events')).toBeGreaterThan(polls));
  });

  test('that somebody removed is made again', async () => {
    await register();
    webhooks = [];
    kept.all = [];
    await look();
    expect(webhooks).toHaveLength(1);
    expect(kept.all).toHaveLength(6);
  });

  test('that X cannot reach is told with its mend, and X is polled meanwhile', async () => {
    await account.close();
    account = createTestAccount(tiny.apiRoot, { mode: 'webhook' }, { ...times, quickMs: 50, quietMs: 100 });
    tiny.on('POST /2/webhooks', () => ({
      status: 400,
      body: { errors: [{ message: 'CRC validation failed', code: 214 }], title: 'Invalid Request' },
    }));
    account.begin();
    await register();
    await eventually(() => expect(lastCode()).toBe('webhook_off'));
    const polls = asked('GET /2/dm_events');
    await eventually(() => expect(asked('GET /2/dm_events')).toBeGreaterThan(polls + 3));
  });

  test('while X brings everything by itself nobody asks; when it stops, there is a look at once', async () => {
    await account.close();
    account = createTestAccount(tiny.apiRoot, { mode: 'webhook' }, { ...times, quickMs: 30, quietMs: 30 });
    await register();
    account.begin();
    await eventually(() => expect(asked('GET /2/dm_events')).toBeGreaterThanOrEqual(1));
    await new Promise((resolve) => setTimeout(resolve, 300));
    const quiet = asked('GET /2/dm_events');
    expect(quiet).toBeLessThanOrEqual(2);
    tiny.on('GET /2/webhooks', () => ({ status: 503 }));
    await look();
    await eventually(() => expect(asked('GET /2/dm_events')).toBeGreaterThan(quiet + 3));
  });

  test('after a long silence there is a look, and it is no news that nobody wrote', async () => {
    await account.close();
    account = createTestAccount(tiny.apiRoot, { mode: 'webhook' }, { ...times, silenceMs: 100 });
    await register();
    account.begin();
    await eventually(() => expect(asked('GET /2/dm_events')).toBe(1));
    await new Promise((resolve) => setTimeout(resolve, 150));
    await look();
    await eventually(() => expect(asked('GET /2/dm_events')).toBe(2));
    await look();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(asked('GET /2/dm_events')).toBe(2);
  });

  test('without an address of ours is told, and X is not asked', async () => {
    await look(null);
    expect(lastCode()).toBe('webhook_not_set');
    expect(asked('GET /2/webhooks')).toBe(0);
  });

  test('of a plan without them: told once in words, and polling goes on', async () => {
    kept = keepSubscriptions(tiny, ['dm.received', 'post.mention.create', 'post.reply.create']);
    await register();
    await eventually(() =>
      expect(account.details.at(-1)).toMatchObject({
        lacks: ['activity dm.received', 'activity post.mention.create', 'activity post.reply.create'],
      }),
    );
  });

  test('a process that only takes deliveries knows who the account is from the store', async () => {
    const records = memoryRecords();
    const owner = createTestAccount(tiny.apiRoot, { mode: 'webhook' }, times, records);
    await owner.receiving.registerWebhook?.(URL_OF_OURS, idle);
    // As in the gateway: accounts are made before the store is there.
    let isThere = false;
    const memory = {
      ...records.memory,
      read: (name: string) => (isThere ? records.memory.read(name) : Promise.reject(new Error('not started'))),
    };
    const taker = createTestAccount(tiny.apiRoot, { mode: 'webhook' }, times, { ...records, memory });
    await new Promise((resolve) => setImmediate(resolve));
    isThere = true;
    const calls = tiny.requests.length;
    await eventually(() => expect(deliver(taker, EMPTY)).toMatchObject({ verdict: 'accept' }));
    expect(tiny.requests).toHaveLength(calls);
    await owner.close();
    await taker.close();
  });

  test('an access that is taken back is heard of in another process, which tells of nothing itself', async () => {
    const taker = createTestAccount(tiny.apiRoot, { mode: 'webhook' }, times, account.records);
    await register();
    account.begin();
    await eventually(() => expect(asked('GET /2/dm_events')).toBe(1));
    await look();
    for (const route of ['GET /2/dm_events', 'GET /2/users/*', 'GET /2/tweets/search/recent']) {
      tiny.on(route, () => ({ status: 401 }));
    }
    const taken = { user_event: { revoke: { source: { user_id: OWN_ID }, date_time: '2026-05-24T09:48:12+00:00' } } };
    await eventually(() => expect(deliver(taker, taken)).toMatchObject({ verdict: 'accept' }));
    await eventually(async () => {
      await look();
      expect(account.states.some((one) => one.state === 'stopped' && one.message.includes('took back'))).toBe(true);
    });
    expect(taker.states).toEqual([]);
    await taker.close();
  });

  test('of another account of the app that hears of taken access keeps what it has', async () => {
    kept.all = [{ id: '77', event: 'oauth.revoke', userId: null, webhookId: '5' }];
    await register();
    expect(kept.all.filter(({ event }) => event === 'oauth.revoke')).toMatchObject([{ id: '77', webhookId: '5' }]);
  });
});

test('X writes moments its own way', () => {
  expect(minuteOf(Date.parse('2026-08-06T09:05:59.999Z'))).toBe('202608060905');
});
