import { Client } from 'pg';
import type { WakeQueue } from '../../../src/core/ports/queue.ts';
import { createWakeQueue, migrateQueue, QUEUE_SCHEMA } from '../../../src/queue/index.ts';
import { quietLog } from '../../kit/quiet-log.ts';
import { startPlainPostgres } from '../../kit/servers/postgres.ts';
import { startRedis } from '../../kit/servers/redis.ts';

export const SHARDS = 16;

/** A real server for wake queues, and what the contract does to it. */
export interface Stand {
  /** A queue of this process on the server; closed by `close` of the stand at the latest. */
  queue(): WakeQueue & { readonly log: ReturnType<typeof quietLog> };
  /** Throws all stored wakes away behind the queue's back. */
  wipe(): Promise<void>;
  /** Deletes the stored wakes but leaves their deduplication keys: the damage that swallows wakes. */
  orphan(): Promise<void>;
  /** The server dies at once. */
  kill(): Promise<void>;
  /** It comes back. */
  revive(): Promise<void>;
  /** Closes the queues of the last test and empties the server. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** Keeps count of the queues a test opens. */
function opener(url: string, storeUrl: string): { queue: Stand['queue']; closeAll: () => Promise<void> } {
  const open: WakeQueue[] = [];
  return {
    queue: () => {
      const log = quietLog();
      const queue = createWakeQueue({ url, storeUrl, shards: SHARDS, log });
      open.push(queue);
      return { ...queue, log };
    },
    closeAll: async () => {
      await Promise.all(open.splice(0).map((queue) => queue.close()));
    },
  };
}

export async function redisStand(): Promise<Stand> {
  const redis = await startRedis({ appendonly: true });
  const { queue, closeAll } = opener(redis.url, '');
  const keys = async (pattern: string): Promise<string[]> => (await redis.command('KEYS', pattern)) as string[];
  return {
    queue,
    wipe: () => redis.flush(),
    orphan: async () => {
      for (const key of await keys('bull:*')) {
        if (!key.includes(':de:') && !key.endsWith(':meta')) await redis.command('DEL', key);
      }
    },
    kill: () => redis.kill9(),
    revive: () => redis.start(),
    clear: async () => {
      await closeAll();
      await redis.flush();
    },
    close: async () => {
      await closeAll();
      await redis.close();
    },
  };
}

export async function storeStand(): Promise<Stand> {
  const postgres = await startPlainPostgres();
  const url = await postgres.createDatabase();
  const run = async (work: (client: Client) => Promise<unknown>): Promise<void> => {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      await work(client);
    } finally {
      await client.end();
    }
  };
  await run((client) => migrateQueue(client));
  const wipe = (tables: string): Promise<void> =>
    run((client) =>
      client.query(
        tables
          .split(' ')
          .map((table) => `DELETE FROM ${QUEUE_SCHEMA}.${table};`)
          .join(''),
      ),
    );
  const { queue, closeAll } = opener('store', url);
  return {
    queue,
    wipe: () => wipe('job dedup dedup_next'),
    orphan: () => wipe('job dedup_next'),
    kill: () => postgres.stop(),
    revive: () => postgres.start(),
    clear: async () => {
      await closeAll();
      await wipe('job dedup dedup_next');
    },
    close: async () => {
      await closeAll();
      await postgres.close();
    },
  };
}
