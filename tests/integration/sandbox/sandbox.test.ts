import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { eventually } from '../../kit/eventually.ts';
import { ask, openDesk } from '../cli/cli-kit.ts';
import { type RunningSandbox, startSandbox, storeUrlOf } from './sandbox-kit.ts';

const SEED = 'legal winner thank year wave sausage worth useful legal winner thank yellow';

function storeUrl({ desk }: RunningSandbox): string {
  return storeUrlOf(readFileSync(join(desk.folder, 'data/postgres.json'), 'utf8'));
}

function phoneOf(state: Awaited<ReturnType<RunningSandbox['state']>>, id: number) {
  const phone = state.phones.find((one) => one.id === id);
  if (phone === undefined) throw new Error(`no phone ${id}`);
  return phone;
}

const answers = (phone: ReturnType<typeof phoneOf>): string[] =>
  phone.messages.filter((message) => message.from === 'support').map((message) => message.text);

describe('the sandbox', () => {
  let sandbox: RunningSandbox;

  beforeAll(async () => {
    sandbox = await startSandbox();
  }, 90_000);
  afterAll(() => sandbox.desk.remove());

  test('says where to click, how to sign in and how to stop; the sign-in works for all three', async () => {
    await eventually(() => expect(sandbox.serving.output()).toContain('Ctrl-C'));
    const output = sandbox.serving.output();
    expect(output).toContain(`Open         ${sandbox.serving.address}`);
    const password = /Password {5}(\S+)/.exec(output)?.[1] ?? '';
    expect(password).toMatch(/^[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}$/);
    const file = join(sandbox.desk.folder, 'data/sandbox-password');
    expect([readFileSync(file, 'utf8').trim(), statSync(file).mode & 0o777]).toEqual([password, 0o600]);
    const { people } = await sandbox.state();
    expect(people.map(({ role }) => role)).toEqual(['lead', 'agent', 'admin']);
    for (const { email } of people) expect((await sandbox.signIn(email, password)).status).toBe(200);
    expect((await sandbox.signIn('mei@parley.example', 'wrong-wrong-wrong')).status).toBe(401);
  });

  test('the log names nothing twice in one line, which readers of JSON take as they like', async () => {
    await eventually(() => expect(sandbox.serving.output()).toContain('mail folder begun'));
    const lines = sandbox.serving.output().split('\n').slice(0, -1);
    const told = lines.filter((line) => line.startsWith('{'));
    expect(told.filter((line) => JSON.stringify(JSON.parse(line)) !== line)).toEqual([]);
  });

  test('a customer writes and is answered; an edit arrives; a second phone is told apart', async () => {
    const written = await sandbox.order('/say', { phone: 1001, text: 'My deposit has not arrived' });
    expect(phoneOf(written, 1001).messages.at(-1)).toMatchObject({ from: 'customer', taken: false });
    await eventually(async () => {
      const phone = phoneOf(await sandbox.state(), 1001);
      expect(answers(phone)[0]).toContain('automatic assistant');
      expect(answers(phone)[1]).toContain('A deposit is credited once');
      expect(phone.messages[0]).toMatchObject({ taken: true, edited: false });
    }, 15_000);
    const own = phoneOf(await sandbox.state(), 1001).messages[0]?.id ?? 0;
    await sandbox.order('/edit', { phone: 1001, message: own, text: 'My deposit of yesterday has not arrived' });
    await eventually(async () => {
      const rows = await ask<{ n: number }>(storeUrl(sandbox), 'SELECT count(*)::int AS n FROM message_edit');
      expect(rows[0]?.n).toBe(1);
    }, 10_000);
    expect(phoneOf(await sandbox.state(), 1001).messages[0]).toMatchObject({ edited: true });
    expect(phoneOf(await sandbox.state(), 1002).messages).toEqual([]);
  }, 40_000);

  test('a request for the state waits until something changes', async () => {
    const { mark } = await sandbox.state();
    const begunMs = performance.now();
    const waiting = sandbox.call('GET', `/state?after=${mark}`);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const made = await sandbox.call('POST', '/phones', { name: 'Yuki', language: 'ja' });
    expect(made.status).toBe(200);
    const next = z.object({ mark: z.string() }).parse(await (await waiting).json());
    expect(next.mark).not.toBe(mark);
    expect(performance.now() - begunMs).toBeLessThan(5_000);
    expect((await sandbox.state()).phones.at(-1)).toMatchObject({ name: 'Yuki', language: 'ja', messages: [] });
  });

  test('who has blocked the bot gets nothing, and is back with the next message', async () => {
    const blocked = await sandbox.order('/block', { phone: 1006, blocked: true });
    expect(phoneOf(blocked, 1006).blocked).toBe(true);
    const back = await sandbox.order('/say', { phone: 1006, text: 'Мой депозит не пришёл' });
    expect(phoneOf(back, 1006).blocked).toBe(false);
    await eventually(async () => expect(answers(phoneOf(await sandbox.state(), 1006))).toHaveLength(2), 15_000);
  }, 30_000);

  test('trouble strikes, is counted and goes; what it hits arrives all the same', async () => {
    const on = await sandbox.order('/troubles', { kind: 'cut_reply' });
    expect(on.troubles).toEqual([{ id: expect.any(Number), kind: 'cut_reply', left: 1, struck: 0 }]);
    await sandbox.order('/say', { phone: 1005, text: 'Mi depósito no llegó' });
    await eventually(async () => {
      const state = await sandbox.state();
      expect(state.troubles).toEqual([]);
      // The bot's own words are repeatable: the greeting is sent once more, and both are on the phone before the answer.
      const { messages } = phoneOf(state, 1005);
      expect(messages.filter((message) => message.from === 'support').map(({ answered }) => answered)).toEqual([
        false,
        true,
        true,
      ]);
    }, 20_000);

    await sandbox.order('/troubles', { kind: 'slow' });
    await sandbox.order('/troubles', { kind: 'duplicates' });
    const [first] = (await sandbox.state()).troubles;
    expect((await sandbox.call('DELETE', `/troubles?id=${first?.id}`)).status).toBe(200);
    expect((await sandbox.state()).troubles.map(({ kind }) => kind)).toEqual(['duplicates']);
    await sandbox.order('/say', { phone: 1004, text: '입금이 아직 안 들어왔어요' });
    await eventually(async () => expect(answers(phoneOf(await sandbox.state(), 1004))).toHaveLength(2), 15_000);
    expect((await sandbox.call('DELETE', '/troubles')).status).toBe(200);
    expect((await sandbox.state()).troubles).toEqual([]);
    const stored = await ask<{ n: number }>(
      storeUrl(sandbox),
      `SELECT count(*)::int AS n FROM message m JOIN thread t ON t.id = m.thread_id
       WHERE m.kind = 'inbound' AND t.external_key LIKE '%1004%'`,
    );
    expect(stored[0]?.n).toBe(1);
  }, 60_000);

  test.each([
    ['POST', '/say', { phone: 1, text: 'hello' }, 404],
    ['POST', '/say', { phone: 1001, text: '   ' }, 400],
    ['POST', '/say', { phone: 1001, text: 'a', more: 1 }, 400],
    ['POST', '/edit', { phone: 1001, message: 3, text: 'a' }, 404],
    ['POST', '/phones', { name: 'X', language: 'tlh' }, 400],
    ['POST', '/troubles', { kind: 'earthquake' }, 400],
  ])('%s %s %j is refused with %i', async (method, path, body, status) => {
    const response = await sandbox.call(method, path, body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({
      error: { message: expect.any(String), requestId: expect.any(String) },
    });
  });

  test('a page elsewhere cannot play with it', async () => {
    const elsewhere = await sandbox.call('POST', '/worker/kill', undefined, { origin: 'https://evil.example' });
    expect(elsewhere.status).toBe(403);
    expect((await sandbox.state()).worker.kills).toBe(0);
  });

  test('a pasted seed phrase is on the phone, masked in the store, and in no file of ours', async () => {
    await sandbox.order('/say', { phone: 1001, text: `Here are my words: ${SEED}` });
    await eventually(async () => {
      expect(answers(phoneOf(await sandbox.state(), 1001)).join(' ')).toContain('We have hidden it');
    }, 15_000);
    expect(phoneOf(await sandbox.state(), 1001).messages.some(({ text }) => text.includes('sausage'))).toBe(true);
    await sandbox.serving.stop();
    const files = readdirSync(join(sandbox.desk.folder, 'data'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    expect(files.length).toBeGreaterThan(100);
    const leaking = files.filter((file) => readFileSync(file).includes('wave sausage worth'));
    expect(leaking).toEqual([]);
  }, 40_000);

  test('the next start is quick, prints the same, and knows phones and chats', async () => {
    const before = /Password {5}(\S+)/.exec(sandbox.serving.output())?.[1];
    const begunMs = performance.now();
    sandbox = await startSandbox(sandbox.desk);
    const tookMs = performance.now() - begunMs;
    await eventually(() => expect(sandbox.serving.output()).toContain('Ctrl-C'));
    expect(/Password {5}(\S+)/.exec(sandbox.serving.output())?.[1]).toBe(before);
    // 5 s is what a visitor is promised; here the sources are compiled on the way, and others use the machine.
    expect(tookMs).toBeLessThan(15_000);
    const state = await sandbox.state();
    expect(state.phones.at(-1)?.name).toBe('Yuki');
    expect(phoneOf(state, 1001).messages[0]).toMatchObject({ text: 'My deposit of yesterday has not arrived' });
    // Somebody who is still with the bot: the chat goes on where it was.
    const given = answers(phoneOf(state, 1004)).length;
    expect(given).toBe(2);
    await sandbox.order('/say', { phone: 1004, text: '상담원과 이야기하고 싶어요' });
    await eventually(
      async () => expect(answers(phoneOf(await sandbox.state(), 1004)).length).toBeGreaterThan(given),
      15_000,
    );
  }, 90_000);
});

test('two that start at the same moment both come up, at addresses of their own', async () => {
  const both = await Promise.all([startSandbox(), startSandbox()]);
  try {
    expect(new Set(both.map((one) => one.serving.address)).size).toBe(2);
    for (const one of both) expect((await one.state()).phones.length).toBeGreaterThan(0);
  } finally {
    await Promise.all(both.map((one) => one.desk.remove()));
  }
}, 120_000);

describe('outside the sandbox', () => {
  test('there are no sandbox routes and no demo sign-in, and demo people of an earlier sandbox are shut out', async () => {
    const sandbox = await startSandbox();
    const { desk } = sandbox;
    try {
      await eventually(() => expect(sandbox.serving.output()).toContain('Password'));
      const { password } = await sandbox.state();
      await sandbox.serving.stop();
      expect(existsSync(join(desk.folder, 'data/postgres'))).toBe(true);
      desk.configure({ http: { port: 0 }, data: './data' });
      const real = await startSandbox(desk);
      for (const path of ['/state', '/say', '/worker/kill', '/troubles', '/phones']) {
        expect((await real.call('GET', path)).status).toBe(404);
        expect((await real.call('POST', path, {})).status).toBe(404);
      }
      const welcome = await fetch(`${real.serving.address}/api/v1/welcome`);
      expect(await welcome.json()).toMatchObject({ sandbox: false, demo: null });
      await eventually(async () => expect((await real.signIn('mei@parley.example', password)).status).toBe(401));
      expect(real.serving.output()).toContain('demo people');
    } finally {
      await desk.remove();
    }
  }, 120_000);

  test('a real installation without a sandbox has nothing to shut out', async () => {
    const desk = openDesk();
    try {
      desk.configure({ http: { port: 0 } });
      const real = await startSandbox(desk);
      expect(real.serving.output()).not.toContain('demo people');
    } finally {
      await desk.remove();
    }
  }, 60_000);
});
