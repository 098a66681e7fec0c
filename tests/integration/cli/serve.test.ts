import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createTelegramSimulator, type TelegramSimulator } from '../../../channels/telegram/simulator/index.ts';
import { eventually } from '../../kit/eventually.ts';
import { startPlainPostgres, type TestPostgres } from '../../kit/servers/postgres.ts';
import { ask, type Desk, openDesk } from './cli-kit.ts';

/** The server's own process id, as its pid file has it. */
function serverPid(desk: Desk): number {
  return Number(readFileSync(join(desk.folder, 'data/postgres/postmaster.pid'), 'utf8').split('\n')[0]);
}

/** The server removes its pid file when it ends in order; its process may stay a zombie where nobody reaps. */
function serverRuns(desk: Desk): boolean {
  return existsSync(join(desk.folder, 'data/postgres/postmaster.pid'));
}

describe('parley serve on the embedded store', () => {
  let desk: Desk;
  let simulator: TelegramSimulator;

  beforeEach(async () => {
    desk = openDesk();
    simulator = createTelegramSimulator();
    await simulator.start();
    desk.configure({
      http: { port: 0 },
      accounts: [{ id: 'tg', channel: 'telegram', token: simulator.token, apiRoot: simulator.url }],
      bot: { brains: ['echo'] },
    });
  });

  afterEach(async () => {
    await desk.remove();
    await simulator.stop();
  });

  test('starts, answers, refuses a second gateway, and ends by SIGTERM with its server', async () => {
    const serving = await desk.serve();
    const customer = simulator.customer(7);
    customer.write('hello');
    expect((await customer.next()).text).toBe('hello');
    const ready = await fetch(`${serving.address}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { status: 'ready', message: expect.stringContaining('version') },
    ]);

    const second = await desk.run(['serve']);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(`another gateway (pid ${serving.child.pid}, since `);
    expect(second.stderr).toContain('stop that one');

    const doctor = await desk.run(['doctor']);
    expect([doctor.code, doctor.stdout]).toEqual([0, expect.stringContaining('Nothing is wrong.')]);
    expect(doctor.stdout).toContain('✓ account tg (telegram): @parley_simulator_bot answers');
    expect(doctor.stdout).toContain('opens what is stored');

    expect(serverRuns(desk)).toBe(true);
    const { code, tookMs } = await serving.stop();
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(10_000);
    expect(serverRuns(desk)).toBe(false);
  }, 60_000);

  test('brings its server back when that dies, with the lock and the work', async () => {
    const serving = await desk.serve();
    const customer = simulator.customer(8);
    customer.write('before');
    expect((await customer.next()).text).toBe('before');
    process.kill(serverPid(desk), 'SIGKILL');
    customer.write('while it is away');
    expect((await customer.next(() => true, 30_000)).text).toBe('while it is away');
    await eventually(() => expect(serving.output()).toContain('the embedded store is back'), 20_000);
    const second = await desk.run(['serve']);
    expect(second.stderr).toContain('another gateway');
    expect((await serving.stop('SIGINT')).code).toBe(0);
  }, 90_000);

  test('a second SIGINT ends it at once', async () => {
    const serving = await desk.serve();
    const ended = new Promise((resolve) => serving.child.once('exit', (code) => resolve(code)));
    serving.child.kill('SIGINT');
    await eventually(() => expect(serving.output()).toContain('stopping'));
    serving.child.kill('SIGINT');
    // 0 when the orderly stop was faster than our second signal.
    expect([130, 0]).toContain(await ended);
  }, 60_000);

  test('roles are for a store that several processes share', async () => {
    const refused = await desk.run(['serve', '--role', 'worker']);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('leave --role out, or set store.url')]);
    const unknown = await desk.run(['serve', '--role', 'wrker']);
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('there is no role "wrker"')]);
  }, 60_000);
});

describe('parley serve on a server', () => {
  let postgres: TestPostgres;
  let desk: Desk;

  beforeAll(async () => {
    postgres = await startPlainPostgres();
    desk = openDesk();
  }, 60_000);
  afterAll(async () => {
    await desk.remove();
    await postgres.close();
  });

  test('does not migrate: unready until somebody did', async () => {
    const url = await postgres.createDatabase();
    desk.configure({ store: { url }, http: { port: 18_573 } });
    const starting = desk.serve();
    const answer = await eventually(async () => {
      const ready = await fetch('http://127.0.0.1:18573/readyz');
      const body = (await ready.json()) as { message: string };
      return /version 0/.test(body.message) ? { status: ready.status, message: body.message } : false;
    }, 30_000);
    expect(answer).toEqual({ status: 503, message: expect.stringContaining('run: parley migrate') });
    expect((await ask<{ n: string }>(url, `SELECT count(*) AS n FROM pg_class WHERE relname = 'message'`))[0]?.n).toBe(
      '0',
    );
    const migrated = await desk.run(['migrate']);
    expect([migrated.code, migrated.stdout]).toEqual([0, expect.stringContaining('took steps 1, 2')]);
    const serving = await starting;
    expect((await fetch(`${serving.address}/readyz`)).status).toBe(200);
    expect((await serving.stop()).code).toBe(0);
  }, 90_000);

  test('is unready, not gone, while the server is away', async () => {
    const url = await postgres.createDatabase();
    desk.configure({ store: { url }, http: { port: 0 } });
    await desk.run(['migrate']);
    const serving = await desk.serve();
    await postgres.stop();
    const away = await fetch(`${serving.address}/readyz`);
    expect(away.status).toBe(503);
    expect(((await away.json()) as { message: string }).message).toContain('the store at 127.0.0.1');
    expect((await fetch(`${serving.address}/healthz`)).status).toBe(200);
    await postgres.start();
    await eventually(async () => expect((await fetch(`${serving.address}/readyz`)).status).toBe(200), 15_000, 200);
    const { code, tookMs } = await serving.stop();
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(10_000);
  }, 90_000);

  test('ends by a signal while it still waits for the schema', async () => {
    const url = await postgres.createDatabase();
    desk.configure({ store: { url }, http: { port: 18_574 } });
    const starting = desk.serve().catch((error: unknown) => String(error));
    await eventually(async () => expect((await fetch('http://127.0.0.1:18574/readyz')).status).toBe(503), 30_000);
    await desk.remove();
    expect(await starting).toContain('stopped');
    desk = openDesk();
  }, 60_000);

  test.each([
    ['a database that is not there', () => postgres.urlOf('nowhere'), 'does not exist; create it'],
    [
      'a user nobody knows',
      () => postgres.urlOf('postgres').replace('parley@', 'nobody:secretpw@'),
      'refuses the user or the password',
    ],
  ])(
    '%s is told in one sentence',
    async (_what, url, expected) => {
      desk.configure({ store: { url: url() }, http: { port: 0 } });
      for (const args of [['serve'], ['outbox', 'list'], ['migrate']]) {
        const ran = await desk.run(args);
        expect([args, ran.code, ran.stderr]).toEqual([args, 1, expect.stringContaining(expected)]);
        expect(ran.stderr).not.toContain('secretpw');
        expect(ran.stderr).not.toContain('    at ');
      }
    },
    60_000,
  );

  test('a port that is taken is told in one sentence, and the process ends', async () => {
    const url = await postgres.createDatabase();
    desk.configure({ store: { url }, http: { port: postgres.port } });
    await desk.run(['migrate']);
    const ran = await desk.run(['serve']);
    expect([ran.code, ran.stderr]).toEqual([1, expect.stringContaining('another program uses this port')]);
  }, 60_000);
});
