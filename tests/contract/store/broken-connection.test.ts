import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { openDatabase } from '../../../src/store/database.ts';
import { quietLog } from '../../kit/quiet-log.ts';
import { startPlainPostgres, type TestPostgres } from '../../kit/servers/postgres.ts';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPlainPostgres();
});
afterAll(() => postgres.close());

test('a connection that breaks in the middle of a query, or while a transaction is between two, is an error of the query alone', async () => {
  const uncaught: unknown[] = [];
  const note = (error: unknown): void => {
    uncaught.push(error);
  };
  process.on('uncaughtException', note);
  const database = openDatabase({ url: postgres.url, log: quietLog() });
  const slow = sql`SELECT pg_sleep(30)`.execute(database.db).then(
    () => 'done',
    () => 'refused',
  );
  const between = database.db
    .transaction()
    .execute(async (transaction) => {
      await sql`SELECT 1`.execute(transaction);
      await new Promise((done) => setTimeout(done, 500));
      await sql`SELECT 2`.execute(transaction);
    })
    .then(
      () => 'done',
      () => 'refused',
    );
  await new Promise((done) => setTimeout(done, 200));
  await postgres.immediateRestart();
  expect(await Promise.all([slow, between])).toEqual(['refused', 'refused']);
  expect((await sql<{ one: number }>`SELECT 1 AS one`.execute(database.db)).rows).toEqual([{ one: 1 }]);
  await database.close();
  process.off('uncaughtException', note);
  expect(uncaught).toEqual([]);
});
