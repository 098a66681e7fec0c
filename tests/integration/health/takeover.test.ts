import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTelegramSimulator, type TelegramSimulator } from '../../../channels/telegram/simulator/index.ts';
import { migrateStore } from '../../../src/cli/store-access.ts';
import { brandId } from '../../../src/core/model/ids.ts';
import { judgeAccount } from '../../../src/core/rules/account-health.ts';
import { createAccountHealthStore } from '../../../src/store/account-health.ts';
import { type Database, openDatabase } from '../../../src/store/database.ts';
import { eventually } from '../../kit/eventually.ts';
import { quietLog } from '../../kit/quiet-log.ts';
import { startPlainPostgres, type TestPostgres } from '../../kit/servers/postgres.ts';
import { ask, type Desk, openDesk } from '../cli/cli-kit.ts';

let postgres: TestPostgres;
let simulator: TelegramSimulator;
let desk: Desk;
let url: string;
let database: Database;

beforeAll(async () => {
  postgres = await startPlainPostgres();
  simulator = createTelegramSimulator();
  await simulator.start();
  url = await postgres.createDatabase();
  await migrateStore(url, 'store');
  database = openDatabase({ url, log: quietLog(), max: 1 });
  desk = openDesk();
  desk.configure({
    store: { url },
    http: { port: 0 },
    masterKey: '5a'.repeat(32),
    accounts: [{ id: 'tg', channel: 'telegram', token: simulator.token, apiRoot: simulator.url }],
    bot: { brains: ['echo'] },
  });
}, 60_000);
afterAll(async () => {
  await desk.remove();
  await database.close();
  await simulator.stop();
  await postgres.close();
});

async function record() {
  const [one] = await createAccountHealthStore(database).list();
  if (one === undefined) throw new Error('there is no account');
  return one;
}

test('when the owner is killed another process receives, the state says so, and no count is off', async () => {
  const first = await desk.serve(['--role', 'connector,worker']);
  await eventually(async () => expect(judgeAccount(await record()).standing).toBe('connected'));
  const before = await record();
  expect(before.owner?.pid).toBe(first.child.pid);
  simulator.customer(1).write('to the first');
  await eventually(async () => expect((await record()).counts).toMatchObject({ seen: 1, stored: 1 }));

  const second = await desk.serve(['--role', 'connector,worker']);
  await first.stop('SIGKILL');
  await eventually(async () => expect((await record()).owner?.pid).toBe(second.child.pid), 20_000);
  await eventually(async () => expect(judgeAccount(await record()).standing).toBe('connected'));
  const customer = simulator.customer(2);
  customer.write('to the second');
  expect((await customer.next(() => true, 20_000)).text).toBe('to the second');
  // What the dead one counted is gone with it; what the platform brings again is counted by the living.
  await eventually(async () => {
    const { counts, unsettledMs } = await record();
    expect(counts.seen).toBe(counts.stored + counts.duplicate + counts.filed + counts.parked);
    expect([counts.stored, unsettledMs]).toEqual([1, null]);
  });
  expect((await second.stop()).code).toBe(0);
}, 120_000);

test('when nobody receives any more the account is unknown after two minutes, and what was wrong last is past', async () => {
  await ask(url, `UPDATE account SET state_at = now() - interval '119 seconds'`);
  expect(judgeAccount(await record()).standing).toBe('connected');
  await ask(url, `UPDATE account SET state_at = now() - interval '121 seconds'`);
  expect(judgeAccount(await record())).toMatchObject({
    standing: 'unknown',
    severity: 'warning',
    reason: expect.stringContaining('no process receives for this account'),
  });
  // A day without a receiver counts as one, through every restart: only a good connection ends it.
  await ask(
    url,
    `UPDATE account SET state_at = now(), owner_instance = (SELECT id FROM instance LIMIT 1),
     state = jsonb_set(state, '{health,okMs}', to_jsonb(round(extract(epoch FROM now() - interval '5 hours') * 1000)))`,
  );
  const [row] = await ask<{ id: string }>(url, 'SELECT owner_instance AS id FROM account');
  const owner = row?.id ?? '';
  const store = createAccountHealthStore(database);
  const { id } = await record();
  const report = { detail: null, keepsMs: 86_400_000 };
  const trouble = { state: 'retrying', code: 'network', message: 'Telegram cannot be reached' } as const;
  const as = (instance: string, state: typeof trouble | { state: 'connected' }) =>
    store.report(brandId(id), brandId(instance), { ...report, state });
  expect(await as(owner, trouble)).toBe(true);
  expect(judgeAccount(await record())).toMatchObject({
    severity: 'critical',
    reason: expect.stringMatching(
      /^Telegram cannot be reached, for 5 h; the platform forgets the oldest messages in (?:19 h|18 h 59 min)$/,
    ),
  });
  // Who does not own it has nothing to say.
  expect(await as('00000000-0000-7000-8000-000000000000', { state: 'connected' })).toBe(false);
  expect((await record()).state?.state).toBe('retrying');
  expect(await as(owner, { state: 'connected' })).toBe(true);
  expect(judgeAccount(await record())).toMatchObject({ standing: 'connected', severity: 'ok' });
  // What was learned of the account outlives the process that learned it.
  expect((await record()).detail).toMatchObject({ name: '@parley_simulator_bot' });
}, 30_000);
