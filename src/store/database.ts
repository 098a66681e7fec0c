import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { StoreUnavailable } from '../core/errors.ts';
import type { Log } from '../core/ports/log.ts';
import type { Schema } from './schema.ts';

const INT8 = 20;

/** int8 as a number: sequence numbers and tokens stay far below 2^53. Everything else as pg reads it. */
const types: pg.CustomTypesConfig = {
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- its enum lists only some of the oids it takes
  getTypeParser: (oid: number) => (oid === INT8 ? Number : pg.types.getTypeParser(oid)),
};

/**
 * What runs for every message. These statements have connections of their own: a connection plans each of them the first time it
 * meets it, which takes longer than many calls, and what runs now and then must not push them onto fresh ones.
 */
const HOT = new Set(['ingest_v1', 'claim_v1', 'decide_v1', 'settle_v1', 'resume_v1']);

/** Of the connections, those kept for {@link HOT}: two of its statements run at once, and a claim. */
const HOT_CONNECTIONS = 3;

/** Connections to the store and the two ways to use them: Kysely for ordinary queries, prepared SQL on the hot path. */
export interface Database {
  readonly url: string;
  readonly pool: pg.Pool;
  readonly db: Kysely<Schema>;
  /** A prepared statement by name; plans are kept per connection. */
  prepared<Row extends pg.QueryResultRow>(name: string, text: string, values: unknown[]): Promise<Row[]>;
  /** A connection of its own, outside the pool, for session locks. The caller ends it. */
  dedicated(): Promise<pg.Client>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  url: string;
  log: Log;
  /** Connections at most (design: 8 a process). */
  max?: number;
  /** How long a prepared statement may go without an answer, ms. */
  answerMs?: number;
  applicationName?: string;
}

/**
 * A server answers within its own statement_timeout or says so. One that is silent for longer is not there any more, though the
 * network has not noticed: the connection is given up, and whatever became of the statement, every caller asks again.
 */
const ANSWER_MS = 25_000;

/** Opens a pool; connects lazily, so an absent server is found by the first query, not here. */
export function openDatabase(options: DatabaseOptions): Database {
  const { url, log, max = 8, applicationName = 'parley', answerMs = ANSWER_MS } = options;
  const shared: pg.ClientConfig = {
    connectionString: url,
    application_name: applicationName,
    types,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 20_000,
    idle_in_transaction_session_timeout: 30_000,
  };
  const openPool = (connections: number, idleTimeoutMillis: number): pg.Pool => {
    const made = new pg.Pool({ ...shared, max: connections, idleTimeoutMillis });
    made.on('error', (error) => {
      // A pool is closed before its connections are: what a server says meanwhile on its own way down is no news.
      if (!made.ending) log.warn({ err: error.message }, 'idle database connection lost');
    });
    // The pool listens to idle connections only: one that breaks while Kysely has it would end the process, although its
    // query is told already.
    made.on('connect', (client) => client.on('error', () => undefined));
    return made;
  };
  const split = max > 2 * HOT_CONNECTIONS;
  const pool = openPool(split ? max - HOT_CONNECTIONS : max, 60_000);
  const hot = split ? openPool(HOT_CONNECTIONS, 600_000) : pool;
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });

  return {
    url,
    pool,
    db,
    async prepared<Row extends pg.QueryResultRow>(name: string, text: string, values: unknown[]) {
      // The pool throws a connection away whose query failed like this.
      const query = { name, text, values, query_timeout: answerMs };
      const result = await (HOT.has(name) ? hot : pool).query<Row>(query);
      return result.rows;
    },
    async dedicated() {
      const client = new pg.Client(shared);
      // One that breaks while it connects says so twice: by the rejection, and by an event that ends a process without listener.
      client.on('error', (error) => log.debug({ err: error.message }, 'a database session broke'));
      try {
        await client.connect();
      } catch (error) {
        throw new StoreUnavailable(error instanceof Error ? error.message : 'connection refused', error);
      }
      return client;
    },
    async close() {
      await db.destroy();
      // Kysely ends the pool only when it has used it
      if (!pool.ended) await pool.end();
      if (!hot.ended) await hot.end();
    },
  };
}
