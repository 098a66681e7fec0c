import pg from 'pg';
import type { Config } from '../../config/schema.ts';
import { ParleyError } from '../core/errors.ts';
import { systemClock } from '../core/ids-and-time.ts';
import type { Log } from '../core/ports/log.ts';
import { createLog } from '../observability/log.ts';
import { migrateQueue } from '../queue/index.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { joinEmbedded, startEmbedded } from '../store/embedded/index.ts';
import { migrate, schemaState } from '../store/migrate.ts';
import { migrations } from '../store/migrations/index.ts';
import { reachStore } from '../store/reachable.ts';
import { describeSchema } from '../store/readiness.ts';
import { warn } from './output.ts';

/** A log for commands: only trouble, on standard error, so that a result on standard output stays clean. */
export function commandLog(): Log {
  return createLog({ level: 'warn', pretty: true, write: (line) => warn(line.trimEnd()) });
}

/**
 * Gives a command the store's address. An embedded server that runs is joined; one that does not is started for as long
 * as the command takes.
 */
export async function withStoreUrl<T>(config: Config, log: Log, run: (url: string) => Promise<T>): Promise<T> {
  if (config.store.url !== 'embedded') {
    await reachStore(config.store.url);
    return run(config.store.url);
  }
  const joined = await joinEmbedded(config.dataFolder);
  if (joined !== null) return run(joined);
  const server = await startEmbedded({ dataDir: config.dataFolder, log, clock: systemClock });
  try {
    return await run(server.url);
  } finally {
    await server.stop();
  }
}

/** The same with open connections to a store whose schema fits. */
export function withStore<T>(config: Config, run: (database: Database, log: Log) => Promise<T>): Promise<T> {
  const log = commandLog();
  return withStoreUrl(config, log, async (url) => {
    const database = openDatabase({ url, log, max: 3, applicationName: 'parley-cli' });
    try {
      const missing = describeSchema(await schemaState(database.pool, migrations));
      if (missing !== null) throw new ParleyError('schema', missing);
      return await run(database, log);
    } finally {
      await database.close();
    }
  });
}

/** Brings our schema and, where the queue lives in the store, BullMQ's up to date. @returns the steps taken */
export async function migrateStore(url: string, queueUrl: string, upTo = Number.POSITIVE_INFINITY): Promise<number[]> {
  // A pool of its own: a step may take longer than any statement of the gateway.
  const pool = new pg.Pool({
    connectionString: url,
    max: 1,
    application_name: 'parley-migrate',
    connectionTimeoutMillis: 5_000,
  });
  pool.on('error', () => undefined);
  try {
    const steps = migrations.filter((step) => step.id <= upTo);
    return await migrate(pool, steps, queueUrl === 'store' ? { alsoBullmq: migrateQueue } : {});
  } finally {
    await pool.end();
  }
}
