import { describe, expect, test } from '@jest/globals';
import { ENDPOINTS, type Endpoint } from '../../../../../channels/x/endpoints.ts';
import { type Headers, resetAfterMs } from '../../../../../channels/x/rate-limits.ts';
import { PLATFORM_RATE_LIMITS } from '../../../../../channels/x/simulator/index.ts';
import { begin, refusal } from './clients.ts';

describe('limits', () => {
  test('every answer says what is left; at nothing it is 429 until the window is over', async () => {
    const { user, simulator } = await begin({ rateLimits: PLATFORM_RATE_LIMITS });
    for (let left = 14; left >= 0; left -= 1) {
      const { headers } = await user.v2.get('dm_events', {}, { fullResponse: true });
      expect(headers).toMatchObject({ 'x-rate-limit-limit': '15', 'x-rate-limit-remaining': String(left) });
    }
    const refused = await refusal(user.v2.get('dm_events'));
    expect(refused).toMatchObject({ status: 429, body: { title: 'Too Many Requests' } });
    const waitMs = resetAfterMs(refused.headers as Headers, Date.now()) ?? 0;
    expect(waitMs).toBeGreaterThan(14 * 60_000);
    expect(waitMs).toBeLessThanOrEqual(15 * 60_000 + 1_000);
    await user.v2.me();
    simulator.clock.advance(15 * 60_000);
    await user.v2.get('dm_events');
  });

  test('a day has limits of its own, for the person and for the app', async () => {
    const { user, simulator } = await begin({
      rateLimits: {
        routes: { 'POST /2/dm_conversations/with/:id/messages': { user: 2, userDay: 3, appDay: 4 } },
        quarterMs: 1_000,
        dayMs: 5_000,
      },
    });
    const ana = simulator.customer();
    const send = () =>
      user.v2.post(`dm_conversations/with/${ana.id}/messages`, { text: 'hello' }, { fullResponse: true });
    expect((await send()).headers).toMatchObject({
      'x-rate-limit-remaining': '1',
      'x-user-limit-24hour-limit': '3',
      'x-user-limit-24hour-remaining': '2',
      'x-app-limit-24hour-remaining': '3',
    });
    await send();
    expect((await refusal(send())).headers).toMatchObject({
      'x-rate-limit-remaining': '0',
      'x-user-limit-24hour-remaining': '0',
    });
    simulator.clock.advance(1_000);
    expect((await refusal(send())).headers).toMatchObject({
      'x-rate-limit-remaining': '1',
      'x-user-limit-24hour-remaining': '0',
    });
    simulator.clock.advance(4_000);
    await send();
    expect(simulator.log.directs).toHaveLength(3);
  });

  test('calls cost money; used up, they are refused and nothing is done', async () => {
    const { user, simulator } = await begin({ plan: { creditsMicros: 60_000 } });
    const ana = simulator.customer();
    const asked = ana.mention('hello');
    await user.v2.userMentionTimeline(simulator.selfId);
    await user.v2.me();
    await user.v2.reply('hello', asked.id);
    await user.v2.sendDmToParticipant(ana.id, { text: 'hello' });
    expect(simulator.log.calls.map(({ micros }) => micros)).toEqual([1_000, 10_000, 10_000, 15_000]);
    expect(simulator.plan.creditsMicros).toBe(24_000);
    await user.v2.tweet('see acme.com');
    expect(await refusal(user.v2.tweet('hello'))).toMatchObject({ status: 402, body: { title: 'CreditsDepleted' } });
    expect(simulator.log.posts).toHaveLength(2);
    expect(simulator.log.spentMicros).toBe(236_000);
    simulator.plan.creditsMicros = 1;
    await user.v2.tweet('hello');
  });

  test('every endpoint that the channel calls is there', async () => {
    const { simulator } = await begin();
    const missing: string[] = [];
    for (const { method, path } of Object.values<Endpoint>(ENDPOINTS)) {
      const response = await fetch(simulator.url + path.replaceAll(/:\w+/gu, '1'), { method });
      // Nobody is signed in, which only an endpoint can tell.
      if (response.status !== 401) missing.push(`${method} ${path}: ${response.status}`);
    }
    expect(missing).toEqual([]);
  });

  test('what the plan lacks says so', async () => {
    const { user, simulator } = await begin();
    simulator.plan.lacks.add('GET /2/dm_events');
    expect(await refusal(user.v2.listDmEvents())).toMatchObject({
      status: 403,
      body: { reason: 'client-not-enrolled', type: 'https://api.x.com/2/problems/client-forbidden' },
    });
    await user.v2.me();
  });
});

