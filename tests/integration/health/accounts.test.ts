import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createTelegramSimulator, type TelegramSimulator } from '../../../channels/telegram/simulator/index.ts';
import { migrateStore } from '../../../src/cli/store-access.ts';
import { eventually } from '../../kit/eventually.ts';
import { startPlainPostgres, type TestPostgres } from '../../kit/servers/postgres.ts';
import { freePort } from '../../kit/servers/process.ts';
import { ask, type Desk, openDesk } from '../cli/cli-kit.ts';
import { type HealthStand, startHealthStand } from './health-kit.ts';

const SECRET = 'a-webhook-secret-of-this-test';
let postgres: TestPostgres;
let simulator: TelegramSimulator;
let url: string;
let stand: HealthStand | undefined;
let desk: Desk;

beforeAll(async () => {
  postgres = await startPlainPostgres();
  desk = openDesk();
}, 60_000);
afterAll(async () => {
  await desk.remove();
  await postgres.close();
});
beforeEach(async () => {
  simulator = createTelegramSimulator({ webhookTimes: { firstRetryMs: 50, maxRetryMs: 200 } });
  await simulator.start();
  url = await postgres.createDatabase();
  await migrateStore(url, 'store');
}, 30_000);
afterEach(async () => {
  const said = stand?.lines.join('\n') ?? '';
  await stand?.stop();
  stand = undefined;
  await simulator.stop();
  expect(said).not.toContain(simulator.token);
}, 30_000);

function entry(changes: object = {}): object {
  return { id: 'tg', channel: 'telegram', token: simulator.token, apiRoot: simulator.url, ...changes };
}

async function startPolling(changes: object = {}): Promise<HealthStand> {
  stand = await startHealthStand(url, [entry(changes)], { port: 0 });
  return stand;
}

async function startWebhook(changes: object = {}): Promise<HealthStand> {
  const port = await freePort();
  const http = { port, publicUrl: `http://127.0.0.1:${port}` };
  const account = entry({ mode: 'webhook', webhookSecret: SECRET, registerWebhook: true, ...changes });
  stand = await startHealthStand(url, [account], http);
  return stand;
}

async function botApi(method: string): Promise<unknown> {
  const answer = await fetch(`${simulator.url}/bot${simulator.token}/${method}`);
  return ((await answer.json()) as { result: unknown }).result;
}

/** What `parley doctor` says of the account, beside the running gateway. */
async function doctorLine(changes: object = {}): Promise<{ code: number | null; line: string }> {
  desk.configure({ store: { url }, masterKey: '5a'.repeat(32), accounts: [entry(changes)] });
  const { code, stdout } = await desk.run(['doctor']);
  return { code, line: stdout.split(/\n(?=[✓✗·\n])/u).find((one) => one.includes('account tg')) ?? stdout };
}

test('well: connected, with its name, its privacy and who receives; to agents no more than whether it works', async () => {
  const { account, accounts, metrics } = await startPolling({ groups: 'mention' });
  await eventually(async () => expect((await account()).details.standing).toBe('connected'));
  await eventually(async () =>
    expect(await account()).toMatchObject({
      id: 'tg',
      channel: 'telegram',
      name: '@parley_simulator_bot',
      severity: 'ok',
      since: null,
      details: {
        reason: null,
        mend: null,
        groups: 'addressed',
        receivedBy: expect.stringContaining(`(${process.pid})`),
      },
    }),
  );
  expect(await accounts('lead')).toMatchObject([{ details: { standing: 'connected' } }]);
  expect(await accounts('agent')).toEqual([
    { id: 'tg', channel: 'telegram', name: '@parley_simulator_bot', severity: 'ok', since: null, details: null },
  ]);
  await eventually(async () => expect(await metrics()).toContain('parley_account_severity{account="tg"} 0'), 15_000);
}, 60_000);

