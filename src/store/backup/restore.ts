import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { writeDurably } from '../../files/durable-file.ts';
import { BackupDamaged, type BackupHead, RestoreRefused } from './format.ts';
import { readBackup, verifyBackup } from './read.ts';
import { PASSING, quoted, readTables, type TablePlan } from './tables.ts';

export interface RestoreOptions {
  storeUrl: string;
  blobFolder: string;
  file: string;
  /** Empty the store first when something is in it. */
  force: boolean;
  /** Who restores, for the audit. */
  actorId: string;
  /** The newest schema version this release knows. */
  newestVersion: number;
  /** Brings the schema up to a version; without one, to the newest. */
  migrateTo(version?: number): Promise<unknown>;
}

/** What came back. */
export interface RestoreResult {
  rows: number;
  blobs: number;
  takenAtMs: number;
  /** Parts that were on their way out: a person decides about each. */
  needsReview: number;
}

/** What a gateway writes by starting; it keeps no store from counting as empty. */
const MADE_BY_STARTING = ['instance', 'account', 'chat', 'team'];
const BATCH_ROWS = 500;
const BATCH_BYTES = 4 * 1024 * 1024;

/**
 * Brings a backup back into an empty store, or into one that `force` empties. The whole file is read and checked before
 * anything is touched; rows come in one transaction, so a restore that fails leaves what was there.
 * @throws {BackupDamaged} @throws {RestoreRefused}
 */
