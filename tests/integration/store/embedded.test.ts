import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../../src/core/ids-and-time.ts';
import {
  type EmbeddedServer,
  type GatewayLock,
  holdGatewayLock,
  joinEmbedded,
  startEmbedded,
} from '../../../src/store/embedded/index.ts';
import { eventually } from '../../kit/eventually.ts';
import { quietLog } from '../../kit/quiet-log.ts';
import { answerOf, ask, openTempDir, startOwner, stopOwner } from './embedded-kit.ts';

const temp = openTempDir();
// One folder for most tests: making one costs a second.
const dataDir = join(temp, 'data');
const open: EmbeddedServer[] = [];

async function start(dir = dataDir): Promise<EmbeddedServer> {
  const server = await startEmbedded({ dataDir: dir, log: quietLog(), clock: systemClock });
  open.push(server);
  return server;
}

async function hold(url: string, onLost: (error: Error) => void = () => undefined): Promise<GatewayLock> {
  return holdGatewayLock(url, onLost);
}

afterEach(async () => {
  for (const server of open.splice(0)) await server.stop();
});
afterAll(() => rmSync(temp, { recursive: true, force: true }));

describe('the embedded store', () => {
  test('is durable, UTF-8 with builtin collation, loopback and password only', async () => {
    const { url, adopted } = await start();
    expect(adopted).toBe(false);
    const [row] = await ask(
      url,
      `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit,
              current_setting('full_page_writes') AS pages, current_setting('data_checksums') AS checksums,
              current_setting('listen_addresses') AS addresses, current_setting('unix_socket_directories') AS sockets,
              current_setting('jit') AS jit, current_setting('log_min_error_statement') AS statements,
              pg_encoding_to_char(encoding) AS encoding, datlocprovider AS provider, datlocale AS locale
         FROM pg_database WHERE datname = current_database()`,
    );
    expect(row).toEqual({
      fsync: 'on',
      commit: 'on',
      pages: 'on',
      checksums: 'on',
      addresses: '127.0.0.1',
      sockets: '',
      jit: 'off',
      statements: 'panic',
      encoding: 'UTF8',
      provider: 'b',
      locale: 'C.UTF-8',
    });
    const wrong = url.replace(/:[^:@/]+@/, ':wrong@');
    await expect(ask(wrong, 'SELECT 1')).rejects.toThrow('password authentication failed');
  });

  test('remembers in postgres.json, readable by the owner alone, how to reach it', async () => {
    const { url, pid } = await start();
    const file = join(dataDir, 'postgres.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const state = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    const { username, password, port, pathname } = new URL(url);
    expect(state).toMatchObject({ user: username, password, port: Number(port), database: pathname.slice(1), pid });
    expect(state['startedAtMs']).toBeGreaterThan(Date.now() - 60_000);
  });

  test('keeps what was committed over stop and start, and the port', async () => {
    const first = await start();
    await ask(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    expect(await joinEmbedded(dataDir)).toBeNull();
    const second = await start();
    expect(second.adopted).toBe(false);
    expect(second.url).toBe(first.url);
    expect(await ask(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  test('is joined by commands while it runs', async () => {
    expect(await joinEmbedded(join(temp, 'nowhere'))).toBeNull();
    expect(await joinEmbedded(dataDir)).toBeNull();
    const { url } = await start();
    expect(await joinEmbedded(dataDir)).toBe(url);
  });

  test('stops within a few seconds although clients are connected and busy', async () => {
    const server = await start();
    const busy = ask(server.url, 'SELECT pg_sleep(60)').catch((error: unknown) => String(error));
    await eventually(async () => {
      const rows = await ask(server.url, `SELECT 1 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'`);
      return rows.length === 1;
    });
    const beganMs = performance.now();
    await server.stop();
    expect(performance.now() - beganMs).toBeLessThan(5000);
    expect(await busy).toContain('terminating connection');
  });

  test('recovers what was committed when the server itself is killed', async () => {
    const first = await start();
    await ask(first.url, 'CREATE TABLE survived AS SELECT 7 AS answer');
    process.kill(first.pid, 'SIGKILL');
    await eventually(async () => (await joinEmbedded(dataDir, 0)) === null);
    const second = await start();
    expect(await ask(second.url, 'SELECT answer FROM survived')).toEqual([{ answer: 7 }]);
  });

  test('starts over a broken postgres.json and a pid file whose number is another program now', async () => {
    const first = await start();
    await first.stop();
    writeFileSync(join(dataDir, 'postgres.json'), '{"port": "no');
    // What a killed container leaves: the file names a process that exists, but is us.
    writeFileSync(join(dataDir, 'postgres', 'postmaster.pid'), `${process.pid}\n${dataDir}\n0\n1\n\n127.0.0.1\n`);
    const second = await start();
    expect(second.adopted).toBe(false);
    expect(await ask(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(JSON.parse(readFileSync(join(dataDir, 'postgres.json'), 'utf8'))).toMatchObject({ pid: second.pid });
  });
});

describe('two gateways', () => {
  test('the second learns the pid and start of the first, and does not stop the server under it', async () => {
    const beganMs = Date.now();
    const owner = startOwner({ dataDir });
    const first = await answerOf(owner);
    expect(first).toMatchObject({ ok: true, held: true });
    const second = await start();
    expect(second.adopted).toBe(true);
    const lock = await hold(second.url);
    expect(lock).toMatchObject({ held: false, pid: owner.pid });
    if (lock.held) throw new Error('two gateways hold the lock');
    expect(lock.sinceMs).toBeGreaterThan(beganMs - 1000);
    expect(lock.sinceMs).toBeLessThan(Date.now() + 1000);
    await second.stop();
    expect(await ask(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await stopOwner(owner);
    expect(await joinEmbedded(dataDir)).toBeNull();
  });

  test('a server left by a killed gateway is adopted, with the lock', async () => {
    const owner = startOwner({ dataDir });
    const first = await answerOf(owner);
    if (!first.ok) throw new Error(first.message);
    await ask(first.url, 'CREATE TABLE adopted AS SELECT 1 AS answer');
    await owner.kill9();
    const second = await start();
    expect(second).toMatchObject({ adopted: true, url: first.url, pid: first.pid });
    const lock = await hold(second.url);
    expect(lock.held).toBe(true);
    expect(await ask(second.url, 'SELECT answer FROM adopted')).toEqual([{ answer: 1 }]);
    if (lock.held) await lock.release();
  });

  test('starting at once on a new folder end on one server, and one of them is the gateway', async () => {
    const fresh = join(temp, 'fresh');
    const owners = [startOwner({ dataDir: fresh }), startOwner({ dataDir: fresh })];
    const answers = await Promise.all(owners.map((owner) => answerOf(owner)));
    const [a, b] = answers;
    if (a?.ok !== true || b?.ok !== true) throw new Error(JSON.stringify(answers));
    expect(a.url).toBe(b.url);
    expect(a.held).toBe(!b.held);
    // The one that is not the gateway goes first and must leave the server alone.
    const inOrder = a.held ? owners.toReversed() : owners;
    for (const owner of inOrder) await stopOwner(owner);
    expect(await joinEmbedded(fresh)).toBeNull();
  });

  test('losing the connection that holds the lock is reported once', async () => {
    const server = await start();
    const losses: string[] = [];
    const lock = await hold(server.url, (error) => losses.push(error.message));
    expect(lock.held).toBe(true);
    await ask(
      server.url,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'parley-gateway-${process.pid}'`,
    );
    await eventually(() => expect(losses).toHaveLength(1));
    const again = await hold(server.url);
    expect(again.held).toBe(true);
    if (again.held) await again.release();
    expect(losses).toHaveLength(1);
  });
});