test('a token that is revoked: needs login, in the API, in doctor and as a number', async () => {
  const running = await startPolling();
  await eventually(async () => expect((await running.account()).details.standing).toBe('connected'));
  // A poll under way notices nothing: it ends with the next customer.
  simulator.faults.add({ kind: 'refuse', method: 'getUpdates', status: 401, description: 'Unauthorized' });
  simulator.faults.add({ kind: 'refuse', method: 'getMe', status: 401, description: 'Unauthorized' });
  simulator.customer(7).write('anybody?');
  await eventually(async () => expect((await running.account()).details.standing).toBe('needs_login'));
  expect(await running.account()).toMatchObject({
    severity: 'critical',
    since: expect.any(String),
    details: {
      code: 'bad_token',
      reason: expect.stringContaining('Telegram refuses the token (401 Unauthorized)'),
      mend: expect.stringContaining('@BotFather'),
    },
  });
  expect((await running.accounts('agent'))[0]).toMatchObject({ severity: 'critical', details: null });
  const { code, line } = await doctorLine();
  expect(code).toBe(1);
  expect(line).toMatch(/^✗ account tg \(telegram\): Telegram: 401 Unauthorized.*\n +→ Get the current token/u);
  await eventually(
    async () => expect(await running.metrics()).toContain('parley_account_severity{account="tg"} 2'),
    15_000,
  );
}, 60_000);

test('a second poller is told with its mend, and doctor says the same', async () => {
  const running = await startPolling();
  await eventually(async () => expect((await running.account()).details.standing).toBe('connected'));
  const stop = new AbortController();
  const other = (async () => {
    while (!stop.signal.aborted) {
      const polled = fetch(`${simulator.url}/bot${simulator.token}/getUpdates?timeout=30`, { signal: stop.signal });
      await polled.then((answer) => answer.text()).catch(() => '');
      await new Promise((done) => setTimeout(done, 200));
    }
  })();
  try {
    await eventually(async () => expect((await running.account()).details.standing).toBe('second_poller'));
    expect(await running.account()).toMatchObject({
      severity: 'warning',
      details: {
        code: 'second_poller',
        reason: expect.stringContaining('Somebody else polls with this token'),
        mend: expect.stringContaining('Stop the other program'),
      },
    });
    const { code, line } = await doctorLine();
    expect([code, line]).toEqual([
      1,
      expect.stringMatching(/^✗ account tg.*Somebody else polls.*\n +→ Stop the other/u),
    ]);
  } finally {
    stop.abort();
    await other;
  }
  await eventually(async () => expect((await running.account()).details.standing).toBe('connected'), 35_000);
}, 90_000);

test('a webhook somebody deletes is registered anew, and what was written meanwhile arrives', async () => {
  const running = await startWebhook();
  await eventually(async () => expect((await running.account()).details.standing).toBe('connected'));
  await botApi('deleteWebhook');
  const customer = simulator.customer(8);
  customer.write('while it was gone');
  expect((await customer.next(() => true, 15_000)).text).toBe('while it was gone');
  expect(running.lines.join('\n')).toContain('Somebody removed the webhook at Telegram');
  expect(await botApi('getWebhookInfo')).toMatchObject({ url: `${running.address}/hooks/tg` });
  await eventually(async () => expect((await running.account()).details.standing).toBe('connected'));
}, 60_000);

test('where the webhook may not be registered its absence is told, until somebody sets it', async () => {
  const running = await startWebhook({ registerWebhook: false });
  await eventually(async () => expect((await running.account()).details.standing).toBe('webhook_off'));
  expect(await running.account()).toMatchObject({
    severity: 'critical',
    details: { code: 'webhook_not_set', mend: expect.stringContaining(`register ${running.address}/hooks/tg`) },
  });
  await botApi(`setWebhook?url=${running.address}/hooks/tg&secret_token=${SECRET}`);
  await eventually(async () => expect((await running.account()).details.standing).toBe('connected'));
}, 60_000);

