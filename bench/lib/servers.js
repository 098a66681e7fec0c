/** The Redis and the Postgres that the contenders share, set as in production: AOF every second, fsync on. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import { ensureServers, findPostgres, findRedis } from '../../tests/kit/servers/programs.js';
import { ended, freePort, start } from './processes.js';

const START_LIMIT_MS = 30_000;

async function until(works, what) {
  const deadlineMs = performance.now() + START_LIMIT_MS;
  for (;;) {
    try {
      return await works();
    } catch (error) {
      if (performance.now() > deadlineMs) throw new Error(`${what} does not start`, { cause: error });
      await sleep(30);
    }
  }
}

/** @returns {Promise<{url: string, pids(): number[], flush(): Promise<void>, close(): Promise<void>}>} */
export async function startRedis() {
  const missing = ensureServers();
  if (missing !== undefined) throw new Error(`the bench needs ${missing}`);
  const folder = mkdtempSync(join(tmpdir(), 'parley-bench-redis-'));
  const port = await freePort();
  const settings = {
    bind: '127.0.0.1',
    port,
    dir: folder,
    save: '',
    appendonly: 'yes',
    appendfsync: 'everysec',
    'maxmemory-policy': 'noeviction',
  };
  const child = start(
    findRedis(),
    Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
  );
  const client = new Redis({ host: '127.0.0.1', port, retryStrategy: () => 50 });
  client.on('error', () => undefined);
  await until(() => client.ping(), 'redis-server');
  return {
    url: `redis://127.0.0.1:${port}`,
    pids: () => [child.pid],
    flush: async () => {
      await client.flushall();
    },
    close: async () => {
      client.disconnect();
      child.kill('SIGTERM');
      await ended(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Whom servers run as when we are root, since Postgres refuses that. */
function unprivileged() {
  if (process.getuid?.() !== 0) return {};
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  return { uid: Number(user?.[2] ?? 65_534), gid: Number(user?.[3] ?? 65_534) };
}

/**
 * @param {{statements?: boolean}} [options] statements: load pg_stat_statements, for profiles
 * @returns {Promise<{url: string, urlOf(database: string): string, pids(): number[],
 *   query(sql: string, database?: string): Promise<object[]>, close(): Promise<void>}>}
 */
export async function startPostgres({ statements = false } = {}) {
  const bin = findPostgres();
  const as = unprivileged();
  const folder = mkdtempSync(join(tmpdir(), 'parley-bench-postgres-'));
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  if (as.uid !== undefined) for (const path of [folder, data]) chownSync(path, as.uid, as.gid);
  execFileSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'parley', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'],
    { cwd: '/', stdio: 'ignore', ...as },
  );
  const port = await freePort();
  const settings = {
    port,
    listen_addresses: `'127.0.0.1'`,
    unix_socket_directories: `''`,
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    shared_buffers: `'256MB'`,
    max_wal_size: `'2GB'`,
    max_connections: 100,
    jit: 'off',
    timezone: `'UTC'`,
    ...(statements
      ? {
          shared_preload_libraries: `'pg_stat_statements'`,
          'pg_stat_statements.track': 'all',
          'pg_stat_statements.track_planning': 'on',
          track_io_timing: 'on',
          track_wal_io_timing: 'on',
        }
      : {}),
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  appendFileSync(join(data, 'postgresql.conf'), `\n${lines.join('\n')}\n`);
  const child = start(join(bin, 'postgres'), ['-D', data], { cwd: '/', ...as });
  const urlOf = (database) => `postgres://parley@127.0.0.1:${port}/${database}?sslmode=disable`;
  const query = async (sql, database = 'postgres') => {
    const client = new pg.Client({ connectionString: urlOf(database) });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  };
  await until(() => query('SELECT 1'), 'postgres');
  if (statements) await query('CREATE EXTENSION pg_stat_statements');
  return {
    url: urlOf('postgres'),
    urlOf,
    pids: () => [child.pid],
    query,
    close: async () => {
      child.kill('SIGQUIT');
      await ended(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
