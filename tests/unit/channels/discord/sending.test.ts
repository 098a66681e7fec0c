import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { firstIdAt } from '../../../../channels/discord/ids.ts';
import { lookUp } from '../../../../channels/discord/look-up.ts';
import { answerInteraction, respond } from '../../../../channels/discord/respond.ts';
import { sendToDiscord } from '../../../../channels/discord/send.ts';
import {
  createDiscordSimulator,
  type DiscordCustomer,
  type DiscordSimulator,
} from '../../../../channels/discord/simulator/index.ts';
import { DiscordCallError, type DiscordRest } from '../../../../channels/discord/transport/ports.ts';
import { createDiscordRest } from '../../../../channels/discord/transport/rest.ts';
import type { SendRequest } from '../../../../src/core/ports/channel.ts';
import { recordingDeps } from '../../../kit/channels/recording.ts';

const { signal } = new AbortController();
const SEND = 'POST /channels/:id/messages';
const uuid = (atMs: number): string => {
  const bytes = Buffer.alloc(16, 9);
  bytes.writeUIntBE(atMs, 0, 6);
  return bytes.toString('base64url');
};

/** A platform that answers as it is told, and remembers what it was asked. */
function scripted(
  ...answers: unknown[]
): DiscordRest & { readonly calls: { what: string; json: unknown; query: unknown }[] } {
  const calls: { what: string; json: unknown; query: unknown }[] = [];
  return {
    calls,
    call(method, path, body) {
      calls.push({ what: `${method} ${path}`, json: body?.json, query: body?.query });
      const answer = answers.shift();
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    recentCalls: () => 0,
    close: () => undefined,
  };
}

const refusal = (code: number, status = 404): DiscordCallError =>
  new DiscordCallError('call', { status, code, message: 'no', retryAfterMs: null, scope: null, sent: 'no' });

describe('at the simulated platform', () => {
  let simulator: DiscordSimulator;
  let rest: DiscordRest;
  let ana: DiscordCustomer;
  let keys = 0;
  const { files } = recordingDeps();

  beforeEach(async () => {
    simulator = createDiscordSimulator();
    await simulator.start();
    rest = createDiscordRest({ token: simulator.token, apiRoot: simulator.apiRoot });
    ana = simulator.customer();
  });
  afterEach(async () => {
    rest.close();
    await simulator.stop();
  });
  const request = (change: Partial<SendRequest> = {}): SendRequest => {
    keys += 1;
    return {
      action: 'send',
      threadKey: ana.dm,
      part: { text: 'hello' },
      madeAtMs: keys,
      idempotencyKey: uuid(keys),
      ...change,
    };
  };

  test('a nonce that the platform takes, and one copy for one key', async () => {
    const once = request();
    const first = await sendToDiscord({ rest, files }, once, signal);
    expect(await sendToDiscord({ rest, files }, once, signal)).toEqual(first);
    expect(simulator.log.messages).toHaveLength(1);
    expect(simulator.log.deduplicated).toBe(1);
    expect(String(simulator.log.messages[0]?.nonce).length).toBeLessThanOrEqual(25);
  });

  test('answers refer to their message in the same channel alone', async () => {
    const { id } = ana.write('hi');
    await sendToDiscord({ rest, files }, request({ replyToExternalId: `${ana.dm}:${id}` }), signal);
    await sendToDiscord({ rest, files }, request({ replyToExternalId: `999:${id}` }), signal);
    await sendToDiscord({ rest, files }, request({ replyToExternalId: 'interaction:5' }), signal);
    expect(simulator.log.messages.map(({ referenceId }) => referenceId)).toEqual([id, null, null]);
  });

  test('edits call nobody either', async () => {
    const sent = await sendToDiscord({ rest, files }, request(), signal);
    const targetExternalId = sent.kind === 'sent' ? (sent.externalId ?? '') : '';
    await sendToDiscord(
      { rest, files },
      request({ action: 'edit', targetExternalId, part: { text: '@everyone' } }),
      signal,
    );
    const edit = simulator.log.calls.find(({ route }) => route.startsWith('PATCH'));
    expect(edit?.body).toMatchObject({ content: '@everyone', allowed_mentions: { parse: [], replied_user: false } });
  });

  test('what is no message at Discord cannot be changed', async () => {
    for (const action of ['edit', 'delete', 'react'] as const) {
      const change = request({ action, targetExternalId: 'interaction:5' });
      expect(await sendToDiscord({ rest, files }, change, signal)).toMatchObject({ kind: 'invalid' });
    }
  });

  test('an unknown send is found by its nonce; another one with the same words is not it', async () => {
    const other = request();
    await sendToDiscord({ rest, files }, other, signal);
    simulator.faults.add({ kind: 'drop_after', route: SEND, times: 1 });
    const lost = request();
    expect((await sendToDiscord({ rest, files }, lost, signal)).kind).toBe('unknown');
    const [, second] = simulator.log.messages;
    expect(await lookUp(rest, simulator.botId, lost, signal)).toEqual({
      kind: 'sent',
      externalId: `${ana.dm}:${second?.id}`,
    });
    expect(await lookUp(rest, simulator.botId, request(), signal)).toEqual({ kind: 'absent' });
    simulator.faults.add({ kind: 'rate_limited', route: 'GET /channels/:id/messages', times: 1, retryAfterSeconds: 2 });
    // What the platform asks for, or a little more.
    const limited = await lookUp(rest, simulator.botId, lost, signal);
    expect(limited.kind === 'rate_limited' && limited.retryAfterMs).toBeGreaterThanOrEqual(2_000);
  });
});

describe('what platforms differ in', () => {
  const parts = (rest: DiscordRest) => ({ rest, files: recordingDeps().files });
  const base: SendRequest = {
    action: 'send',
    threadKey: '10/u7',
    part: { text: 'hello' },
    madeAtMs: 1_700_000_000_000,
    idempotencyKey: uuid(1_700_000_000_000),
  };

  test('where an answered message is refused, the words go without it', async () => {
    const rest = scripted(refusal(10_008), { id: '44' });
    const outcome = await sendToDiscord(parts(rest), { ...base, replyToExternalId: '10:33' }, signal);
    expect(outcome).toEqual({ kind: 'sent', externalId: '10:44' });
    expect(rest.calls.map(({ json }) => (json as Record<string, unknown>)['message_reference'])).toEqual([
      { type: 0, message_id: '33', channel_id: '10', fail_if_not_exists: false },
      undefined,
    ]);
  });

  test('where nonces are not told, the same words since the row was made are it', async () => {
    const snowflake = (atMs: number): string => String((BigInt(atMs) - 1_420_070_400_000n) << 22n);
    const own = (atMs: number, content: string) => ({ id: snowflake(atMs), author: { id: '1' }, content });
    const look = (...found: unknown[]) => lookUp(scripted(found), '1', base, signal);
    expect(await look(own(1_700_000_001_000, 'hello'))).toMatchObject({ kind: 'sent' });
    expect(await look(own(1_699_999_999_000, 'hello'))).toEqual({ kind: 'absent' });
    expect(await look(own(1_700_000_001_000, 'hi'))).toEqual({ kind: 'absent' });
    expect(await look({ ...own(1_700_000_001_000, 'hello'), author: { id: '2' } })).toEqual({ kind: 'absent' });
    expect(await look({ ...own(1_700_000_001_000, 'hello'), nonce: 'another' })).toEqual({ kind: 'absent' });
  });

  test('what others wrote meanwhile hides nothing: it is read on until the end, or left to a person', async () => {
    const chatter = (from: number, length: number): unknown[] =>
      Array.from({ length }, (_, index) => ({ id: idAt(from + index), author: { id: '2' }, content: 'hi' }));
    const idAt = (ms: number): string => firstIdAt(1_700_000_000_000 + ms);
    const ours = { id: idAt(150), author: { id: '1' }, content: 'hello', nonce: base.idempotencyKey };
    const rest = scripted(chatter(1, 100), [...chatter(101, 49), ours]);
    expect(await lookUp(rest, '1', base, signal)).toEqual({ kind: 'sent', externalId: `10:${idAt(150)}` });
    expect(rest.calls.map(({ query }) => query)).toEqual([
      { limit: 100, after: idAt(-300_000) },
      { limit: 100, after: idAt(100) },
    ]);
    expect(await lookUp(scripted(chatter(1, 100), []), '1', base, signal)).toEqual({ kind: 'absent' });
    const busy = scripted(...Array.from({ length: 10 }, (_, page) => chatter(page * 100 + 1, 100)));
    expect(await lookUp(busy, '1', base, signal)).toMatchObject({ kind: 'unknown' });
  });

  test('interactions answered too late or twice are no trouble, other refusals are', async () => {
    const to = { id: '5', token: 't/x' };
    for (const code of [40_060, 10_062]) await respond(scripted(refusal(code)), to, { type: 6 }, signal);
    await expect(respond(scripted(refusal(50_035, 400)), to, { type: 6 }, signal)).rejects.toBeInstanceOf(
      DiscordCallError,
    );
  });

  test('a form nobody deferred is answered at first hand', async () => {
    const what = {
      kind: 'form',
      interactionId: '5',
      interactionToken: 't',
      applicationId: '6',
      privateThreadId: '77',
      locale: 'en-US',
    };
    const rest = scripted(refusal(10_015), null);
    await answerInteraction(rest, what, signal);
    expect(rest.calls.map((call) => call.what)).toEqual([
      'PATCH /webhooks/6/t/messages/@original',
      'POST /interactions/5/t/callback',
    ]);
    expect(rest.calls[1]?.json).toMatchObject({
      type: 4,
      data: { flags: 64, content: expect.stringContaining('<#77>') },
    });
    const without = scripted(null);
    await answerInteraction(without, { ...what, applicationId: null }, signal);
    expect(without.calls.map((call) => call.what)).toEqual(['POST /interactions/5/t/callback']);
    const none = scripted();
    await answerInteraction(none, {}, signal);
    expect(none.calls).toEqual([]);
  });
});