describe('faults', () => {
  test('before acting nothing is done, after acting it is and nobody knows', async () => {
    const { user, simulator } = await begin();
    const ana = simulator.customer();
    const say = (text: string) => user.v2.sendDmToParticipant(ana.id, { text });
    simulator.faults.add({ kind: 'drop_before', times: 1 });
    await expect(say('1')).rejects.toThrow();
    simulator.faults.add({ kind: 'error_before', times: 1 });
    expect(await refusal(say('2'))).toMatchObject({ status: 503 });
    expect(simulator.log.directs).toEqual([]);
    simulator.faults.add({ kind: 'drop_after', times: 1 });
    await expect(say('3')).rejects.toThrow();
    simulator.faults.add({ kind: 'error_after', status: 500, times: 1 });
    expect(await refusal(say('4'))).toMatchObject({ status: 500 });
    simulator.faults.add({ kind: 'said_already', times: 1 });
    expect(await refusal(say('5'))).toMatchObject({ status: 403, body: { errors: [{ code: 151 }] } });
    simulator.faults.add({ kind: 'no_id', times: 1 });
    expect(await say('6')).toEqual({ data: {} });
    expect(simulator.log.directs.map(({ text }) => text)).toEqual(['3', '4', '5', '6']);
    expect(simulator.log.calls.map(({ acted, answered }) => [acted, answered])).toEqual([
      [false, false],
      [false, true],
      [true, false],
      [true, false],
      [true, false],
      [true, false],
    ]);
  });

  test.each([
    [{ kind: 'auth' } as const, 401, /Unauthorized/u],
    [{ kind: 'suspended' } as const, 403, /"code":326/u],
    [{ kind: 'suspended', code: 226 } as const, 403, /automated/u],
    [{ kind: 'credits' } as const, 402, /CreditsDepleted/u],
    [{ kind: 'credits', status: 403 } as const, 403, /CreditsDepleted/u],
    [{ kind: 'rate_limited', resetAfterMs: 5_000 } as const, 429, /Too Many Requests/u],
    [{ kind: 'refuse', code: 349, detail: 'no' } as const, 403, /"code":349/u],
    [
      { kind: 'refuse', status: 400, title: 'Odd', type: 'invalid-request' } as const,
      400,
      /problems\/invalid-request/u,
    ],
  ])('%j', async (rule, status, words) => {
    const { user, simulator } = await begin();
    const remove = simulator.faults.add(rule);
    const refused = await refusal(user.v2.tweet('hello'));
    expect(refused.status).toBe(status);
    expect(JSON.stringify(refused.body)).toMatch(words);
    expect(simulator.log.posts).toEqual([]);
    remove();
    await user.v2.tweet('hello');
  });

  test('one may strike a single customer, and what is not about customers only when it is named', async () => {
    const { user, simulator } = await begin();
    const [ana, bo] = [simulator.customer(), simulator.customer()];
    const [fromAna, fromBo] = [ana.mention('a'), bo.mention('b')];
    simulator.faults.add({ kind: 'error_before', userId: ana.id });
    expect(await refusal(user.v2.sendDmToParticipant(ana.id, { text: 'x' }))).toMatchObject({ status: 503 });
    expect(await refusal(user.v2.reply('x', fromAna.id))).toMatchObject({ status: 503 });
    await user.v2.sendDmToParticipant(bo.id, { text: 'x' });
    await user.v2.reply('x', fromBo.id);
    simulator.faults.clear();
    simulator.faults.add({ kind: 'auth' });
    await user.v2.me();
    simulator.faults.add({ kind: 'auth', route: 'GET /2/users/me' });
    expect(await refusal(user.v2.me())).toMatchObject({ status: 401 });
  });

  test('away is away: connections are refused until it comes back on the same port', async () => {
    const { user, simulator } = await begin();
    const { apiRoot } = simulator;
    await simulator.suspend();
    await expect(user.v2.me()).rejects.toThrow();
    await simulator.resume();
    expect(simulator.apiRoot).toBe(apiRoot);
    expect((await user.v2.me()).data.id).toBe(simulator.selfId);
  });
});
