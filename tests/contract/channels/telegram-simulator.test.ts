import { once } from 'node:events';
import http from 'node:http';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createTelegramSimulator, type TelegramSimulator } from '../../../channels/telegram/simulator/index.ts';
import { forkTypeScript } from '../../kit/child.ts';
import { eventually } from '../../kit/eventually.ts';

interface Answer {
  status: number;
  body: { ok: boolean; result?: unknown; description?: string; parameters?: unknown };
}

/** The simulator is held against the rules the Bot API documents and its server's source shows, without our adapter. */
describe('Telegram simulator', () => {
  let simulator: TelegramSimulator;
  const hooks: Hook[] = [];

  beforeEach(async () => {
    simulator = createTelegramSimulator({ webhookTimes: { firstRetryMs: 30, maxRetryMs: 200 } });
    await simulator.start();
  });

  afterEach(async () => {
    await simulator.stop();
    for (const hook of hooks.splice(0)) await hook.stop();
  });

  const call = async (method: string, payload: object = {}): Promise<Answer> => {
    const response = await fetch(`${simulator.url}/bot${simulator.token}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(payload),
    });
    return { status: response.status, body: JSON.parse(await response.text()) };
  };
  const updates = async (payload: object = {}): Promise<number[]> => {
    const { body } = await call('getUpdates', payload);
    const list = Array.isArray(body.result) ? body.result : [];
    return list.map((update: { update_id: number }) => update.update_id);
  };
  const hook = async (answer: (update: Seen) => Reply | Promise<Reply>): Promise<Hook> => {
    const made = await startHook(answer);
    hooks.push(made);
    return made;
  };

  describe('getUpdates', () => {
    test('hands the same updates out until an offset above confirms them', async () => {
      const customer = simulator.customer(1);
      const ids = ['a', 'b', 'c'].map((text) => customer.write(text).updateId ?? 0);
      expect(await updates()).toEqual(ids);
      expect(await updates({ offset: ids[1] })).toEqual(ids.slice(1));
      expect(simulator.log.updates.map((update) => update.ackedBy)).toEqual(['offset', null, null]);
      expect(await updates({ offset: (ids[2] ?? 0) + 1 })).toEqual([]);
      expect(simulator.log.updates.every((update) => update.ackedBy === 'offset')).toBe(true);
    });

    test('a limit, and a negative offset that forgets what lies before', async () => {
      const customer = simulator.customer(1);
      const ids = ['a', 'b', 'c', 'd'].map((text) => customer.write(text).updateId ?? 0);
      expect(await updates({ limit: 2 })).toEqual(ids.slice(0, 2));
      expect(await updates({ offset: -1 })).toEqual(ids.slice(3));
      expect(simulator.log.updates.filter((update) => update.ackedAtMs !== null).length).toBe(3);
    });

    test('an offset far in the future confirms nothing', async () => {
      const id = simulator.customer(1).write('a').updateId ?? 0;
      expect(await updates({ offset: id + 1_000 })).toEqual([id]);
    });

    test('a long poll ends with the first message; a second one ends it with 409', async () => {
      const waiting = updates({ timeout: 5 });
      await new Promise((resolve) => setTimeout(resolve, 50));
      const id = simulator.customer(1).write('a').updateId ?? 0;
      expect(await waiting).toEqual([id]);
      const first = call('getUpdates', { timeout: 5, offset: id + 1 });
      await new Promise((resolve) => setTimeout(resolve, 50));
      await call('getUpdates', { offset: id + 1 });
      expect(await first).toMatchObject({
        status: 409,
        body: { description: expect.stringContaining('terminated by other getUpdates') },
      });
    });

    test('kinds that were not asked for do not come', async () => {
      await call('getUpdates', { allowed_updates: ['edited_message'] });
      const { messageId, updateId } = simulator.customer(1).write('a');
      expect(updateId).toBeNull();
      const edited = simulator.customer(1).edit(messageId, 'b').updateId;
      expect(await updates()).toEqual([edited]);
    });

    test('duplicates come after their confirmation, reordering keeps the order within a chat', async () => {
      simulator.faults.add({ kind: 'duplicate_update', times: 1 });
      const id = simulator.customer(1).write('a').updateId ?? 0;
      await updates();
      expect(await updates({ offset: id + 1 })).toEqual([id]);
      simulator.faults.add({ kind: 'reorder_updates', chatId: 1 });
      const one = [1, 2, 1, 2].map((chat) => simulator.customer(chat).write('x').updateId ?? 0);
      // Without an offset: the same one again so soon would be answered one by one.
      expect(await updates()).toEqual([one[1], one[3], one[0], one[2]]);
    });
  });

  describe('webhooks', () => {
    test('one chat waits for its own answer, others go on; only 2xx confirms; the secret comes along', async () => {
      let refusals = 3;
      const { url, seen } = await hook(({ chatId }) =>
        chatId === 1 && refusals-- > 0 ? { status: 500 } : { status: 200 },
      );
      await call('setWebhook', { url, secret_token: 'abc' });
      for (const text of ['1', '2', '3']) {
        simulator.customer(1).write(text);
        simulator.customer(2).write(text);
      }
      await simulator.waitForAcks();
      const textsOf = (chat: number): string[] => seen.filter((one) => one.chatId === chat).map((one) => one.text);
      expect(textsOf(1)).toEqual(['1', '1', '1', '1', '2', '3']);
      expect(textsOf(2)).toEqual(['1', '2', '3']);
      expect(seen.every((one) => one.secret === 'abc')).toBe(true);
      const times = seen.filter((one) => one.chatId === 1).map((one) => one.atMs);
      expect((times[3] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(30 + 60 + 120 - 10);
      expect((await call('getWebhookInfo')).body.result).toMatchObject({
        url,
        pending_update_count: 0,
        last_error_message: expect.stringContaining('500'),
      });
    });

    test('Retry-After is honoured, and as many chats at once as allowed', async () => {
      let first = true;
      let now = 0;
      let most = 0;
      const { url, seen } = await hook(async () => {
        if (first) {
          first = false;
          return { status: 503, retryAfter: 1 };
        }
        now += 1;
        most = Math.max(most, now);
        await new Promise((resolve) => setTimeout(resolve, 30));
        now -= 1;
        return { status: 200 };
      });
      await call('setWebhook', { url, max_connections: 3 });
      for (let chat = 1; chat <= 9; chat += 1) simulator.customer(chat).write('x');
      await simulator.waitForAcks();
      expect(most).toBe(3);
      expect((seen.at(-1)?.atMs ?? 0) - (seen[0]?.atMs ?? 0)).toBeGreaterThanOrEqual(990);
    });

    test('excludes getUpdates; what waited is delivered, what was not taken stays for polling', async () => {
      simulator.customer(1).write('waits');
      const { url, seen } = await hook(() => ({ status: 500 }));
      await call('setWebhook', { url });
      await eventually(() => seen.length > 0);
      expect(await call('getUpdates')).toMatchObject({ status: 409, body: { ok: false } });
      await call('deleteWebhook');
      expect((await updates()).length).toBe(1);
    });

    test('a bad secret or a plain address elsewhere is refused', async () => {
      expect((await call('setWebhook', { url: 'http://example.com/' })).status).toBe(400);
      expect(
        (await call('setWebhook', { url: 'https://example.com/', secret_token: 'a b' })).body.description,
      ).toContain('unallowed characters');
    });
  });

  describe('sendMessage', () => {
    test.each([
      ['an empty text', { text: ' \n' }, 400, 'Bad Request: message text is empty'],
      ['a long text', { text: 'x'.repeat(4_097) }, 400, 'Bad Request: message is too long'],
      ['an unknown chat', { chat_id: 99, text: 'x' }, 400, 'Bad Request: chat not found'],
      ['no chat', { chat_id: '', text: 'x' }, 400, 'Bad Request: chat_id is empty'],
      [
        'an entity beyond the end',
        { text: 'abc', entities: [{ type: 'bold', offset: 1, length: 3 }] },
        400,
        'Bad Request: entity beginning at UTF-16 offset 1 ends after the end of the text at UTF-16 offset 3',
      ],
      [
        'an entity inside a pair',
        { text: '🙂', entities: [{ type: 'bold', offset: 1, length: 1 }] },
        400,
        'Bad Request: entity begins in a middle of a UTF-16 symbol at byte offset 1',
      ],
      [
        'an answer to nothing',
        { text: 'x', reply_parameters: { message_id: 55 } },
        400,
        'Bad Request: message to be replied not found',
      ],
      ['an unknown topic', { text: 'x', message_thread_id: 5 }, 400, 'Bad Request: message thread not found'],
    ])('refuses %s', async (_, payload, status, description) => {
      simulator.customer(1).write('hi');
      expect(await call('sendMessage', { chat_id: 1, ...payload })).toMatchObject({ status, body: { description } });
      expect(simulator.log.messages).toEqual([]);
    });

    test('a customer who blocked the bot, and one who never wrote, get nothing', async () => {
      const customer = simulator.customer(1);
      expect((await call('sendMessage', { chat_id: 1, text: 'x' })).body.description).toBe(
        'Bad Request: chat not found',
      );
      customer.write('hi');
      customer.block();
      expect(await call('sendMessage', { chat_id: 1, text: 'x' })).toMatchObject({
        status: 403,
        body: { description: 'Forbidden: bot was blocked by the user' },
      });
      customer.unblock();
      expect((await call('sendMessage', { chat_id: 1, text: 'x' })).status).toBe(200);
    });

    test('takes every form of body the Bot API takes', async () => {
      simulator.customer(1).write('hi');
      const address = `${simulator.url}/bot${simulator.token}/sendMessage`;
      const form = new FormData();
      form.set('chat_id', '1');
      form.set('text', 'múlti');
      await fetch(address, { method: 'POST', body: form });
      await fetch(address, { method: 'POST', body: new URLSearchParams({ chat_id: '1', text: 'url éncoded' }) });
      await fetch(`${address}?chat_id=1&text=query`);
      expect(simulator.log.messages.map((message) => message.text)).toEqual(['múlti', 'url éncoded', 'query']);
    });

    test('flood limits let a burst pass and then ask for patience', async () => {
      simulator.customer(1).write('hi');
      simulator.setFloodLimits({ chatPerSecond: 1, burst: 2 });
      const answers = [];
      for (const text of ['a', 'b', 'c']) answers.push(await call('sendMessage', { chat_id: 1, text }));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
      expect(answers[2]?.body.parameters).toEqual({ retry_after: 1 });
    });

    test('a wrong token is 401', async () => {
      expect((await fetch(`${simulator.url}/bot1:wrong/getMe`)).status).toBe(401);
    });
  });

  test('faults act before or after the deed, and the log tells which answers were lost', async () => {
    simulator.customer(1).write('hi');
    const send = (text: string): Promise<number | string> =>
      call('sendMessage', { chat_id: 1, text }).then(
        ({ status }) => status,
        () => 'cut',
      );
    const outcomes: Record<string, number | string> = {};
    for (const kind of ['error_before', 'error_after', 'drop_before', 'drop_after', 'rate_limited'] as const) {
      simulator.faults.add({ kind, times: 1 });
      outcomes[kind] = await send(kind);
    }
    expect(outcomes).toEqual({
      error_before: 500,
      error_after: 500,
      drop_before: 'cut',
      drop_after: 'cut',
      rate_limited: 429,
    });
    expect(simulator.log.messages.map(({ text, answered }) => [text, answered])).toEqual([
      ['error_after', false],
      ['drop_after', false],
    ]);
  });

  test('faults by probability repeat with the seed', async () => {
    const run = async (seed: number): Promise<number[]> => {
      const other = createTelegramSimulator({ seed });
      await other.start();
      other.customer(1).write('hi');
      other.faults.add({ kind: 'error_before', probability: 0.5 });
      const statuses = [];
      for (let index = 0; index < 20; index += 1) {
        const url = `${other.url}/bot${other.token}/sendMessage?chat_id=1&text=${index}`;
        statuses.push((await fetch(url)).status);
      }
      await other.stop();
      return statuses;
    };
    const first = await run(7);
    expect(await run(7)).toEqual(first);
    expect(new Set(first).size).toBe(2);
    expect(await run(8)).not.toEqual(first);
  });

  test('runs as a process of its own and is driven over HTTP, but not by web pages', async () => {
    const path = fileURLToPath(new URL('../../../channels/telegram/simulator/main.ts', import.meta.url));
    const child = forkTypeScript(path, ['--token', '42:abc']);
    const address = await child.next();
    if (typeof address !== 'object' || address === null || !('control' in address)) throw new Error('no address');
    const control = String(address.control);
    const order = { method: 'POST', body: JSON.stringify({ chat: 5, text: 'hello', name: 'Ana' }) };
    expect((await fetch(`${control}/say`, { ...order, headers: { origin: 'https://evil.example' } })).status).toBe(403);
    expect(await (await fetch(`${control}/say`, order)).json()).toMatchObject({ written: [{ messageId: 1 }] });
    const api = control.replace('/_control', '/bot42:abc');
    await fetch(`${api}/sendMessage?chat_id=5&text=answer`);
    expect(await (await fetch(`${control}/messages?chat=5`)).json()).toMatchObject([{ text: 'answer', messageId: 2 }]);
    expect(await (await fetch(`${control}/updates?open=1`)).json()).toMatchObject([{ text: 'hello', ackedAtMs: null }]);
    expect((await fetch(`${control}/say`, { method: 'POST', body: '{"chat":"x"}' })).status).toBe(400);
    await child.kill9();
  });
});

interface Seen {
  chatId: number;
  text: string;
  secret: unknown;
  atMs: number;
}
interface Reply {
  status: number;
  retryAfter?: number;
}
interface Hook {
  url: string;
  seen: Seen[];
  stop(): Promise<void>;
}

async function startHook(answer: (update: Seen) => Reply | Promise<Reply>): Promise<Hook> {
  const seen: Seen[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { message } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      const secret = request.headers['x-telegram-bot-api-secret-token'];
      const update = { chatId: message.chat.id, text: message.text, secret, atMs: performance.now() };
      seen.push(update);
      void Promise.resolve(answer(update)).then(({ status, retryAfter }) =>
        response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }).end(),
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    seen,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
