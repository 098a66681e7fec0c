import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createDiscordSimulator, type DiscordSimulator } from '../../../../../channels/discord/simulator/index.ts';
import { DiscordCallError, type DiscordRest } from '../../../../../channels/discord/transport/ports.ts';
import { refreshAttachment } from '../../../../../channels/discord/transport/refresh-attachment.ts';
import { createDiscordRest } from '../../../../../channels/discord/transport/rest.ts';

let simulator: DiscordSimulator;
let rest: DiscordRest;
const { signal } = new AbortController();

beforeEach(async () => {
  simulator = createDiscordSimulator();
  await simulator.start();
  rest = createDiscordRest({ token: simulator.token, apiRoot: simulator.apiRoot, timeoutMs: 2_000 });
});

afterEach(async () => {
  rest.close();
  await simulator.stop();
});

async function failure(call: Promise<unknown>): Promise<DiscordCallError> {
  const error: unknown = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof DiscordCallError)) throw new Error(`no DiscordCallError came but ${String(error)}`);
  expect(inspect(error, { depth: 8, showHidden: true })).not.toContain(simulator.token);
  return error;
}

const post = (path: string, json: unknown): Promise<unknown> => rest.call('POST', path, { json }, signal);

describe('calls', () => {
  test('send a message, answer null for 204, and carry queries', async () => {
    const { dm } = simulator.customer();
    const first = await post(`/channels/${dm}/messages`, { content: 'one' });
    await post(`/channels/${dm}/messages`, { content: 'two' });
    expect(await rest.call('POST', `/channels/${dm}/typing`, undefined, signal)).toBeNull();
    const page = await rest.call('GET', `/channels/${dm}/messages`, { query: { limit: 1 } }, signal);
    expect(page).toMatchObject([{ content: 'two' }]);
    expect(first).toMatchObject({ content: 'one', channel_id: dm });
  });

  test('files go out whole, with what is said of them', async () => {
    const customer = simulator.customer();
    const bytes = new Uint8Array(300_000).map((_, at) => at % 251);
    const file = {
      name: 'report.bin',
      contentType: 'application/x-test',
      sizeBytes: bytes.byteLength,
      async *open() {
        yield bytes.subarray(0, 1_000);
        yield await Promise.resolve(bytes.subarray(1_000));
      },
    };
    const json = { content: 'here', attachments: [{ id: 0, filename: 'report.bin', description: 'a report' }] };
    await rest.call('POST', `/channels/${customer.dm}/messages`, { json, files: [file] }, signal);
    const [seen] = customer.sees();
    expect(seen?.files).toHaveLength(1);
    expect(Buffer.compare(Buffer.from(seen?.files[0]?.bytes ?? []), Buffer.from(bytes))).toBe(0);
    expect(seen?.files[0]?.contentType).toBe('application/x-test');
  });

  test('the same nonce makes one message', async () => {
    const customer = simulator.customer();
    const body = { content: 'once', nonce: 'abc', enforce_nonce: true };
    const one = await post(`/channels/${customer.dm}/messages`, body);
    const two = await post(`/channels/${customer.dm}/messages`, body);
    expect(two).toEqual(one);
    expect(customer.sees()).toHaveLength(1);
    expect(simulator.log.deduplicated).toBe(1);
    simulator.clock.advance(10 * 60_000);
    await post(`/channels/${customer.dm}/messages`, body);
    expect(customer.sees()).toHaveLength(2);
  });
});

