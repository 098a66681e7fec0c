import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { migrateForTest, startGateway } from '../../kit/pipeline/harness.ts';
import { customerMessage, memoryChannel } from '../../kit/pipeline/memory-channel.ts';
import { startPlainPostgres, type TestPostgres } from '../../kit/servers/postgres.ts';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPlainPostgres({ fsync: true });
});
afterAll(() => postgres.close());

test('a token handed out is never handed out again, though the server crashes right after the claim', async () => {
  const url = await postgres.createDatabase();
  await migrateForTest(url);
  const gateway = await startGateway({ url, account: memoryChannel(), withoutWorker: true });
  await gateway.receive(Array.from({ length: 40 }, (_, index) => customerMessage(String(index), 'x')));
  const claimed = await gateway.store.claim({ shard: null, limit: 100, overdueMs: 0, suspicion: 0 });
  await postgres.immediateRestart();
  const { rows } = await gateway.database.pool.query<{ id: string; token: number; owned: boolean }>(
    'SELECT id, lease_token AS token, lease_owner IS NOT NULL AS owned FROM thread',
  );
  expect(claimed).toHaveLength(40);
  const now = new Map(rows.map((row) => [row.id, row]));
  for (const work of claimed) expect(now.get(work.threadId)).toMatchObject({ token: work.token, owned: true });
  await gateway.stop();
});