export async function restoreBackup(options: RestoreOptions): Promise<RestoreResult> {
  const { head, end } = await verifyBackup(options.file);
  if (head.schemaVersion > options.newestVersion) {
    throw new RestoreRefused(
      'backup_newer',
      `the backup was made by a newer release (${head.release}, schema version ${head.schemaVersion})`,
      {
        mend: 'restore it with that release or a newer one',
      },
    );
  }
  const client = new pg.Client({ connectionString: options.storeUrl, application_name: 'parley-restore' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0');
    await refuseRunning(client);
    await prepareSchema(client, head, options);
    // Blobs first: a row must never name a file that is not there. Files that no row names are swept one day.
    await restoreBlobs(options);
    await client.query('BEGIN');
    const tables = await readTables(client);
    await client.query(`TRUNCATE ${tables.map((table) => quoted(table.name)).join(', ')} RESTART IDENTITY`);
    await loadRows(client, tables, head, options.file);
    await resetSequences(client, tables);
    const needsReview = await settleOpenWork(client);
    await forgetPassing(client, tables);
    await client.query(
      `INSERT INTO audit (actor_kind, actor_id, action, subject_kind, subject_id, detail) VALUES ('operator', $1, 'store.restored', 'store', 'store', $2)`,
      [
        options.actorId,
        JSON.stringify({ takenAtMs: head.takenAtMs, release: head.release, sha256: end.sha256, needsReview }),
      ],
    );
    await client.query('COMMIT');
    await options.migrateTo();
    const rows = Object.values(end.rows).reduce((sum, count) => sum + count, 0);
    return { rows, blobs: end.blobs, takenAtMs: head.takenAtMs, needsReview };
  } finally {
    // Without a COMMIT the connection's end rolls everything back.
    await client.end().catch(() => undefined);
  }
}

async function refuseRunning(client: pg.Client): Promise<void> {
  const { rows: there } = await client.query<{ there: boolean }>(`SELECT to_regclass('instance') IS NOT NULL AS there`);
  if (there[0]?.there !== true) return;
  const { rows } = await client.query<{ host: string; pid: number }>(
    `SELECT host, pid FROM instance WHERE ended_at IS NULL AND heartbeat_at > now() - interval '10 seconds' LIMIT 1`,
  );
  if (rows[0] === undefined) return;
  throw new RestoreRefused('gateway_runs', `a gateway works on this store (pid ${rows[0].pid} on ${rows[0].host})`, {
    mend: 'stop every gateway of this installation first',
  });
}

async function prepareSchema(client: pg.Client, head: BackupHead, options: RestoreOptions): Promise<void> {
  const version = await versionOf(client);
  if (version > 0) {
    const filled = await filledTable(client);
    if (filled !== null && !options.force) {
      throw new RestoreRefused('not_empty', `the store is not empty (table ${filled} has rows)`, {
        mend: 'restore into an empty store, or add --force to throw away what is there',
      });
    }
    if (version !== head.schemaVersion && version > head.schemaVersion) await dropEverything(client);
  }
  await options.migrateTo(head.schemaVersion);
}

async function versionOf(client: pg.Client): Promise<number> {
  const { rows: there } = await client.query<{ there: boolean }>(
    `SELECT to_regclass('schema_migration') IS NOT NULL AS there`,
  );
  if (there[0]?.there !== true) return 0;
  const { rows } = await client.query<{ version: number }>(
    'SELECT coalesce(max(id), 0) AS version FROM schema_migration',
  );
  return rows[0]?.version ?? 0;
}

async function filledTable(client: pg.Client): Promise<string | null> {
  for (const { name } of await readTables(client)) {
    if (MADE_BY_STARTING.includes(name)) continue;
    const { rowCount } = await client.query(`SELECT FROM ${quoted(name)} LIMIT 1`);
    if (rowCount === 1) return name;
  }
  return null;
}

/** The schema is newer than the backup's and has to be made anew; there is no way back but this. */
async function dropEverything(client: pg.Client): Promise<void> {
  await client.query(`DO $$
DECLARE r record;
BEGIN
  FOR r IN SELECT c.oid::regclass AS name FROM pg_class c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' LOOP
    EXECUTE format('DROP TABLE IF EXISTS %s CASCADE', r.name);
  END LOOP;
  FOR r IN SELECT p.oid::regprocedure AS name FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') LOOP
    EXECUTE format('DROP FUNCTION IF EXISTS %s CASCADE', r.name);
  END LOOP;
  FOR r IN SELECT t.oid::regtype AS name FROM pg_type t JOIN pg_class c ON c.oid = t.typrelid
    WHERE t.typnamespace = current_schema()::regnamespace AND c.relkind = 'c' LOOP
    EXECUTE format('DROP TYPE IF EXISTS %s CASCADE', r.name);
  END LOOP;
END $$`);
}

async function restoreBlobs({ file, blobFolder }: RestoreOptions): Promise<void> {
  let id = '';
  let pieces: Buffer[] = [];
  let missingBytes = 0;
  const finish = async (): Promise<void> => {
    if (id === '') return;
    if (missingBytes !== 0) throw new BackupDamaged(`the file ${id} in it is not whole`);
    const folder = join(blobFolder, id.slice(0, 2));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeDurably(join(folder, id), Buffer.concat(pieces));
    id = '';
    pieces = [];
  };
  for await (const line of readBackup(file)) {
    if (line.kind === 'blob') {
      await finish();
      // A name from a file becomes part of a path.
      if (!/^[0-9a-f]{64}$/.test(line.blob)) throw new BackupDamaged('it names a file that is none of ours');
      id = line.blob;
      missingBytes = line.sizeBytes;
    } else if (line.kind === 'chunk') {
      pieces.push(line.data);
      missingBytes -= line.data.length;
    }
  }
  await finish();
}

async function loadRows(
  client: pg.Client,
  tables: readonly TablePlan[],
  head: BackupHead,
  file: string,
): Promise<void> {
  let statement: string | null = null;
  let batch: string[] = [];
  let size = 0;
  const flush = async (): Promise<void> => {
    if (batch.length > 0 && statement !== null) await client.query(statement, [`[${batch.join(',')}]`]);
    batch = [];
    size = 0;
  };
  for await (const line of readBackup(file)) {
    if (line.kind === 'table') {
      await flush();
      statement = insertInto(line.table, tables, head);
    } else if (line.kind === 'row') {
      const text = JSON.stringify(line.cells);
      batch.push(text);
      size += text.length;
      if (batch.length >= BATCH_ROWS || size >= BATCH_BYTES) await flush();
    }
  }
  await flush();
}

/** Types are the database's own, never the file's: a file is not to bring SQL along. */
function insertInto(name: string, tables: readonly TablePlan[], head: BackupHead): string {
  const table = tables.find((one) => one.name === name);
  const stored = head.tables.find((one) => one.name === name);
  if (table === undefined || stored === undefined)
    throw new BackupDamaged(`its table ${name} is none of schema version ${head.schemaVersion}`);
  const columns = stored.columns.map((column) => table.columns.find((one) => one.name === column.name));
  const cells = columns.map((column, index) => {
    if (column === undefined) throw new BackupDamaged(`table ${name} has other columns in it`);
    return `(r->>${index})::${column.type}`;
  });
  const names = columns.map((column) => quoted(column?.name ?? ''));
  return `INSERT INTO ${quoted(name)} (${names.join(', ')}) OVERRIDING SYSTEM VALUE
    SELECT ${cells.join(', ')} FROM json_array_elements($1::json) WITH ORDINALITY AS x(r, ord) ORDER BY ord`;
}

async function resetSequences(client: pg.Client, tables: readonly TablePlan[]): Promise<void> {
  for (const { name, identities } of tables) {
    for (const column of identities) {
      await client.query(
        `SELECT setval(pg_get_serial_sequence($1, $2), greatest(coalesce(max(${quoted(column)}), 0), 1), max(${quoted(column)}) IS NOT NULL) FROM ${quoted(name)}`,
        [quoted(name), column],
      );
    }
  }
}

/** What loading the rows itself logged, and what an older backup brought. */
async function forgetPassing(client: pg.Client, tables: readonly TablePlan[]): Promise<void> {
  for (const { name } of tables.filter((table) => PASSING.includes(table.name))) {
    await client.query(`DELETE FROM ${quoted(name)}`);
  }
}

/**
 * What was under way when the backup was taken went on afterwards, and nobody knows how: every part not sent is a person's
 * decision. Leases, turns and connectors belonged to processes that are gone.
 */
async function settleOpenWork(client: pg.Client): Promise<number> {
  await client.query(`UPDATE delivery SET state = 'unknown' WHERE state = 'sending'`);
  const { rowCount } = await client.query(
    `UPDATE delivery SET state = 'needs_review', error_kind = 'restored', error = 'restored from a backup: it may have been sent since'
     WHERE state IN ('scheduled', 'pending', 'retry', 'unknown')`,
  );
  await client.query('DELETE FROM instance');
  await client.query(`UPDATE turn SET deadline_at = least(deadline_at, now()) WHERE state = 'running'`);
  await client.query('UPDATE account SET owner_instance = NULL, owner_token = owner_token + 1');
  await client.query(
    `UPDATE thread SET due_at = now(), lease_token = lease_token + CASE WHEN lease_owner IS NULL THEN 0 ELSE 1 END, lease_owner = NULL, lease_alone = false
     WHERE due_at IS NOT NULL OR lease_owner IS NOT NULL`,
  );
  return rowCount ?? 0;
}
