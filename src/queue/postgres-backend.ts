import { createPostgresBackend, type PostgresConnectionOptions, Queue, runMigrations, Worker } from 'bullmq';
import { Client, type ClientBase, type ClientConfig, Pool } from 'pg';
import { type WakeBackend, workerOptions } from './backend.ts';
import { settles } from './within.ts';

/** The database schema that belongs to BullMQ. */
export const QUEUE_SCHEMA = 'bullmq';

/**
 * Brings BullMQ's own schema up to date; for the store's migrator, under its lock. One transaction of its own.
 * @param client a single session, not in a transaction
 * @returns the version reached
 */
export function migrateQueue(client: ClientBase): Promise<number> {
  return runMigrations(client, QUEUE_SCHEMA);
}

/**
 * BullMQ on the store's Postgres; its objects share one pool of four connections, of which listening keeps one.
 * @param url the store's connection string
 */
export function postgresBackend(url: string, name: string, concurrency: number): WakeBackend {
  const pool = new Pool({
    Client: SturdyClient,
    ...withSearchPath(url),
    max: 4,
    application_name: 'parley-queue',
    connectionTimeoutMillis: 3000,
    query_timeout: 10_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5000,
  });
  quieten(pool);
  // BullMQ takes any pool of pg's; their two declarations of it only differ under exactOptionalPropertyTypes.
  const connection = pool as unknown as PostgresConnectionOptions;
  return {
    kind: 'postgres',
    createQueue: () => {
      const queue = new Queue(name, { connection, streams: { events: { maxLen: 10 } } }, createPostgresBackend);
      quieten(pool);
      return queue;
    },
    createWorker: (process) => {
      const options = { ...workerOptions(concurrency), connection };
      const worker = new Worker(name, process, options, createPostgresBackend);
      quieten(pool);
      return worker;
    },
    close: async () => {
      await settles(pool.end(), 2000);
    },
  };
}

/**
 * A client that always has a listener for errors; one without ends the process when the server goes away in the wrong
 * moment. BullMQ has two such moments: it checks a client out without adding a listener, and it takes all listeners off
 * its listening connection before it gives that back.
 */
class SturdyClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }

  override removeAllListeners(event?: string | symbol): this {
    super.removeAllListeners(event);
    this.on('error', () => undefined);
    return this;
  }
}

/**
 * An idle connection that breaks is replaced by the pool; without a listener it would end the process. BullMQ adds a
 * listener for each of its objects and never removes it: rebuilding would pile them up.
 */
function quieten(pool: Pool): void {
  pool.removeAllListeners('error');
  pool.on('error', () => undefined);
}

/** BullMQ's commands name no schema when the pool is ours: each connection has to look in its schema. */
function withSearchPath(url: string): { connectionString: string; options: string } {
  const parsed = new URL(url);
  const given = parsed.searchParams.get('options');
  // Options in the URL would silently win over ours.
  parsed.searchParams.delete('options');
  const ours = `-c search_path=${QUEUE_SCHEMA}`;
  return { connectionString: parsed.href, options: given === null ? ours : `${given} ${ours}` };
}
