import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { migrateStore } from '../../../src/cli/store-access.ts';
import type { WakeQueue } from '../../../src/core/ports/queue.ts';
import { createWakeQueue } from '../../../src/queue/index.ts';
import { at, type DeskClient } from '../../kit/desk/client.ts';
import { type DeskStand, startDeskStand } from '../../kit/desk/stand.ts';
import { eventually } from '../../kit/eventually.ts';
import { quietLog } from '../../kit/quiet-log.ts';
import { startPlainPostgres } from '../../kit/servers/postgres.ts';
import { startRedis, type TestRedis } from '../../kit/servers/redis.ts';

const SHARDS = 2;

describe('the queue, for administrators', () => {
  let redis: TestRedis;
  let queue: WakeQueue;
  let stand: DeskStand;
  let admin: DeskClient;

  beforeAll(async () => {
    redis = await startRedis();
    queue = createWakeQueue({ url: redis.url, storeUrl: '', shards: SHARDS, log: quietLog() });
    stand = await startDeskStand({ queue, withoutWorker: true });
    admin = await stand.signedIn('admin');
    await eventually(() => expect(queue.healthy()).toBe(true), 10_000);
  }, 60_000);
  afterAll(async () => {
    await stand.stop();
    await queue.close();
    await redis.close();
  });

  test('shows what is due, what waits in each mailbox, and who lives', async () => {
    expect(at((await admin.get('admin/queue')).body, 'dueThreads')).toBe(0);
    await stand.write('7', 'nobody works on this');
    // The pause after a customer's words.
    await eventually(async () => expect(at((await admin.get('admin/queue')).body, 'dueThreads')).toBe(1), 10_000, 100);
    const answer = await admin.get('admin/queue');
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ backend: 'redis', healthy: true });
    expect(at(answer.body, 'oldestDueAgeMs')).toEqual(expect.any(Number));
    const mailboxes = at(answer.body, 'mailboxes') as {
      shard: number;
      waiting: number;
      active: number;
      failed: number;
    }[];
    expect(mailboxes.map(({ shard }) => shard)).toEqual([0, 1]);
    // Its one message woke one shard, and nobody listens.
    expect(mailboxes.map(({ waiting }) => waiting).toSorted((left, right) => left - right)).toEqual([0, 1]);
    const rows = await stand.gateway.database.pool.query('SELECT id FROM instance WHERE ended_at IS NULL');
    expect(at(answer.body, 'instances')).toHaveLength(rows.rowCount ?? -1);
    expect(at(answer.body, 'instances')).toEqual([
      expect.objectContaining({
        roles: expect.any(Array),
        pid: expect.any(Number),
        heartbeatAgeMs: expect.any(Number),
      }),
    ]);
    expect(JSON.stringify(answer.body)).not.toContain('nobody works on this');
  }, 30_000);

  test('rebuilding leaves one wake in each mailbox, and the audit names who did it', async () => {
    const answer = await admin.post('admin/queue/rebuild', {});
    expect(answer.status).toBe(200);
    const one = { waiting: 1, active: 0, failed: 0 };
    expect(at(answer.body, 'mailboxes')).toEqual([
      { shard: 0, ...one },
      { shard: 1, ...one },
    ]);
    const { rows } = await stand.gateway.database.pool.query(
      `SELECT actor_kind, actor_id, subject_kind FROM audit WHERE action = 'queue.rebuilt'`,
    );
    expect(rows).toEqual([{ actor_kind: 'agent', actor_id: admin.agentId, subject_kind: 'queue' }]);
  });

  test('says so when its server does not answer, and what then', async () => {
    await redis.stop();
    try {
      await eventually(async () => {
        expect((await admin.get('admin/queue')).body).toMatchObject({ healthy: false, mailboxes: null, dueThreads: 1 });
      }, 10_000);
      const refused = await admin.post('admin/queue/rebuild', {});
      expect([refused.status, at(refused.body, 'error.code')]).toEqual([503, 'queue_away']);
      expect(at(refused.body, 'error.mend')).toContain('nothing is lost');
    } finally {
      await redis.start();
    }
    await eventually(async () => expect(at((await admin.get('admin/queue')).body, 'healthy')).toBe(true), 15_000);
  }, 40_000);
});

test('the queue in the store is looked at the same way, while a wake is handled too', async () => {
  const postgres = await startPlainPostgres();
  const url = await postgres.createDatabase();
  await migrateStore(url, 'store');
  const queue = createWakeQueue({ url: 'store', storeUrl: url, shards: SHARDS, log: quietLog() });
  let finish = (): void => undefined;
  try {
    await eventually(() => expect(queue.healthy()).toBe(true), 10_000);
    queue.wake(1);
    await eventually(async () => {
      expect((await queue.look()).mailboxes?.[1]).toEqual({ shard: 1, waiting: 1, active: 0, failed: 0 });
    }, 10_000);
    await queue.listen(() => new Promise((done) => (finish = done)));
    await eventually(async () => {
      expect(await queue.look()).toEqual({
        backend: 'postgres',
        healthy: true,
        mailboxes: [
          { shard: 0, waiting: 0, active: 0, failed: 0 },
          { shard: 1, waiting: 0, active: 1, failed: 0 },
        ],
      });
    }, 10_000);
    await eventually(async () => {
      // The server counts a wake as active a moment before its handling begins here.
      finish();
      expect((await queue.look()).mailboxes?.[1]?.active).toBe(0);
    }, 10_000);
  } finally {
    finish();
    await queue.close();
    expect(await queue.look()).toMatchObject({ healthy: false, mailboxes: null });
    await postgres.close();
  }
}, 60_000);
