import { describe, expect, test } from '@jest/globals';
import type { TwitterApi } from 'twitter-api-v2';
import { createSignatureCheck } from '../../../../../channels/x/transport/signature.ts';
import { eventually } from '../../../../kit/eventually.ts';
import { begin, refusal } from './clients.ts';
import { type Delivered, webhookApp } from './webhook-app.ts';

interface Made {
  data: { id: string; valid: boolean; url: string };
}

async function subscribe(app: TwitterApi, userId: string, types: readonly string[], webhookId?: string): Promise<void> {
  for (const event_type of types) {
    await app.v2.post('activity/subscriptions', {
      event_type,
      filter: { user_id: userId },
      tag: 'desk',
      ...(webhookId === undefined ? {} : { webhook_id: webhookId }),
    });
  }
}

async function hooked(options: Parameters<typeof begin>[0] = {}) {
  const begun = await begin(options);
  const { simulator, app } = begun;
  const hook = await webhookApp(simulator.credentials.appSecret);
  const { data } = await app.v2.post<Made>('webhooks', { url: hook.url });
  await subscribe(app, simulator.selfId, ['dm.received', 'post.mention.create', 'post.reply.create'], data.id);
  return { ...begun, hook, webhookId: data.id };
}

const isSigned = ({ body, signature }: Delivered, secret: string): boolean =>
  createSignatureCheck(secret)({
    path: '/hooks/x',
    headers: { 'x-twitter-webhooks-signature': signature },
    body,
    clientIp: '127.0.0.1',
  } as Parameters<ReturnType<typeof createSignatureCheck>>[0]).verdict === 'accept';

