import { Queue, Worker } from 'bullmq';
import { Redis, type RedisOptions } from 'ioredis';
import { type WakeBackend, type WakeJob, workerOptions } from './backend.ts';

/**
 * BullMQ on Redis through ioredis.
 * @param url redis:// or rediss://
 * @param name of the queue
 */
export function redisBackend(url: string, name: string, concurrency: number): WakeBackend {
  return {
    kind: 'redis',
    createQueue: () => {
      const { life, options } = connection();
      // Adding fails at once while Redis is away, instead of piling up in memory.
      const limits = { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 2000 };
      const client = quietRedis(url, { ...options, ...limits });
      const queue = new Queue(name, {
        connection: client,
        // Nobody reads BullMQ's event stream.
        streams: { events: { maxLen: 10 } },
      });
      const close = queue.close.bind(queue);
      queue.close = () => {
        life.over = true;
        return close().finally(() => client.disconnect());
      };
      return queue;
    },
    createWorker: (process) => {
      const { life, options } = connection();
      const client = quietRedis(url, { ...options, maxRetriesPerRequest: null });
      const worker = new Worker<WakeJob>(name, process, {
        ...workerOptions(concurrency),
        connection: client,
      });
      const close = worker.close.bind(worker);
      worker.close = (force) => {
        life.over = true;
        return close(force).finally(() => client.disconnect());
      };
      return worker;
    },
    close: () => Promise.resolve(),
  };
}

/**
 * A client that never prints. BullMQ takes its listeners away when it closes; what a connection attempt under way then meets
 * would go to the console as an "unhandled error event".
 */
function quietRedis(url: string, options: Omit<RedisOptions, 'replyMapping'>): Redis {
  const client = new Redis(url, options);
  client.on('error', () => undefined);
  const duplicate = client.duplicate.bind(client);
  client.duplicate = (override) => {
    const copy = duplicate(override);
    copy.on('error', () => undefined);
    return copy;
  };
  return client;
}

/**
 * How to connect. Once `life.over` is set no connection is tried again: closing BullMQ's objects while Redis is away can
 * leave a client behind that would go on for ever, and keep the process alive.
 */
function connection() {
  const life = { over: false };
  const options = {
    connectTimeout: 3000,
    keepAlive: 5000,
    // Never BullMQ's own, which waits up to 20 s.
    retryStrategy: (times: number) => (life.over ? null : Math.min(50 * times, 1000)),
    // A fail-over leaves us on what is now a replica: connect again.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  };
  return { life, options };
}
