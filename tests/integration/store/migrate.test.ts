import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Pool } from 'pg';
import { systemClock } from '../../../src/core/ids-and-time.ts';
import { migrateQueue } from '../../../src/queue/index.ts';
import { startEmbedded } from '../../../src/store/embedded/index.ts';
import { MigrationError, migrate, schemaState } from '../../../src/store/migrate.ts';
import { migrations as real } from '../../../src/store/migrations/index.ts';
import { eventually } from '../../kit/eventually.ts';
import { quietLog } from '../../kit/quiet-log.ts';
import { startPlainPostgres, type TestPostgres } from '../../kit/servers/postgres.ts';
import { openTempDir } from './embedded-kit.ts';

const one = { id: 1, name: 'one', sql: 'CREATE TABLE a (x int); INSERT INTO a VALUES (1);' };
const two = { id: 2, name: 'two', sql: 'ALTER TABLE a ADD COLUMN y int;' };

describe('migrations', () => {
  let postgres: TestPostgres;
  const pools: Pool[] = [];
  beforeAll(async () => {
    postgres = await startPlainPostgres();
  });
  afterAll(async () => {
    await Promise.all(pools.map((pool) => pool.end()));
    await postgres.close();
  });

  async function database(): Promise<Pool> {
    const pool = new Pool({ connectionString: await postgres.createDatabase(), max: 4 });
    pool.on('error', () => undefined);
    pools.push(pool);
    return pool;
  }

  test('are taken once, in order, and readiness follows', async () => {
    const pool = await database();
    expect(await schemaState(pool, [one, two])).toEqual({ kind: 'older', version: 0, wanted: 2 });
    expect(await migrate(pool, [one])).toEqual([1]);
    expect(await schemaState(pool, [one, two])).toEqual({ kind: 'older', version: 1, wanted: 2 });
    expect(await migrate(pool, [one, two])).toEqual([2]);
    expect(await migrate(pool, [one, two])).toEqual([]);
    expect(await schemaState(pool, [one, two])).toEqual({ kind: 'fits', version: 2 });
    expect((await pool.query('SELECT x, y FROM a')).rows).toEqual([{ x: 1, y: null }]);
  });

  test('run by several processes at once are taken once', async () => {
    const pool = await database();
    const taken = await Promise.all([migrate(pool, [one, two]), migrate(pool, [one, two]), migrate(pool, [one, two])]);
    expect(taken.flat().sort((a, b) => a - b)).toEqual([1, 2]);
    expect((await pool.query('SELECT x FROM a')).rows).toHaveLength(1);
  });

  test('leave the database alone when it is newer, or a step was changed', async () => {
    const pool = await database();
    await migrate(pool, [one, two]);
    expect(await schemaState(pool, [one])).toEqual({ kind: 'newer', version: 2, wanted: 1 });
    await expect(migrate(pool, [one])).rejects.toMatchObject({ code: 'newer' });
    await expect(migrate(pool, [one, { ...two, sql: 'SELECT 1' }])).rejects.toMatchObject({ code: 'changed' });
  });

  test('keep whole steps only: a failing one leaves nothing, and the lock is free', async () => {
    const pool = await database();
    const bad = { id: 2, name: 'bad', sql: 'CREATE TABLE half (x int); SELECT 1 / 0;' };
    const failure = await migrate(pool, [one, bad]).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(MigrationError);
    expect(failure).toMatchObject({ code: 'failed', message: expect.stringContaining('division by zero') });
    expect((await pool.query(`SELECT to_regclass('half') AS half`)).rows).toEqual([{ half: null }]);
    expect(await migrate(pool, [one, two])).toEqual([2]);
  });

  test('do not queue the traffic behind a busy table, and go on when it is free', async () => {
    const pool = await database();
    await migrate(pool, [one]);
    const reader = await pool.connect();
    await reader.query('BEGIN');
    await reader.query('SELECT x FROM a');
    const running = migrate(pool, [one, two]);
    await eventually(async () => {
      const { rows } = await pool.query(`SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'a'::regclass`);
      return rows.length === 1;
    });
    // Its lock request gives up again and again instead of standing in the way.
    await eventually(async () => {
      const { rows } = await pool.query(`SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'a'::regclass`);
      return rows.length === 0;
    });
    await reader.query('COMMIT');
    reader.release();
    expect(await running).toEqual([2]);
  });

  test('of the product and of BullMQ go through on a plain server', async () => {
    const pool = await database();
    await migrate(pool, real, { alsoBullmq: migrateQueue });
    expect(await schemaState(pool, real)).toMatchObject({ kind: 'fits' });
    expect(await migrate(pool, real, { alsoBullmq: migrateQueue })).toEqual([]);
    expect((await pool.query('SELECT count(*)::int AS n FROM bullmq.migration')).rows[0]).not.toEqual({ n: 0 });
  });
});

test('the migrations of the product and of BullMQ go through on the embedded server', async () => {
  const temp = openTempDir();
  const server = await startEmbedded({ dataDir: join(temp, 'in', 'data'), log: quietLog(), clock: systemClock });
  const pool = new Pool({ connectionString: server.url, max: 2 });
  pool.on('error', () => undefined);
  try {
    await migrate(pool, real, { alsoBullmq: migrateQueue });
    expect(await schemaState(pool, real)).toMatchObject({ kind: 'fits' });
  } finally {
    await pool.end();
    await server.stop();
    rmSync(temp, { recursive: true, force: true });
  }
});
