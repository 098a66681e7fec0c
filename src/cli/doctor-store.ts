import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Config } from '../../config/schema.ts';
import { MASTER_KEY_FILE } from '../files/master-key.ts';
import { checkRedis, QUEUE_SCHEMA } from '../queue/index.ts';
import type { Database } from '../store/database.ts';
import { dueWork, firstBrokenSeal } from '../store/maintenance/upkeep.ts';
import { schemaState } from '../store/migrate.ts';
import { migrations } from '../store/migrations/index.ts';
import { placeOf } from '../store/reachable.ts';
import { describeSchema } from '../store/readiness.ts';
import { type Finding, finding } from './findings.ts';
import { openKeys, rawPlace } from './keys.ts';
import { age } from './output.ts';

type Result = Omit<Finding, 'check'>;

const OLDEST_SERVER = 150_000;
/** Work that is due and not done for this long means that nobody does it. */
const LATE_MS = 60_000;

/** Version of the server and who works on it. */
export async function checkServer({ db, url }: Database): Promise<Result> {
  const { rows } = await sql<{ version: string; name: string }>`
    SELECT current_setting('server_version_num') AS version, current_setting('server_version') AS name`.execute(db);
  const where = `Postgres ${rows[0]?.name ?? '?'} at ${placeOf(url)}`;
  if (Number(rows[0]?.version ?? 0) < OLDEST_SERVER) {
    return { result: 'wrong', message: `${where} is too old`, mend: 'use Postgres 15 or newer' };
  }
  const { rows: unsafe } = await sql<{ name: string }>`
    SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off'
    ORDER BY name`.execute(db);
  if (unsafe.length > 0) {
    const names = unsafe.map((row) => row.name).join(', ');
    return {
      result: 'note',
      message: `${where} may lose what it has confirmed: ${names} ${unsafe.length > 1 ? 'are' : 'is'} off`,
      mend: 'switch it on in the settings of Postgres (or of the database or role): acknowledged messages rest on it',
    };
  }
  const { rows: there } = await sql<{ there: boolean }>`SELECT to_regclass('instance') IS NOT NULL AS there`.execute(
    db,
  );
  if (there[0]?.there !== true) return { result: 'ok', message: `${where}; no gateway has worked on it` };
  const { rows: live } = await sql<{ who: string }>`
    SELECT pid || ' on ' || host || ' (' || array_to_string(roles, ',') || ')' AS who FROM instance
    WHERE ended_at IS NULL AND heartbeat_at > now() - interval '10 seconds' ORDER BY started_at`.execute(db);
  return {
    result: 'ok',
    message: `${where}; ${live.length === 0 ? 'no gateway runs' : `running: ${live.map((row) => row.who).join(', ')}`}`,
  };
}

/** Whether the schema fits this release. */
export async function checkSchema(database: Database): Promise<Result> {
  const state = await schemaState(database.pool, migrations);
  const missing = describeSchema(state);
  if (missing === null) return { result: 'ok', message: `version ${state.version}` };
  return { result: 'wrong', message: missing };
}

/** Whether the queue's server can be used. `database`: null when the store cannot be reached. */
export function checkQueue(config: Config, database: Database | null): Promise<Finding> {
  return finding('queue', async () => {
    const { url } = config.queue;
    if (url !== 'store') {
      const redis = await checkRedis(url);
      return redis.ok
        ? { result: 'ok', message: `Redis at ${redisPlace(url)}` }
        : { result: 'wrong', message: redis.problem, mend: redis.mend };
    }
    if (database === null) return { result: 'note', message: 'in the store' };
    const { rows } = await sql<{ there: boolean }>`
      SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = ${QUEUE_SCHEMA}) AS there`.execute(database.db);
    if (rows[0]?.there === true) return { result: 'ok', message: 'in the store' };
    return { result: 'wrong', message: 'its tables are not in the store', mend: 'run: parley migrate' };
  });
}

function redisPlace(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port === '' ? '6379' : port}`;
}

/** Whether the key in use opens what is stored. */
export async function checkMasterKey(config: Config, { db }: Database): Promise<Result> {
  const row = await db
    .selectFrom('inbound_event')
    .select(['account_id', 'event_key', 'raw'])
    .where('raw', 'is not', null)
    .orderBy('received_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  const file = join(config.dataFolder, MASTER_KEY_FILE);
  if (config.masterKey === null && config.masterKeys === null && !existsSync(file)) {
    if (row === undefined) return { result: 'ok', message: `made at the first start, in ${file}` };
    return {
      result: 'wrong',
      message: `${file} is missing, and the store holds sealed values`,
      mend: 'put the file back from where you keep a copy',
    };
  }
  const { keys } = await openKeys(config);
  if (row?.raw === null || row === undefined) return { result: 'ok', message: 'there; nothing is sealed yet' };
  keys.open(row.raw, rawPlace(row.account_id, row.event_key));
  return { result: 'ok', message: 'opens what is stored' };
}

/** Whether the audit's chain holds. */
export async function checkAudit(database: Database): Promise<Result> {
  const broken = await firstBrokenSeal(database);
  if (broken === null) return { result: 'ok', message: 'the chain of seals holds' };
  return {
    result: 'wrong',
    message: `the chain of seals breaks at number ${broken}: a row was changed or removed behind our back`,
    mend: 'compare with a backup; find out who can write to the database',
  };
}

/** What waits for a person or a worker. */
export async function checkWork(database: Database): Promise<Finding[]> {
  return [
    await finding('outbox', async () => {
      const { rows } = await sql<{ review: number; failed: number }>`
        SELECT count(*) FILTER (WHERE state = 'needs_review') AS review, count(*) FILTER (WHERE state = 'failed') AS failed
        FROM delivery WHERE attention_at IS NOT NULL`.execute(database.db);
      const { review = 0, failed = 0 } = rows[0] ?? {};
      if (review + failed === 0) return { result: 'ok', message: 'nothing needs review, nothing has failed' };
      return { result: 'note', message: `${review} to review, ${failed} failed`, mend: 'parley outbox list' };
    }),
    await finding('inbound', async () => {
      const { rows } = await sql<{ parked: number }>`
        SELECT (SELECT count(*) FROM inbound_event WHERE state = 'parked') + (SELECT count(*) FROM message WHERE parked_at IS NOT NULL) AS parked`.execute(
        database.db,
      );
      const parked = rows[0]?.parked ?? 0;
      return parked === 0
        ? { result: 'ok', message: 'nothing is parked' }
        : { result: 'note', message: `${parked} parked`, mend: 'parley inbound list' };
    }),
    await finding('work', async () => {
      const { threads, oldestAgeMs } = await dueWork(database);
      if (oldestAgeMs <= LATE_MS) return { result: 'ok', message: `${threads} threads are due` };
      return {
        result: 'wrong',
        message: `${threads} threads are due, the oldest for ${age(oldestAgeMs)}: no worker takes them`,
        mend: 'start a gateway with the role worker, and look at its log',
      };
    }),
  ];
}
