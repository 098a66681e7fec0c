import type { Log } from '../core/ports/log.ts';
import type { WakeQueue } from '../core/ports/queue.ts';
import { postgresBackend } from './postgres-backend.ts';
import { redisBackend } from './redis-backend.ts';
import { createWakeQueueOn } from './wake-queue.ts';

export { migrateQueue, QUEUE_SCHEMA } from './postgres-backend.ts';
export { checkRedis, type RedisCheck } from './redis-policy.ts';
export { QueueUnavailableError } from './wake-queue.ts';

/** What the queue needs. */
export interface WakeQueueOptions {
  /** `queue.url`: `store`, redis:// or rediss://. */
  readonly url: string;
  /** The store's connection string, used when `url` is `store`. */
  readonly storeUrl: string;
  /** Number of shards; the same in all processes of an installation. */
  readonly shards: number;
  readonly log: Log;
  /** Wakes handled at once by this process; default 4. */
  readonly concurrency?: number;
  /** Name of the queue; default `parley-wake`. */
  readonly name?: string;
}

/** Makes the wake queue. It connects by itself and never keeps a caller waiting for that. */
export function createWakeQueue(options: WakeQueueOptions): WakeQueue {
  const { url, storeUrl, shards, log, concurrency = 4, name = 'parley-wake' } = options;
  const backend = url === 'store' ? postgresBackend(storeUrl, name, concurrency) : redisBackend(url, name, concurrency);
  return createWakeQueueOn(backend, shards, log.child({ part: 'queue', backend: backend.kind }));
}
