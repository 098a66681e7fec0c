import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { Log } from '../../core/ports/log.ts';
import { isAlive } from './connect.ts';
import { systemCode } from './errors.ts';
import { readPidFile, type StorePaths } from './folder.ts';
import { readHolder } from './gateway-lock.ts';

/** A fast shutdown writes a checkpoint; with 64 MB of buffers that takes far less, but disks can be busy. */
const FAST_STOP_MS = 5000;
const IMMEDIATE_STOP_MS = 2000;

/**
 * Stops the server: fast, and if that takes too long at once (the next start then recovers from the log; nothing is
 * lost either way). Does nothing when another process is the gateway on it, or when it is gone already.
 */
export async function stopServer(paths: StorePaths, url: string, log: Log): Promise<void> {
  const server = readPidFile(paths.pidFile);
  if (server === undefined || !isAlive(server)) return;
  const other = await otherGateway(url);
  if (other !== undefined) {
    log.info({ gatewayPid: other }, 'embedded store stays up: another gateway uses it');
    return;
  }
  // SIGINT is Postgres' fast shutdown, SIGQUIT its immediate one. pg_ctl would refuse to send them as root.
  signal(server.pid, 'SIGINT');
  if (await isGone(paths, server.pid, FAST_STOP_MS)) return;
  log.warn({ pid: server.pid, waitedMs: FAST_STOP_MS }, 'embedded store stops too slowly: stopping it at once');
  signal(server.pid, 'SIGQUIT');
  if (!(await isGone(paths, server.pid, IMMEDIATE_STOP_MS))) {
    log.error({ pid: server.pid }, 'embedded store does not stop');
  }
}

/** Process id of a gateway other than us that holds the lock. */
async function otherGateway(url: string): Promise<number | undefined> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 1000, query_timeout: 1000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const holder = await readHolder(client);
    return holder === undefined || holder.pid === process.pid ? undefined : holder.pid;
  } catch {
    // A server that answers nobody serves nobody.
    return undefined;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (systemCode(error) !== 'ESRCH') throw error;
  }
}

/** The pid file is the measure: a server whose parent never reaps (a gateway as process 1) stays a zombie for ever. */
async function isGone(paths: StorePaths, pid: number, waitMs: number): Promise<boolean> {
  const deadlineMs = performance.now() + waitMs;
  for (;;) {
    const now = readPidFile(paths.pidFile);
    if (now === undefined || now.pid !== pid || !isAlive(now)) return true;
    if (performance.now() > deadlineMs) return false;
    await sleep(20);
  }
}