test('deliveries that fail are a lag with their number; it is over when they arrive', async () => {
  const running = await startWebhook();
  await eventually(async () => expect((await running.account()).details.standing).toBe('connected'));
  // The store cannot take anything: every delivery is answered with a 5xx, and Telegram keeps it.
  await ask(url, 'ALTER TABLE inbound_event RENAME TO inbound_event_away');
  for (let chat = 1; chat <= 5; chat += 1) simulator.customer(chat).write('waits');
  await eventually(async () => expect((await running.account()).details.standing).toBe('lagging'));
  await eventually(async () => expect((await running.account()).details.waiting).toBe(5));
  expect(await running.account()).toMatchObject({
    severity: 'warning',
    // Whether any of it could not be read is not known while the table is away; how the account stands is.
    details: {
      code: 'webhook_failing',
      parked: null,
      reason: expect.stringMatching(/5 updates wait at Telegram.*50[03]/),
    },
  });
  expect((await running.account()).details.forgetsInMs).toBeGreaterThan(23 * 3_600_000);
  await ask(url, 'ALTER TABLE inbound_event_away RENAME TO inbound_event');
  await eventually(async () => expect((await running.account()).details.standing).toBe('connected'), 30_000);
  await eventually(async () =>
    expect((await running.account()).details).toMatchObject({ unsettled: 0, counts: { seen: 5, stored: 5 } }),
  );
}, 90_000);

test('updates that Telegram holds back arrive late, and that is told while it lasts', async () => {
  const running = await startPolling();
  await eventually(async () => expect((await running.account()).details.standing).toBe('connected'));
  const date = Math.floor(Date.now() / 1_000) - 2 * 3_600;
  const from = { id: 9, is_bot: false, first_name: 'Ann' };
  const chat = { id: 9, type: 'private', first_name: 'Ann' };
  simulator.push({ message: { message_id: 1, date, from, chat, text: 'written two hours ago' } });
  await eventually(async () => expect((await running.account()).details.standing).toBe('lagging'));
  const { severity, details } = await running.account();
  expect(severity).toBe('critical');
  expect(details.behindMs).toBeGreaterThanOrEqual(2 * 3_600_000);
  expect(details.reason).toMatch(/arrive 2 h after they were written.*forgets the oldest messages in 2[12] h/);
  await eventually(async () => expect((await running.account()).details.standing).toBe('connected'), 20_000);
}, 60_000);

test('of 1,000 messages each is counted once as seen and once as stored', async () => {
  const running = await startPolling();
  for (let chat = 1; chat <= 50; chat += 1) {
    const customer = simulator.customer(chat);
    for (let number = 1; number <= 20; number += 1) customer.write(`message ${number}`);
  }
  await simulator.waitForAcks(60_000);
  await eventually(async () => {
    const { details } = await running.account();
    expect(details).toMatchObject({ unsettled: 0, lastSeenAt: expect.any(String), lastStoredAt: expect.any(String) });
    expect(details.counts).toEqual({ seen: 1_000, stored: 1_000, duplicate: 0, filed: 0, parked: 0 });
  });
  const [row] = await ask<{ n: number }>(url, `SELECT count(*)::int AS n FROM message WHERE kind = 'inbound'`);
  expect(row?.n).toBe(1_000);
  const metrics = await running.metrics();
  expect(metrics).toContain('parley_account_updates_total{account="tg",what="seen"} 1000');
  expect(metrics).toContain('parley_account_updates_total{account="tg",what="stored"} 1000');
}, 120_000);

test('what came and nobody could read stands there with the reason, for those who can do something about it', async () => {
  const running = await startWebhook();
  const hook = (body: string): Promise<Response> =>
    fetch(`${running.address}/hooks/tg`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': SECRET },
      body,
    });
  for (const body of ['not JSON at all', '{"update_id":1,"message":{}}']) expect((await hook(body)).status).toBe(200);
  const { details } = await running.account();
  expect(details.parked?.count).toBe(2);
  expect(details.parked?.latest).toMatchObject([
    { key: expect.stringMatching(/^tg\/1:/), reason: 'a message without chat or message id' },
    { key: expect.stringMatching(/^tg\/malformed:/), reason: 'not JSON' },
  ]);
  expect(await running.accounts('lead')).toMatchObject([{ details: { parked: { count: 2 } } }]);
  expect(await running.accounts('agent')).toMatchObject([{ details: null }]);
}, 60_000);
