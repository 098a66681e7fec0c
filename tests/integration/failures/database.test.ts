import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { TelegramSimulator } from '../../../channels/telegram/simulator/index.ts';
import { migrateStore } from '../../../src/cli/store-access.ts';
import { eventually } from '../../kit/eventually.ts';
import { startPlainPostgres, type TestPostgres } from '../../kit/servers/postgres.ts';
import { freePort } from '../../kit/servers/process.ts';
import { ask } from '../cli/cli-kit.ts';
import { CRASH, doctorWrongs, linesOf, openEchoDesk, troubleIn } from './failure-kit.ts';
import { startTwoBots, type TwoBots } from './two-bots.ts';

let postgres: TestPostgres;
let bots: TwoBots;
let simulator: TelegramSimulator;
const desk = openEchoDesk();

beforeAll(async () => {
  postgres = await startPlainPostgres();
}, 60_000);
afterAll(async () => {
  await desk.remove();
  await postgres.close();
});
beforeEach(async () => {
  bots = await startTwoBots({ webhookTimes: { firstRetryMs: 100, maxRetryMs: 1_000, timeoutMs: 10_000 } });
  simulator = bots.simulator;
});
afterEach(() => simulator.stop());

/** Lets only who knows the password into one database. */
async function protect(database: string): Promise<void> {
  const [file] = await ask<{ hba_file: string }>(postgres.url, 'SHOW hba_file');
  const lines = [`host ${database} all 127.0.0.1/32 scram-sha-256`, 'host all all 127.0.0.1/32 trust'];
  const rows = lines.map((line) => `SELECT '${line}'`).join(' UNION ALL ');
  await ask(postgres.url, `COPY (${rows}) TO '${file?.hba_file}'`);
  await ask(postgres.url, `ALTER USER parley PASSWORD 'the right one'`);
  await ask(postgres.url, 'SELECT pg_reload_conf()');
}

test.each([
  ['a wrong password', 'wrongpw', /refuses the user or the password .*; correct user and password in store\.url/],
  ['a database that is not there', null, /does not exist; create it \(CREATE DATABASE …\), or correct the name/],
])(
  '%s: serve ends with one sentence, doctor has its line',
  async (_what, password, expected) => {
    let url = postgres.urlOf('nowhere');
    if (password !== null) {
      url = await postgres.createDatabase();
      await protect(new URL(url).pathname.slice(1));
      url = url.replace('parley@', `parley:${password}@`);
    }
    desk.configureEcho({ store: { url }, accounts: [] });
    const ran = await desk.run(['serve']);
    expect([ran.code, ran.stderr.trim().split('\n')]).toEqual([1, [expect.stringMatching(expected)]]);
    expect(ran.stdout + ran.stderr).not.toMatch(CRASH);
    expect(ran.stdout + ran.stderr).not.toContain('wrongpw');
    expect(await doctorWrongs(desk)).toEqual([expect.stringMatching(/^✗ store: /u)]);
  },
  60_000,
);

test('it vanishes and returns: 503 with Retry-After, offsets stay, one message, nothing is lost', async () => {
  const url = await postgres.createDatabase();
  await migrateStore(url, 'store');
  const port = await freePort();
  desk.configureEcho({
    store: { url },
    http: { port, publicUrl: `http://127.0.0.1:${port}` },
    accounts: bots.accounts,
  });
  const serving = await desk.serve();
  const chats = [1, 2, 3, 4, 5, 6];
  const customers = chats.map((id) => bots.customer(id));
  const echoed = (): number => simulator.log.messages.length;
  for (const customer of customers) customer.write('before');
  await eventually(() => expect(echoed()).toBe(6), 15_000);
  await simulator.waitForAcks();

  await postgres.stop();
  for (const customer of customers) for (const n of [1, 2, 3]) customer.write(`while away ${n}`);
  const refused = await fetch(`http://127.0.0.1:${port}/hooks/hooked`, {
    method: 'POST',
    headers: { 'x-telegram-bot-api-secret-token': bots.secret, 'content-type': 'application/json' },
    body: JSON.stringify({ update_id: 1 }),
  });
  expect([refused.status, Number(refused.headers.get('retry-after'))]).toEqual([503, expect.any(Number)]);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  await new Promise((done) => setTimeout(done, 6_000));
  expect(simulator.log.updates.filter((update) => update.ackedAtMs !== null)).toHaveLength(6);
  expect((await fetch(`${serving.address}/healthz`)).status).toBe(200);
  const away = linesOf(serving).filter((line) => line.code === 'store_away');
  expect(away).toEqual([
    expect.objectContaining({
      level: 'error',
      message: expect.stringMatching(/the store at .* does not answer .*; check that Postgres runs there/),
    }),
  ]);
  // The beat, the sweeper and the upkeep each said it once, not once a second.
  expect(troubleIn(serving).length).toBeLessThan(20);
  expect(await doctorWrongs(desk)).toEqual([
    expect.stringMatching(/^✗ store: the store at .* does not answer/u),
    // The same seen from Telegram.
    expect.stringMatching(/^✗ account hooked .* 503/u),
  ]);

  await postgres.start();
  await eventually(() => expect(echoed()).toBe(24), 20_000);
  for (const customer of customers) {
    const texts = simulator.log.messagesIn(customer.id).map((message) => message.text);
    expect(texts).toEqual(['before', 'while away 1', 'while away 2', 'while away 3']);
  }
  await simulator.waitForAcks();
  const [stored] = await ask<{ n: number }>(url, `SELECT count(*)::int AS n FROM message WHERE kind = 'inbound'`);
  expect(stored).toEqual({ n: 24 });
  expect(linesOf(serving).filter((line) => line.message === 'the store works again')).toHaveLength(1);
  expect(serving.output()).not.toMatch(CRASH);
  expect((await serving.stop()).code).toBe(0);
}, 90_000);

test('SIGTERM while it is away ends the gateway in time', async () => {
  const url = await postgres.createDatabase();
  await migrateStore(url, 'store');
  desk.configureEcho({
    store: { url },
    accounts: [{ id: 'tg', channel: 'telegram', token: simulator.token, apiRoot: simulator.url }],
  });
  const serving = await desk.serve();
  await postgres.stop();
  simulator.customer(1).write('nobody can store this now');
  await eventually(() => expect(serving.output()).toContain('store_away'));
  const { code, tookMs } = await serving.stop();
  await postgres.start();
  expect([code, tookMs < 10_000]).toEqual([0, true]);
  expect(serving.output()).not.toMatch(CRASH);
}, 60_000);