describe('failures', () => {
  test.each([
    ['error_before', { status: 500, sent: 'maybe' }, 0],
    ['error_after', { status: 500, sent: 'maybe' }, 1],
    ['drop_before', { status: null, sent: 'maybe' }, 0],
    ['drop_after', { status: null, sent: 'maybe' }, 1],
    ['hang_before', { status: null, sent: 'maybe' }, 0],
    ['hang_after', { status: null, sent: 'maybe' }, 1],
    ['not_json', { status: null, sent: 'maybe' }, 1],
    ['rate_limited', { status: 429, sent: 'no', scope: 'user', retryAfterMs: expect.any(Number) }, 0],
  ] as const)('%s: told as it is, and never repeated', async (kind, expected, copies) => {
    const customer = simulator.customer();
    simulator.faults.add({ kind, times: 1 });
    const error = await failure(post(`/channels/${customer.dm}/messages`, { content: 'once' }));
    expect(error).toMatchObject(expected);
    expect(customer.sees()).toHaveLength(copies);
  });

  test('codes of the platform come through; nothing was sent', async () => {
    const customer = simulator.customer();
    customer.block();
    expect(await failure(post(`/channels/${customer.dm}/messages`, { content: 'x' }))).toMatchObject({
      status: 403,
      code: 50_007,
      sent: 'no',
    });
    const { dm } = simulator.customer();
    expect(await failure(post(`/channels/${dm}/messages`, { content: 'x'.repeat(2_001) }))).toMatchObject({
      code: 50_035,
    });
    expect(await failure(post(`/channels/${dm}/messages`, { content: ' ' }))).toMatchObject({ code: 50_006 });
    expect(await failure(post('/channels/199999999999999999/messages', { content: 'x' }))).toMatchObject({
      code: 10_003,
    });
  });

  test('401 says so, and the next call is made all the same', async () => {
    simulator.revokeToken();
    expect(await failure(rest.call('GET', '/users/@me', undefined, signal))).toMatchObject({ status: 401, sent: 'no' });
    simulator.revokeToken(false);
    expect(await rest.call('GET', '/users/@me', undefined, signal)).toMatchObject({ id: simulator.botId });
  });

  test('a server that does not listen has got nothing', async () => {
    await simulator.suspend();
    expect(await failure(post('/channels/199999999999999999/messages', {}))).toMatchObject({
      status: null,
      sent: 'no',
    });
    await simulator.resume();
  });

  test('an empty bucket is known before asking, and each channel has its own', async () => {
    const [one, two] = [simulator.customer(), simulator.customer()];
    simulator.setRateLimits({ routes: { 'POST /channels/:id/messages': { limit: 2, perMs: 60_000 } } });
    for (const content of ['a', 'b']) await post(`/channels/${one.dm}/messages`, { content });
    const error = await failure(post(`/channels/${one.dm}/messages`, { content: 'c' }));
    expect(error).toMatchObject({ status: 429, scope: 'bucket', sent: 'no' });
    expect(error.retryAfterMs).toBeGreaterThan(50_000);
    await post(`/channels/${two.dm}/messages`, { content: 'other' });
    expect(simulator.log.calls.filter(({ status }) => status === 429)).toEqual([]);
    expect(two.sees().map(({ content }) => content)).toEqual(['other']);
  });

  test('tokens of interactions are in no error', async () => {
    const error = await failure(post('/interactions/199999999999999999/very-secret-token/callback', { type: 5 }));
    expect(error).toMatchObject({ status: 404, code: 10_062 });
    expect(String(error.stack)).not.toContain('very-secret-token');
  });
});

describe('attachments', () => {
  test('a link that ran out is signed anew', async () => {
    const customer = simulator.customer();
    const bytes = Buffer.from('picture');
    const { id, channelId } = customer.write('', { files: [{ filename: 'p.png', contentType: 'image/png', bytes }] });
    const message = (await rest.call('GET', `/channels/${channelId}/messages/${id}`, undefined, signal)) as {
      attachments: { id: string; url: string }[];
    };
    const [attachment] = message.attachments;
    if (attachment === undefined) throw new Error('the message has no attachment');
    simulator.clock.advance(25 * 3_600_000);
    expect((await fetch(attachment.url)).status).toBe(404);
    const place = { channelId, messageId: id, attachmentId: attachment.id };
    const fresh = await refreshAttachment(rest, place, signal);
    expect(fresh).toMatchObject({ sizeBytes: 7, contentType: 'image/png' });
    expect(await (await fetch(fresh?.url ?? '')).text()).toBe('picture');
    customer.remove({ id, channelId });
    expect(await refreshAttachment(rest, place, signal)).toBeNull();
  });
});
