import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { systemCode } from './errors.ts';
import { findFolder, type PidFile, readIfExists, readPidFile, type StorePaths } from './folder.ts';
import { SUPERUSER } from './initialise.ts';

/** The database that holds everything of the gateway. */
export const DATABASE = 'parley';

const CONNECT_TIMEOUT_MS = 3000;

/** A connection string for the embedded server. */
export function urlOf(port: number, password: string, database: string): string {
  return `postgres://${SUPERUSER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}?sslmode=disable`;
}

/**
 * What answers at the port that the pid file names: our server, nobody yet (it is starting, stopping or recovering), or
 * a stranger.
 */
export async function probe(paths: StorePaths, port: number, password: string): Promise<'ours' | 'busy' | 'stranger'> {
  const client = new Client({
    connectionString: urlOf(port, password, 'postgres'),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: CONNECT_TIMEOUT_MS,
  });
  // A connection that breaks later must not end our process; each query reports its own failure.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    return rows[0]?.data_directory === paths.clusterDir ? 'ours' : 'stranger';
  } catch (error) {
    const code = systemCode(error) ?? '';
    // 28xxx: refused us; 3D000: has no database "postgres". Anything else may pass.
    return code.startsWith('28') || code === '3D000' ? 'stranger' : 'busy';
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Joins the server that a gateway has running on this data folder; for commands that work beside it.
 * @param waitMs how long to wait for one that is just starting
 * @returns a connection string, or null when none runs
 */
export async function joinEmbedded(dataDir: string, waitMs = 10_000): Promise<string | null> {
  const paths = findFolder(dataDir);
  if (paths === undefined) return null;
  const deadlineMs = performance.now() + waitMs;
  for (;;) {
    const pidFile = readPidFile(paths.pidFile);
    const password = readIfExists(paths.passwordFile);
    if (pidFile === undefined || password === undefined || !isAlive(pidFile)) return null;
    if ((await probe(paths, pidFile.port, password)) === 'ours') return urlOf(pidFile.port, password, DATABASE);
    if (performance.now() > deadlineMs) return null;
    await sleep(100);
  }
}

/** Whether a process with the server's id exists; it may be another program that got the same number. */
export function isAlive(pidFile: PidFile): boolean {
  try {
    process.kill(pidFile.pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

/** Makes the gateway's database on a fresh server. */
export async function ensureDatabase(port: number, password: string): Promise<void> {
  const client = new Client({ connectionString: urlOf(port, password, 'postgres') });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } catch (error) {
    // Two gateways starting at once.
    if (systemCode(error) !== '42P04' && systemCode(error) !== '23505') throw error;
  } finally {
    await client.end();
  }
}
