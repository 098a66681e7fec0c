import type { KeyRing, SealedPlace } from '../../files/crypto.ts';
import type { Database } from '../database.ts';

/** A column that holds sealed values. */
export interface SealedColumn {
  table: string;
  column: string;
  /** The table's primary key. */
  key: readonly string[];
  /** What the value of the row with this key is sealed to. */
  placeOf(...key: string[]): SealedPlace;
}

/** What a run did to one column. */
export interface Resealed {
  resealed: number;
  /** Values that no configured key opens; they were left alone. */
  unopened: number;
}

/** Rows in one transaction: few enough that nobody waits for their locks, at most 6 MB. */
const BATCH = 100;
/** Envelope before the ciphertext: version, nonce and tag, which no other value shares. */
const HEAD_BYTES = 30;
const SEALED_BYTES = 2;

/** How many values of a column are sealed under each version of the master key. */
export async function sealedVersions(
  { pool }: Database,
  { table, column }: SealedColumn,
): Promise<Map<number, number>> {
  const { rows } = await pool.query<{ version: number; count: number }>(
    `SELECT get_byte(substring(${column} FROM 1 FOR ${SEALED_BYTES}), 1) AS version, count(*) AS count
     FROM ${table} WHERE length(${column}) >= ${SEALED_BYTES} GROUP BY 1`,
  );
  return new Map(rows.map(({ version, count }) => [version, count]));
}

interface Row {
  key: string[];
  sealed: Buffer;
}

async function readBatch(
  { pool }: Database,
  { table, column, key }: SealedColumn,
  version: number,
  after: readonly string[] | null,
): Promise<Row[]> {
  const from = after === null ? '' : `AND (${key.join(', ')}) > (${key.map((_, index) => `$${index + 2}`).join(', ')})`;
  const { rows } = await pool.query<Row>(
    `SELECT ARRAY[${key.map((name) => `${name}::text`).join(', ')}] AS key, ${column} AS sealed FROM ${table}
     WHERE length(${column}) >= ${SEALED_BYTES} AND substring(${column} FROM 2 FOR 1) <> $1 ${from}
     ORDER BY ${key.join(', ')} LIMIT ${BATCH}`,
    [Buffer.from([version]), ...(after ?? [])],
  );
  return rows;
}

/** Replaces values that are still what was read: one that retention or an erasure emptied meanwhile stays empty. */
async function writeBatch(
  { pool }: Database,
  { table, column, key }: SealedColumn,
  rows: readonly (Row & { fresh: Buffer })[],
): Promise<number> {
  const given = `unnest(${key.map((_, index) => `$${index + 3}::text[]`).join(', ')}, $1::bytea[], $2::bytea[])
    AS g(${key.map((_, index) => `k${index}`).join(', ')}, head, fresh)`;
  const same = key.map((name, index) => `t.${name}::text = g.k${index}`).join(' AND ');
  const locked = key.map((name) => `t.${name} = l.${name}`).join(' AND ');
  const { rowCount } = await pool.query(
    `WITH given AS MATERIALIZED (SELECT * FROM ${given}),
       locked AS MATERIALIZED (
         SELECT ${key.map((name) => `t.${name}`).join(', ')}, g.fresh FROM ${table} t JOIN given g ON ${same}
         WHERE substring(t.${column} FROM 1 FOR ${HEAD_BYTES}) = g.head
         ORDER BY ${key.map((name) => `t.${name}`).join(', ')} FOR NO KEY UPDATE OF t)
     UPDATE ${table} t SET ${column} = l.fresh FROM locked l WHERE ${locked}`,
    [
      rows.map(({ sealed }) => sealed.subarray(0, HEAD_BYTES)),
      rows.map(({ fresh }) => fresh),
      ...key.map((_, index) => rows.map((row) => row.key[index])),
    ],
  );
  return rowCount ?? 0;
}

/**
 * Seals every value of a column under the newest key, {@link BATCH} rows a transaction. May be ended at any moment and run
 * again: what is done is not done twice. `onBatch` hears the number so far after each commit.
 */
export async function resealColumn(
  database: Database,
  keys: KeyRing,
  column: SealedColumn,
  onBatch: (resealed: number) => void = () => undefined,
): Promise<Resealed> {
  const done: Resealed = { resealed: 0, unopened: 0 };
  for (let after: readonly string[] | null = null; ; ) {
    const rows: Row[] = await readBatch(database, column, keys.currentVersion, after);
    const last = rows.at(-1);
    if (last === undefined) return done;
    after = last.key;
    const fresh = rows.flatMap((row) => {
      const place = column.placeOf(...row.key);
      try {
        return [{ ...row, fresh: keys.seal(keys.open(row.sealed, place), place) }];
      } catch {
        // One damaged value must not keep the others under the old key; it is counted and told.
        done.unopened += 1;
        return [];
      }
    });
    if (fresh.length > 0) done.resealed += await writeBatch(database, column, fresh);
    onBatch(done.resealed);
  }
}
