import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createDiscordSimulator, type DiscordSimulator } from '../../../../../channels/discord/simulator/index.ts';

let simulator: DiscordSimulator;

beforeEach(async () => {
  simulator = createDiscordSimulator();
  await simulator.start();
});

afterEach(() => simulator.stop());

interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

async function call(method: string, path: string, json?: unknown, authorization?: string): Promise<Answer> {
  const response = await fetch(`${simulator.apiRoot}/v10${path}`, {
    method,
    headers: {
      authorization: authorization ?? `Bot ${simulator.token}`,
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}

const say = (channelId: string, json: unknown): Promise<Answer> =>
  call('POST', `/channels/${channelId}/messages`, json);
const idOf = ({ body }: Answer): string => (body as { id: string }).id;

async function upload(channelId: string, files: readonly { name: string; bytes: Uint8Array }[]): Promise<Answer> {
  const form = new FormData();
  form.set('payload_json', JSON.stringify({ content: '' }));
  for (const [at, { name, bytes }] of files.entries()) form.set(`files[${at}]`, new Blob([bytes]), name);
  const response = await fetch(`${simulator.apiRoot}/v10/channels/${channelId}/messages`, {
    method: 'POST',
    headers: { authorization: `Bot ${simulator.token}` },
    body: form,
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

describe('reading messages', () => {
  test('every page is newest first; after, before and around cut it; the limit is checked', async () => {
    const customer = simulator.customer();
    const ids = Array.from({ length: 130 }, (_, at) => customer.write(`m${at}`).id);
    const page = async (query: string): Promise<string[]> => {
      const { body } = await call('GET', `/channels/${customer.dm}/messages?${query}`);
      return (body as { content: string }[]).map(({ content }) => content);
    };
    expect(await page('limit=3')).toEqual(['m129', 'm128', 'm127']);
    expect(await page(`limit=3&after=${ids[9]}`)).toEqual(['m12', 'm11', 'm10']);
    expect(await page(`limit=3&before=${ids[9]}`)).toEqual(['m8', 'm7', 'm6']);
    expect(await page(`limit=3&around=${ids[50]}`)).toEqual(['m51', 'm50', 'm49']);
    expect(await page('')).toHaveLength(50);
    expect(await page(`after=0&limit=100`)).toHaveLength(100);
    expect((await call('GET', `/channels/${customer.dm}/messages?limit=101`)).body).toMatchObject({ code: 50_035 });
  });

  test('without the right to read history the list is empty; without the right to see the channel it is refused', async () => {
    const server = simulator.guild();
    const channelId = server.addChannel('help');
    simulator.customer().write('hidden', { channelId });
    server.deny(channelId, 'history');
    expect(await call('GET', `/channels/${channelId}/messages`)).toMatchObject({ status: 200, body: [] });
    server.deny(channelId, 'view');
    expect(await call('GET', `/channels/${channelId}/messages`)).toMatchObject({ status: 403, body: { code: 50_001 } });
    server.deny(channelId);
    server.remove();
    expect(await call('GET', `/channels/${channelId}`)).toMatchObject({ status: 403, body: { code: 50_001 } });
  });
});

describe('sending', () => {
  test.each([
    ['a text of 2001', { content: 'x'.repeat(2_001) }, 50_035],
    ['nothing', { content: '' }, 50_006],
    ['a nonce of 26', { content: 'x', nonce: 'n'.repeat(26) }, 50_035],
    ['eleven embeds', { embeds: Array.from({ length: 11 }, () => ({ title: 'x' })) }, 50_035],
    [
      'six rows',
      {
        content: 'x',
        components: Array.from({ length: 6 }, (_, at) => ({
          type: 1,
          components: [{ type: 2, style: 1, label: 'x', custom_id: `${at}` }],
        })),
      },
      50_035,
    ],
    [
      'a custom id of 101',
      {
        content: 'x',
        components: [{ type: 1, components: [{ type: 2, style: 1, label: 'x', custom_id: 'c'.repeat(101) }] }],
      },
      50_035,
    ],
    [
      'the same custom id twice',
      {
        content: 'x',
        components: [
          {
            type: 1,
            components: [
              { type: 2, style: 1, label: 'a', custom_id: 'c' },
              { type: 2, style: 1, label: 'b', custom_id: 'c' },
            ],
          },
        ],
      },
      50_035,
    ],
    [
      'a link that is none',
      { content: 'x', components: [{ type: 1, components: [{ type: 2, style: 5, label: 'a', url: 'javascript:1' }] }] },
      50_035,
    ],
    ['an answer to nothing', { content: 'x', message_reference: { message_id: '199999999999999999' } }, 50_035],
  ])('%s is refused, and nothing is there', async (_, body, code) => {
    const customer = simulator.customer();
    expect(await say(customer.dm, body)).toMatchObject({ status: 400, body: { code } });
    expect(customer.sees()).toEqual([]);
  });

  test('places that take nothing say why', async () => {
    const server = simulator.guild();
    const [forum, channel] = [server.addForum('forum'), server.addChannel('help')];
    const thread = server.addThread(channel, 'talk');
    expect((await say(forum, { content: 'x' })).body).toMatchObject({ code: 50_008 });
    server.lock(thread);
    expect((await say(thread, { content: 'x' })).body).toMatchObject({ code: 160_005 });
    server.deny(channel, 'send');
    expect((await say(channel, { content: 'x' })).body).toMatchObject({ code: 50_013 });
    expect((await say('199999999999999999', { content: 'x' })).body).toMatchObject({ code: 10_003 });
    const closed = simulator.customer();
    closed.block();
    expect(await say(closed.dm, { content: 'x' })).toMatchObject({ status: 403, body: { code: 50_007 } });
    closed.block(false);
    expect((await say(closed.dm, { content: 'x' })).status).toBe(200);
  });

  test('whom a text pings is what allowed_mentions lets through; without it, everybody', async () => {
    const customer = simulator.customer();
    const channelId = simulator.guild().addChannel('help');
    const asked = customer.write('?', { channelId });
    const content = `@everyone <@&199999999999999998> <@${customer.id}>`;
    const message_reference = { message_id: asked.id };
    await say(channelId, { content });
    await say(channelId, { content, message_reference, allowed_mentions: { parse: [], replied_user: false } });
    await say(channelId, {
      content: 'x',
      message_reference,
      allowed_mentions: { parse: ['users'], replied_user: true },
    });
    expect(simulator.log.messages.map(({ pings }) => pings)).toEqual([
      { users: [customer.id], roles: ['199999999999999998'], everyone: true },
      { users: [], roles: [], everyone: false },
      { users: [customer.id], roles: [], everyone: false },
    ]);
  });

  test('a nonce counts only where it is enforced, and a deleted first message is an error', async () => {
    const customer = simulator.customer();
    await say(customer.dm, { content: 'a', nonce: 'n' });
    await say(customer.dm, { content: 'b', nonce: 'n' });
    expect(customer.sees()).toHaveLength(2);
    const first = await say(customer.dm, { content: 'c', nonce: 'm', enforce_nonce: true });
    expect(first.body).toMatchObject({ nonce: 'm' });
    expect(idOf(await say(customer.dm, { content: 'c', nonce: 'm', enforce_nonce: true }))).toBe(idOf(first));
    await call('DELETE', `/channels/${customer.dm}/messages/${idOf(first)}`);
    expect((await say(customer.dm, { content: 'c', nonce: 'm', enforce_nonce: true })).status).toBe(404);
  });

  test('ten files of 10 MiB is the limit of each, 25 MiB of all', async () => {
    const customer = simulator.customer();
    const file = (size: number, name = 'f.bin') => ({ name, bytes: new Uint8Array(size) });
    expect((await upload(customer.dm, [file(10 * 1_048_576)])).status).toBe(200);
    expect(await upload(customer.dm, [file(10 * 1_048_576 + 1)])).toMatchObject({
      status: 413,
      body: { code: 40_005 },
    });
    expect(await upload(customer.dm, [file(9_000_000, 'a'), file(9_000_000, 'b'), file(9_000_000, 'c')])).toMatchObject(
      { status: 413 },
    );
    expect(
      await upload(
        customer.dm,
        Array.from({ length: 11 }, (_, at) => file(1, `${at}`)),
      ),
    ).toMatchObject({ body: { code: 50_035 } });
    expect(customer.sees().map(({ files }) => files.length)).toEqual([1]);
  });

  test('only own messages are edited, and archived threads refuse it', async () => {
    const server = simulator.guild();
    const customer = simulator.customer();
    const post = customer.openPost(server.addForum('forum'), 'title', 'question');
    const edit = (id: string): Promise<Answer> =>
      call('PATCH', `/channels/${post.channelId}/messages/${id}`, { content: 'changed' });
    expect((await edit(post.id)).body).toMatchObject({ code: 50_005 });
    const own = idOf(await say(post.channelId, { content: 'answer' }));
    expect((await edit(own)).body).toMatchObject({ content: 'changed', edited_timestamp: expect.any(String) });
    server.archive(post.channelId);
    expect((await edit(own)).body).toMatchObject({ code: 50_083 });
    // Writing brings the thread back.
    await say(post.channelId, { content: 'again' });
    expect((await edit(own)).status).toBe(200);
  });
});

describe('limits and signing in', () => {
  test('headers tell of the bucket; beyond it 429 says how long, for that channel alone', async () => {
    const [one, two] = [simulator.customer(), simulator.customer()];
    simulator.setRateLimits({ routes: { 'POST /channels/:id/messages': { limit: 1, perMs: 30_000 } } });
    const first = await say(one.dm, { content: 'x' });
    expect(first.headers.get('x-ratelimit-remaining')).toBe('0');
    expect(Number(first.headers.get('x-ratelimit-reset-after'))).toBeGreaterThan(29);
    const second = await say(one.dm, { content: 'y' });
    expect(second).toMatchObject({ status: 429, body: { global: false, retry_after: expect.any(Number) } });
    expect(second.headers.get('x-ratelimit-scope')).toBe('user');
    expect((await say(two.dm, { content: 'x' })).status).toBe(200);
    simulator.setRateLimits({ globalPerSecond: 1 });
    await call('GET', '/users/@me');
    const global = await call('GET', '/users/@me');
    expect(global).toMatchObject({ status: 429, body: { global: true } });
  });

  test('another token is 401, a path that is none 404', async () => {
    expect(await call('GET', '/users/@me', undefined, 'Bot wrong')).toMatchObject({ status: 401, body: { code: 0 } });
    expect((await call('GET', '/no/such/path')).status).toBe(404);
  });
});

describe('interactions', () => {
  async function withButton() {
    const customer = simulator.customer();
    const components = [{ type: 1, components: [{ type: 2, style: 1, label: 'Yes', custom_id: 'y' }] }];
    await say(customer.dm, { content: 'sure?', components });
    return customer;
  }
  const answer = (one: { id: string; token: string }, json: unknown): Promise<Answer> =>
    call('POST', `/interactions/${one.id}/${one.token}/callback`, json, 'none');

  test('one answer within three seconds, then follow-ups for fifteen minutes', async () => {
    const customer = await withButton();
    const pressed = customer.press('Yes');
    expect((await answer(pressed, { type: 5, data: { flags: 64 } })).status).toBe(204);
    expect((await answer(pressed, { type: 5 })).body).toMatchObject({ code: 40_060 });
    const hook = `/webhooks/${simulator.botId}/${pressed.token}`;
    expect((await call('PATCH', `${hook}/messages/@original`, { content: 'deferred' }, 'none')).status).toBe(200);
    expect((await call('POST', hook, { content: 'more' }, 'none')).status).toBe(200);
    expect(customer.sees().map(({ content, ephemeral }) => [content, ephemeral])).toEqual([
      ['sure?', false],
      ['deferred', true],
      ['more', false],
    ]);
    simulator.clock.advance(15 * 60_000 + 1);
    expect((await call('POST', hook, { content: 'late' }, 'none')).body).toMatchObject({ code: 50_027 });
  });

  test('after three seconds, or with another token, it is unknown', async () => {
    const customer = await withButton();
    const pressed = customer.press('y');
    expect((await answer({ ...pressed, token: 'made-up' }, { type: 6 })).body).toMatchObject({ code: 10_062 });
    simulator.clock.advance(3_001);
    expect((await answer(pressed, { type: 6 })).body).toMatchObject({ code: 10_062 });
  });

  test('a command opens a form, and what is sent from it comes back', async () => {
    const customer = simulator.customer();
    const asked = customer.command('support');
    const modal = { custom_id: 'form', title: 'Support', components: [] };
    expect((await answer(asked, { type: 9, data: { ...modal, title: 'x'.repeat(46) } })).body).toMatchObject({
      code: 50_035,
    });
    expect((await answer(asked, { type: 9, data: modal })).status).toBe(204);
    const sent = customer.submit(asked, { text: 'help' });
    expect(sent.data).toMatchObject({
      custom_id: 'form',
      components: [{ components: [{ custom_id: 'text', value: 'help' }] }],
    });
    expect((await answer(sent, { type: 4, data: { content: 'thanks' } })).status).toBe(204);
    expect(customer.sees().map(({ content }) => content)).toEqual(['thanks']);
  });
});

describe('driving it over HTTP', () => {
  test('people write, faults are set, and what came of it is told; pages of browsers are refused', async () => {
    const control = async (method: string, path: string, json?: unknown, headers = {}): Promise<Answer> => {
      const response = await fetch(`${simulator.url}/_control/${path}`, {
        method,
        headers,
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      });
      return { status: response.status, headers: response.headers, body: await response.json() };
    };
    const author = '200000000000000001';
    const { body } = await control('POST', 'say', { author, text: 'hello', times: 2 });
    const [written] = body as { channelId: string }[];
    await control('POST', 'fault', { kind: 'refuse', code: 50_013, status: 403, times: 1 });
    expect((await say(written?.channelId ?? '', { content: 'x' })).body).toMatchObject({ code: 50_013 });
    await say(written?.channelId ?? '', { content: 'answer' });
    const seen = (await control('GET', `view?author=${author}`)).body as { content: string }[];
    expect(seen.map(({ content }) => content)).toEqual(['hello', 'hello 2', 'answer']);
    expect((await control('GET', 'messages')).body).toMatchObject([{ content: 'answer' }]);
    expect((await control('POST', 'say', { text: 1 })).status).toBe(400);
    expect((await control('GET', 'log', undefined, { origin: 'http://evil.example' })).status).toBe(403);
  });
});
