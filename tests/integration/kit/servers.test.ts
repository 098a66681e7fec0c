import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { startPlainPostgres, type TestPostgres } from '../../kit/servers/postgres.ts';
import { startRedis, type TestRedis } from '../../kit/servers/redis.ts';

describe('the test Redis', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis({ appendonly: true });
  });
  afterAll(() => redis.close());

  test('keeps what AOF holds over a restart and comes back empty after a flush', async () => {
    await redis.command('SET', 'a', '1');
    await redis.restart();
    expect(await redis.command('GET', 'a')).toBe('1');
    await redis.flush();
    expect(await redis.command('GET', 'a')).toBeNull();
  });

  test('is away after kill9 and back after start', async () => {
    await redis.kill9();
    await expect(redis.command('PING')).rejects.toThrow();
    await redis.start();
    expect(await redis.command('PING')).toBe('PONG');
  });
});

describe('the test Postgres', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPlainPostgres();
  });
  afterAll(() => postgres.close());

  async function ask(url: string, sql: string): Promise<unknown[]> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  test('copies a template per test; copies do not see each other', async () => {
    await postgres.createTemplate('filled', async (url) => {
      await ask(url, 'CREATE TABLE t AS SELECT 1 AS x');
    });
    const a = await postgres.createDatabase('filled');
    const b = await postgres.createDatabase('filled');
    await ask(a, 'INSERT INTO t VALUES (2)');
    expect(await ask(a, 'SELECT x FROM t ORDER BY x')).toEqual([{ x: 1 }, { x: 2 }]);
    expect(await ask(b, 'SELECT x FROM t')).toEqual([{ x: 1 }]);
    await postgres.dropDatabase(a);
    await expect(ask(a, 'SELECT 1')).rejects.toThrow('does not exist');
  });

  test('breaks connections at an immediate restart and answers again', async () => {
    const client = new Client({ connectionString: postgres.url });
    await client.connect();
    const broken = new Promise((resolve) => client.once('error', resolve));
    await postgres.immediateRestart();
    expect(String(await broken)).toMatch(/terminat/i);
    await client.end().catch(() => undefined);
    expect(await ask(postgres.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});
