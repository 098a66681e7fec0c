import { randomBytes } from 'node:crypto';
import { appendFileSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { eventually } from '../eventually.ts';
import { ended, freePort, runProgram, startServer, unprivileged } from './process.ts';
import { findPostgres } from './programs.js';

/** A real Postgres on a random loopback port with a folder of its own: the one people run, not the embedded one. */
export interface TestPostgres {
  readonly port: number;
  /** Connection string of the maintenance database. */
  readonly url: string;
  /** Connection string of a database. */
  urlOf(database: string): string;
  /** Makes a database, as a copy of `template` when given; returns its connection string. A few milliseconds. */
  createDatabase(template?: string): Promise<string>;
  dropDatabase(url: string): Promise<void>;
  /** Makes a database of that name to copy from, filled by `fill`; only once per name. */
  createTemplate(name: string, fill: (url: string) => Promise<void>): Promise<void>;
  /** Ends it at once, as a crash would, and starts it again. */
  immediateRestart(): Promise<void>;
  /** Ends it at once; `start` brings it back. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Ends it and removes its folder. */
  close(): Promise<void>;
}

/**
 * Starts a Postgres for tests.
 * @param options.fsync default off: a test's data need not survive a power cut, and each commit counts
 */
export async function startPlainPostgres(options: { fsync?: boolean } = {}): Promise<TestPostgres> {
  const bin = findPostgres();
  if (bin === undefined) throw new Error('Postgres is missing although the global setup passed');
  const as = unprivileged();
  const folder = mkdtempSync(join(tmpdir(), 'parley-postgres-'));
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  if (as.uid !== undefined && as.gid !== undefined) {
    chownSync(folder, as.uid, as.gid);
    chownSync(data, as.uid, as.gid);
  }
  await runProgram(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'parley', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'],
    as,
  );
  const port = await freePort();
  appendFileSync(join(data, 'postgresql.conf'), settings(port, options.fsync === true));
  const urlOf = (database: string): string => `postgres://parley@127.0.0.1:${port}/${database}?sslmode=disable`;
  const url = urlOf('postgres');
  let child: ReturnType<typeof startServer> | undefined;

  const start = async (): Promise<void> => {
    child = startServer(join(bin, 'postgres'), ['-D', data], as);
    await eventually(() => query(url, 'SELECT 1'), 30_000);
  };
  const stop = async (): Promise<void> => {
    if (child === undefined) return;
    child.kill('SIGQUIT');
    await ended(child);
    child = undefined;
  };
  await start();
  const templates = new Set<string>();
  return {
    port,
    url,
    urlOf,
    createDatabase: async (template) => {
      const name = `test_${randomBytes(6).toString('hex')}`;
      // FILE_COPY would checkpoint twice; WAL_LOG copies a small template in a few milliseconds.
      await query(
        url,
        `CREATE DATABASE ${name}${template === undefined ? '' : ` TEMPLATE ${template} STRATEGY wal_log`}`,
      );
      return urlOf(name);
    },
    dropDatabase: async (of) => {
      await query(url, `DROP DATABASE IF EXISTS ${new URL(of).pathname.slice(1)} WITH (FORCE)`);
    },
    createTemplate: async (name, fill) => {
      if (templates.has(name)) return;
      templates.add(name);
      await query(url, `CREATE DATABASE ${name}`);
      await fill(urlOf(name));
    },
    immediateRestart: async () => {
      await stop();
      await start();
    },
    stop,
    start,
    close: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function settings(port: number, fsync: boolean): string {
  const on = fsync ? 'on' : 'off';
  const lines = [
    `port = ${port}`,
    `listen_addresses = '127.0.0.1'`,
    `unix_socket_directories = ''`,
    `fsync = ${on}`,
    // On even then: it costs nothing without fsync, and what was committed must survive `immediateRestart`.
    `synchronous_commit = on`,
    `full_page_writes = ${on}`,
    `max_connections = 100`,
    `shared_buffers = 64MB`,
    `jit = off`,
    `autovacuum = off`,
    `max_wal_size = 512MB`,
    `timezone = 'UTC'`,
  ];
  return `\n${lines.join('\n')}\n`;
}

async function query(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(sql);
  } finally {
    await client.end().catch(() => undefined);
  }
}