describe('webhooks', () => {
  test('one is registered after it passed the check, and told of messages, signed', async () => {
    const { simulator, app, hook, webhookId } = await hooked();
    expect((await app.v2.get<{ data: object[] }>('webhooks')).data).toMatchObject([
      { id: webhookId, url: hook.url, valid: true },
    ]);
    const ana = simulator.customer(undefined, { name: 'Ana Lee' });
    const { id } = ana.direct('hello');
    await hook.came(1);
    const [event] = hook.delivered;
    expect(event?.json.data).toMatchObject({
      event_type: 'dm.received',
      filter: { user_id: simulator.selfId },
      tag: 'desk',
      payload: {
        direct_message_events: [{ id, message_create: { sender_id: ana.id, message_data: { text: 'hello' } } }],
      },
    });
    expect(event !== undefined && isSigned(event, simulator.credentials.appSecret)).toBe(true);
    expect(event !== undefined && isSigned(event, 'another')).toBe(false);
    await eventually(() =>
      expect(simulator.log.events).toMatchObject([{ subject: `dm:${id}`, attempts: 1, lastStatus: 200 }]),
    );
  });

  test.each(['wrong', 'redirect', 'error', 'silent'] as const)(
    'a check that is answered %s registers nothing',
    async (check) => {
      const { simulator, app } = await begin({ times: { webhookTimeoutMs: 100 } });
      const hook = await webhookApp(simulator.credentials.appSecret);
      hook.check = check;
      const refused = await refusal(app.v2.post('webhooks', { url: hook.url }));
      expect(refused.status).toBe(400);
      expect(JSON.stringify(refused.body)).toContain('CrcValidationFailed');
      expect(simulator.webhooks).toEqual([]);
    },
  );

  test('addresses have rules, and there is one webhook for each', async () => {
    const { app, hook } = await hooked({ plan: { webhooks: 1 } });
    const reason = async (url: string): Promise<string> =>
      JSON.stringify((await refusal(app.v2.post('webhooks', { url }))).body);
    expect(await reason('http://support.example.com/x')).toContain('UrlValidationFailed');
    expect(await reason('https://support.example.com:8443/x')).toContain('UrlValidationFailed');
    expect(await reason(hook.url)).toContain('DuplicateUrlFailed');
    expect(await reason(`${hook.url}/2`)).toContain('WebhookLimitExceeded');
  });

  test('a wrong answer to a later check makes it invalid, so that nothing comes until it passes again', async () => {
    const { simulator, app, hook, webhookId } = await hooked();
    hook.check = 'error';
    expect(await simulator.checkWebhook(webhookId)).toBe(true);
    hook.check = 'wrong';
    expect(await simulator.checkWebhook(webhookId)).toBe(false);
    simulator.customer().direct('lost');
    hook.check = 'right';
    expect(await app.v2.put(`webhooks/${webhookId}`)).toEqual({ data: { valid: true } });
    simulator.customer().direct('heard');
    await hook.came(1);
    expect(hook.delivered[0]?.body.toString()).toContain('heard');
    hook.check = 'error';
    simulator.clock.advance(28 * 3_600_000 + 1);
    expect(await simulator.checkWebhook(webhookId)).toBe(false);
    expect(simulator.log.checks.map(({ passed }) => passed)).toEqual([true, false, false, true, false]);
  });

  test('what somebody says of it while a check is on its way stands', async () => {
    const { simulator, webhookId } = await hooked();
    const checked = simulator.checkWebhook(webhookId);
    for (const webhook of simulator.webhooks) webhook.valid = false;
    await checked;
    expect(simulator.webhooks).toMatchObject([{ valid: false }]);
  });

  test('it is checked again and again by itself', async () => {
    const { simulator } = await hooked({ times: { checkEveryMs: 20 } });
    await eventually(() => expect(simulator.log.checks.length).toBeGreaterThan(3));
  });

  test('what is not taken comes again, those of one customer in order, and is given up one day; a replay brings it back', async () => {
    const { simulator, app, hook, webhookId } = await hooked({ times: { firstRetryMs: 20, attempts: 3 } });
    const ana = simulator.customer();
    hook.statuses.push(503, 500, 200);
    const ids = [ana.direct('one').id, ana.direct('two').id];
    await hook.came(2);
    expect(hook.delivered.map(textOf)).toEqual(['one', 'two']);
    expect(simulator.log.events.map(({ attempts }) => attempts)).toEqual([3, 1]);
    hook.statuses.push(503, 503, 503);
    ana.direct('three');
    await eventually(() => expect(simulator.log.events.at(-1)?.attempts).toBe(3));
    const minute = (atMs: number): string => new Date(atMs).toISOString().replaceAll(/[-T:]/gu, '').slice(0, 12);
    const [from_date, to_date] = [minute(Date.now() - 60_000), minute(Date.now() + 60_000)];
    await app.v2.post('webhooks/replay', { webhook_id: webhookId, from_date, to_date });
    await hook.came(5);
    expect(hook.delivered.map(textOf)).toEqual(['one', 'two', 'one', 'two', 'three']);
    expect(hook.delivered[2]?.json.data.event_uuid).toBe(hook.delivered[0]?.json.data.event_uuid);
    expect(simulator.log.events.map(({ subject }) => subject).slice(0, 2)).toEqual(ids.map((id) => `dm:${id}`));
    expect(
      await refusal(app.v2.post('webhooks/replay', { webhook_id: webhookId, from_date: to_date, to_date: from_date })),
    ).toMatchObject({ status: 400 });
  });

  test('faults: twice, never, late, and signed wrongly', async () => {
    const { simulator, hook } = await hooked({ times: { firstRetryMs: 20 } });
    const ana = simulator.customer();
    simulator.faults.add({ kind: 'duplicate_event', times: 1 });
    ana.direct('twice');
    await hook.came(2);
    simulator.faults.add({ kind: 'lose_event', times: 1 });
    ana.direct('never');
    simulator.faults.add({ kind: 'late_event', latencyMs: 50, times: 1 });
    ana.direct('late');
    ana.direct('soon');
    await hook.came(4);
    simulator.faults.add({ kind: 'bad_signature', times: 1 });
    ana.direct('forged');
    await hook.came(5);
    expect(hook.delivered.map(textOf)).toEqual(['twice', 'twice', 'soon', 'late', 'forged']);
    expect(hook.delivered.map((one) => isSigned(one, simulator.credentials.appSecret))).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
  });

  test('what came twice was taken when it was taken first', async () => {
    const { simulator, hook } = await hooked({ times: { firstRetryMs: 300 } });
    simulator.faults.add({ kind: 'duplicate_event', times: 1 });
    hook.statuses.push(200, 503);
    simulator.customer().direct('twice');
    await eventually(() => expect(simulator.log.events[0]?.ackedAtMs).not.toBeNull());
    const takenAtMs = simulator.log.events[0]?.ackedAtMs;
    simulator.clock.advance(60_000);
    await hook.came(2);
    await eventually(() => expect(simulator.log.events).toMatchObject([{ attempts: 3, lastStatus: 200 }]));
    expect(simulator.log.events[0]?.ackedAtMs).toBe(takenAtMs);
  });

  test('what ends with a webhook: its subscriptions, and what it is told', async () => {
    const { simulator, app, hook, webhookId } = await hooked();
    const list = await app.v2.get<{ data: { subscription_id: string }[]; meta: object }>('activity/subscriptions');
    expect(list.meta).toEqual({ total_subscriptions: 3 });
    await app.v2.delete(`activity/subscriptions/${list.data[0]?.subscription_id}`);
    simulator.customer().direct('nobody asked');
    simulator.customer().mention('hello');
    await hook.came(1);
    expect(hook.delivered[0]?.json.data.event_type).toBe('post.mention.create');
    await app.v2.delete(`webhooks/${webhookId}`);
    expect(await app.v2.get('activity/subscriptions')).toEqual({ data: [], meta: { total_subscriptions: 0 } });
    expect(await refusal(app.v2.put(`webhooks/${webhookId}`))).toMatchObject({ status: 404 });
  });

  test('private events need the owner’s consent, whose end is told', async () => {
    const { simulator, app, hook, webhookId } = await hooked();
    await app.v2.post('activity/subscriptions', { event_type: 'oauth.revoke', filter: {}, webhook_id: webhookId });
    expect(
      await refusal(
        app.v2.post('activity/subscriptions', {
          event_type: 'dm.received',
          filter: { user_id: simulator.selfId },
          webhook_id: webhookId,
        }),
      ),
    ).toMatchObject({ status: 409 });
    simulator.revokeConsent();
    await hook.came(1);
    expect(hook.delivered[0]?.json.data).toMatchObject({
      event_type: 'oauth.revoke',
      payload: { user_id: simulator.selfId },
    });
    await expect(subscribe(app, simulator.selfId, ['dm.sent'])).rejects.toThrow('403');
    simulator.customer().direct('nobody is to know');
    await subscribe(app, simulator.selfId, ['post.create']);
    expect(simulator.log.events).toHaveLength(1);
    expect(
      await refusal(app.v2.post('activity/subscriptions', { event_type: 'post.told', filter: { user_id: '1' } })),
    ).toMatchObject({ status: 400 });
  });
});

function textOf({ json }: Delivered): string {
  const [event] = json.data.payload['direct_message_events'] as {
    message_create: { message_data: { text: string } };
  }[];
  return event?.message_create.message_data.text ?? '';
}
