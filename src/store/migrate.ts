import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';

/** One forward-only step of the schema. */
export interface MigrationStep {
  readonly id: number;
  readonly name: string;
  readonly sql: string;
}

/** How the database's schema compares to the code's. */
export type SchemaState =
  | { readonly kind: 'fits'; readonly version: number }
  /** Steps are missing: `parley migrate`. */
  | { readonly kind: 'older'; readonly version: number; readonly wanted: number }
  /** Made by a newer release. */
  | { readonly kind: 'newer'; readonly version: number; readonly wanted: number };

/** Why the schema could not be brought up to date. */
export type MigrationErrorCode = 'newer' | 'changed' | 'locked' | 'failed';

/** The schema could not be brought up to date; the database is as it was after the last complete step. */
export class MigrationError extends Error {
  readonly code: MigrationErrorCode;
  readonly mend: string;

  constructor(code: MigrationErrorCode, message: string, mend: string, cause?: unknown) {
    super(`${message} ${mend}`, cause === undefined ? undefined : { cause });
    this.name = 'MigrationError';
    this.code = code;
    this.mend = mend;
  }
}

/** How to migrate. */
export interface MigrateOptions {
  /** Brings BullMQ's own schema up to date on the given session, under the same lock. */
  readonly alsoBullmq?: (client: PoolClient) => Promise<unknown>;
  /** Longest wait for another process that is migrating, ms; default 60 s. */
  readonly waitMs?: number;
}

/** `PARL`, number 2: one migration at a time per database. */
const LOCK_CLASS = 0x5041524c;
const MIGRATION_LOCK = 2;
/** Waiting longer for a table would queue every other statement on it behind us. */
const LOCK_TIMEOUT_MS = 2000;
const ATTEMPTS = 10;

/**
 * Brings the schema up to date: each missing step in a transaction of its own, all under one advisory lock.
 * @returns the ids of the steps it took
 * @throws MigrationError
 */
export async function migrate(
  pool: Pool,
  migrations: readonly MigrationStep[],
  options: MigrateOptions = {},
): Promise<number[]> {
  const client = await pool.connect();
  // A session that breaks in mid-step reports it on its query; without a listener it would end the process.
  client.on('error', ignore);
  let broken = false;
  try {
    await takeLock(client, options.waitMs ?? 60_000);
    const applied = await readLedger(client);
    refuseMismatch(migrations, applied);
    const taken: number[] = [];
    for (const step of migrations) {
      if (applied.has(step.id)) continue;
      await takeStep(client, step);
      taken.push(step.id);
    }
    await options.alsoBullmq?.(client);
    return taken;
  } catch (error) {
    broken = true;
    throw error;
  } finally {
    client.off('error', ignore);
    // Ending the session frees the lock in any case, even when the server does not answer any more.
    if (!broken) await client.query('SELECT pg_advisory_unlock($1, $2)', [LOCK_CLASS, MIGRATION_LOCK]);
    client.release(broken);
  }
}

/** Compares the database's schema with the code's, for readiness; one short read, no locks. */
export async function schemaState(pool: Pool, migrations: readonly MigrationStep[]): Promise<SchemaState> {
  const wanted = migrations.at(-1)?.id ?? 0;
  const version = await readVersion(pool);
  if (version === wanted) return { kind: 'fits', version };
  return { kind: version < wanted ? 'older' : 'newer', version, wanted };
}

async function readVersion(pool: Pool): Promise<number> {
  const { rows: tables } = await pool.query<{ there: boolean }>(
    `SELECT to_regclass('schema_migration') IS NOT NULL AS there`,
  );
  if (tables[0]?.there !== true) return 0;
  const { rows } = await pool.query<{ version: number }>(
    'SELECT coalesce(max(id), 0) AS version FROM schema_migration',
  );
  return rows[0]?.version ?? 0;
}

async function takeLock(client: PoolClient, waitMs: number): Promise<void> {
  const deadlineMs = performance.now() + waitMs;
  for (;;) {
    const { rows } = await client.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS got', [
      LOCK_CLASS,
      MIGRATION_LOCK,
    ]);
    if (rows[0]?.got === true) return;
    if (performance.now() > deadlineMs) {
      throw new MigrationError(
        'locked',
        `Another process has been migrating this database for over ${waitMs} ms.`,
        'Wait for it, or end it, and run "parley migrate" again.',
      );
    }
    await sleep(100);
  }
}

async function readLedger(client: PoolClient): Promise<Map<number, string>> {
  await client.query(
    `CREATE TABLE IF NOT EXISTS schema_migration (
       id int PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
  );
  const { rows } = await client.query<{ id: number; checksum: string }>('SELECT id, checksum FROM schema_migration');
  return new Map(rows.map((row) => [row.id, row.checksum]));
}

function refuseMismatch(migrations: readonly MigrationStep[], applied: ReadonlyMap<number, string>): void {
  const known = new Map(migrations.map((step) => [step.id, step]));
  for (const [id, checksum] of applied) {
    const step = known.get(id);
    if (step === undefined) {
      throw new MigrationError(
        'newer',
        `The database has schema step ${id}; this release knows none beyond ${migrations.at(-1)?.id ?? 0}.`,
        'Run the release that made it, or a newer one; going back needs a backup from before ("parley restore").',
      );
    }
    if (checksum !== checksumOf(step)) {
      throw new MigrationError(
        'changed',
        `Schema step ${id} (${step.name}) is not the one that was applied to this database.`,
        'Run an unchanged release. In development: make a new step instead of changing one, or drop the database.',
      );
    }
  }
}

async function takeStep(client: PoolClient, step: MigrationStep): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query('BEGIN');
      await client.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
      await client.query(step.sql);
      await client.query('INSERT INTO schema_migration (id, name, checksum) VALUES ($1, $2, $3)', [
        step.id,
        step.name,
        checksumOf(step),
      ]);
      await client.query('COMMIT');
      return;
    } catch (error) {
      await client.query('ROLLBACK').catch(ignore);
      if (isTransient(error) && attempt < ATTEMPTS) {
        await sleep(200 * attempt);
        continue;
      }
      throw new MigrationError(
        isTransient(error) ? 'locked' : 'failed',
        `Schema step ${step.id} (${step.name}) failed: ${String(error)}.`,
        'The database is unchanged by this step; mend the cause and run "parley migrate" again.',
        error,
      );
    }
  }
}

/** 55P03 lock timeout, 40P01 deadlock, 40001 serialisation. */
function isTransient(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false;
  return error.code === '55P03' || error.code === '40P01' || error.code === '40001';
}

function checksumOf(step: MigrationStep): string {
  return createHash('sha256').update(step.sql).digest('hex');
}

function ignore(): void {
  // Reported elsewhere.
}
