import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createTelegramSimulator, type TelegramSimulator } from '../../../channels/telegram/simulator/index.ts';
import { migrateStore } from '../../../src/cli/store-access.ts';
import { eventually } from '../../kit/eventually.ts';
import { startPlainPostgres, type TestPostgres } from '../../kit/servers/postgres.ts';
import { freePort } from '../../kit/servers/process.ts';
import { CRASH, doctorWrongs, type Line, openEchoDesk, troubleIn } from './failure-kit.ts';

const SECRET = 'a-webhook-secret-of-this-test';
let postgres: TestPostgres;
let simulator: TelegramSimulator;
let url: string;
const desk = openEchoDesk();

beforeAll(async () => {
  postgres = await startPlainPostgres();
}, 60_000);
afterAll(async () => {
  await desk.remove();
  await postgres.close();
});
beforeEach(async () => {
  simulator = createTelegramSimulator({ webhookTimes: { firstRetryMs: 100, maxRetryMs: 500, timeoutMs: 10_000 } });
  await simulator.start();
  url = await postgres.createDatabase();
  await migrateStore(url, 'store');
}, 30_000);
afterEach(() => simulator.stop());

function configure(account: object, more: object = {}): void {
  const tg = { id: 'tg', channel: 'telegram', token: simulator.token, apiRoot: simulator.url, ...account };
  desk.configureEcho({ store: { url }, accounts: [tg], ...more });
}

/** What the log says of the account's own state, without the details of single calls. */
function told(lines: readonly Line[]): Line[] {
  return lines.filter((line) => line.state !== undefined);
}

function botApi(method: string): Promise<Response> {
  return fetch(`${simulator.url}/bot${simulator.token}/${method}`);
}

test('a wrong token, polling: told once with the mend', async () => {
  configure({ token: '1:wrong' });
  const serving = await desk.serve();
  await eventually(() => expect(told(troubleIn(serving))).not.toEqual([]));
  expect(told(troubleIn(serving))).toEqual([
    expect.objectContaining({
      level: 'error',
      code: 'bad_token',
      message: expect.stringMatching(/refuses the token \(401 Unauthorized\); Get the current token from @BotFather/),
    }),
  ]);
  expect(await doctorWrongs(desk)).toEqual([
    expect.stringMatching(/^✗ account tg \(telegram\): Telegram: 401 Unauthorized.*\n +→ Get the current token/u),
  ]);
  expect(serving.output()).not.toMatch(CRASH);
  expect(serving.output()).not.toContain('1:wrong');
  expect((await serving.stop()).code).toBe(0);
}, 60_000);

test('a wrong token, by webhook: told once, and doctor agrees', async () => {
  const port = await freePort();
  configure(
    { token: '1:wrong', mode: 'webhook', webhookSecret: SECRET, registerWebhook: true },
    { http: { port, publicUrl: `http://127.0.0.1:${port}` } },
  );
  const serving = await desk.serve();
  await eventually(() => expect(told(troubleIn(serving))).not.toEqual([]));
  expect(told(troubleIn(serving))).toEqual([expect.objectContaining({ level: 'error', code: 'bad_token' })]);
  expect(await doctorWrongs(desk)).toEqual([expect.stringContaining('✗ account tg (telegram): Telegram: 401')]);
  expect(serving.output()).not.toMatch(CRASH);
  expect((await serving.stop()).code).toBe(0);
}, 60_000);

test('a webhook cannot be registered while the platform is away: it is once the platform is back', async () => {
  const port = await freePort();
  configure(
    { mode: 'webhook', webhookSecret: SECRET, registerWebhook: true },
    { http: { port, publicUrl: `http://127.0.0.1:${port}` } },
  );
  const clear = simulator.faults.add({ kind: 'error_before', method: 'setWebhook', status: 502 });
  const serving = await desk.serve();
  await eventually(() => expect(told(troubleIn(serving))).not.toEqual([]));
  clear();
  const customer = simulator.customer(3);
  customer.write('hello');
  expect((await customer.next(() => true, 30_000)).text).toBe('hello');
  expect((await serving.stop()).code).toBe(0);
}, 60_000);

test('a second poller on the token: told once while it lasts, and over when it ends', async () => {
  configure({});
  const serving = await desk.serve();
  await eventually(() => expect(serving.output()).toContain('"connected"'));
  const stop = new AbortController();
  const other = (async () => {
    while (!stop.signal.aborted) {
      await fetch(`${simulator.url}/bot${simulator.token}/getUpdates?timeout=30`, { signal: stop.signal }).then(
        (answer) => answer.text(),
        () => '',
      );
      await new Promise((done) => setTimeout(done, 200));
    }
  })();
  try {
    await eventually(() => expect(serving.output()).toContain('second_poller'));
    // Both poll on; neither gets its rest.
    await new Promise((done) => setTimeout(done, 5_000));
    expect(told(troubleIn(serving))).toEqual([
      expect.objectContaining({ code: 'second_poller', message: expect.stringContaining('Stop the other program') }),
    ]);
    expect(await doctorWrongs(desk)).toEqual([
      expect.stringMatching(/^✗ account tg.*Somebody else polls with this token/u),
    ]);
  } finally {
    stop.abort();
    await other;
  }
  const customer = simulator.customer(4);
  customer.write('still there?');
  expect((await customer.next(() => true, 35_000)).text).toBe('still there?');
  expect(serving.output()).not.toMatch(CRASH);
  expect((await serving.stop()).code).toBe(0);
}, 90_000);

test('a webhook is set elsewhere: told once; polling goes on when it is removed', async () => {
  await botApi('setWebhook?url=http://127.0.0.1:9/other');
  configure({});
  const serving = await desk.serve();
  await eventually(() => expect(told(troubleIn(serving))).not.toEqual([]));
  await new Promise((done) => setTimeout(done, 1_500));
  expect(told(troubleIn(serving))).toEqual([
    expect.objectContaining({
      code: 'webhook_set',
      message: expect.stringMatching(/cannot be polled.*registerWebhook: true/),
    }),
  ]);
  expect(await doctorWrongs(desk)).toEqual([
    expect.stringMatching(/^✗ account tg.*has a webhook, so it cannot be polled.*\n +→ Set registerWebhook: true/u),
  ]);
  await botApi('deleteWebhook');
  const customer = simulator.customer(5);
  customer.write('hello');
  expect((await customer.next(() => true, 35_000)).text).toBe('hello');
  expect(serving.output()).not.toMatch(CRASH);
  expect((await serving.stop()).code).toBe(0);
}, 90_000);
