import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createTelegramSimulator, type TelegramSimulator } from '../../../channels/telegram/simulator/index.ts';
import { migrateStore } from '../../../src/cli/store-access.ts';
import { eventually } from '../../kit/eventually.ts';
import { startGateway } from '../../kit/pipeline/harness.ts';
import { customerMessage, memoryChannel } from '../../kit/pipeline/memory-channel.ts';
import { startPlainPostgres, type TestPostgres } from '../../kit/servers/postgres.ts';
import { startRedis, type TestRedis } from '../../kit/servers/redis.ts';
import { ask, type Desk, openDesk } from './cli-kit.ts';

let postgres: TestPostgres;
let desk: Desk;
let simulator: TelegramSimulator;
let url: string;

beforeAll(async () => {
  postgres = await startPlainPostgres();
  simulator = createTelegramSimulator();
  await simulator.start();
  desk = openDesk();
}, 60_000);

afterAll(async () => {
  await desk.remove();
  await simulator.stop();
  await postgres.close();
});

function configuration(changes: object = {}): object {
  return {
    store: { url },
    masterKey: '11'.repeat(32),
    accounts: [{ id: 'tg', channel: 'telegram', token: simulator.token, apiRoot: simulator.url }],
    ...changes,
  };
}

beforeEach(async () => {
  url = await postgres.createDatabase();
  await migrateStore(url, 'store');
  desk.configure(configuration());
}, 30_000);

async function answeredConversation(): Promise<void> {
  const channel = memoryChannel('tg');
  const gateway = await startGateway({ url, account: channel });
  try {
    await gateway.receive([customerMessage('5001', 'x')]);
    await eventually(() => expect(channel.arrived).toHaveLength(1));
  } finally {
    await gateway.stop();
  }
}

describe('doctor', () => {
  let redis: TestRedis;

  beforeAll(async () => {
    redis = await startRedis({ maxmemoryPolicy: 'allkeys-lru' });
  });
  afterAll(() => redis.close());

  test('a good installation', async () => {
    const ran = await desk.run(['doctor', '--json']);
    const report = JSON.parse(ran.stdout) as { ok: boolean; findings: { check: string; result: string }[] };
    expect([ran.code, report.ok]).toEqual([0, true]);
    expect(report.findings.map((one) => one.check)).toEqual([
      'configuration',
      'data folder',
      'store',
      'schema',
      'queue',
      'master key',
      'audit',
      'outbox',
      'inbound',
      'work',
      'account tg (telegram)',
    ]);
  }, 60_000);

  test('finds what is wrong, each with its mend', async () => {
    await answeredConversation();
    await ask(url, 'SELECT audit_seal(100)');
    await ask(url, `UPDATE audit SET action = 'changed' WHERE seal_no = 1`);
    await ask(url, `UPDATE thread SET due_at = now() - interval '1 hour'`);
    desk.configure(
      configuration({
        queue: { url: redis.url },
        masterKey: '22'.repeat(32),
        accounts: [{ id: 'tg', channel: 'telegram', token: '1:wrong', apiRoot: simulator.url }],
      }),
    );
    const ran = await desk.run(['doctor']);
    expect(ran.code).toBe(1);
    for (const expected of [
      '✗ queue: Redis evicts keys',
      'noeviction',
      '✗ master key',
      '✗ audit',
      '✗ work',
      'start a gateway with the role worker',
      '✗ account tg',
    ]) {
      expect(ran.stdout).toContain(expected);
    }
    expect(ran.stdout).toContain('things are wrong');
  }, 60_000);

  test('all mistakes of a configuration at once; an old schema; an absent server', async () => {
    desk.configure({ store: { ul: 'x' }, accounts: [{ id: 'tg', channel: 'telegran' }] });
    const mistakes = await desk.run(['doctor']);
    expect(mistakes.code).toBe(1);
    expect(mistakes.stdout).toContain('store.ul');
    expect(mistakes.stdout).toContain('accounts[0].channel');

    desk.configure({ store: { url: await postgres.createDatabase() } });
    const old = await desk.run(['doctor']);
    expect([old.code, old.stdout]).toEqual([1, expect.stringContaining('run: parley migrate')]);

    desk.configure({
      store: { url: 'postgres://parley:secretpw@127.0.0.1:1/parley' },
      queue: { url: 'redis://127.0.0.1:1' },
    });
    const absent = await desk.run(['doctor']);
    expect([absent.code, absent.stdout]).toEqual([1, expect.stringContaining('check that Postgres runs there')]);
    expect(absent.stdout).toContain('✗ queue: Redis does not answer');
    expect(absent.stdout).not.toContain('secretpw');
  }, 60_000);

  test('a server that confirms what it may lose', async () => {
    const name = new URL(url).pathname.slice(1);
    await ask(url, `ALTER DATABASE "${name}" SET synchronous_commit = off`);
    const ran = await desk.run(['doctor']);
    expect(ran.stdout).toMatch(/may lose what it has confirmed: .*synchronous_commit/);
  }, 60_000);

  test('queue rebuild says when the queue is away', async () => {
    expect((await desk.run(['queue', 'rebuild'])).stdout).toContain('The queue is rebuilt');
    desk.configure(configuration({ queue: { url: 'redis://127.0.0.1:1' } }));
    const away = await desk.run(['queue', 'rebuild']);
    expect([away.code, away.stderr]).toEqual([1, expect.stringContaining('the queue at 127.0.0.1:1')]);
  }, 60_000);
});
