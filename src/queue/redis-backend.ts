import { Queue, Worker } from 'bullmq';
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
      const { life, options } = connection(url);
      const queue = new Queue(name, {
        // Adding fails at once while Redis is away, instead of piling up in memory.
        connection: { ...options, enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 2000 },
        // Nobody reads BullMQ's event stream.
        streams: { events: { maxLen: 10 } },
      });
      const close = queue.close.bind(queue);
      queue.close = () => {
        life.over = true;
        return close();
      };
      return queue;
    },
    createWorker: (process) => {
      const { life, options } = connection(url);
      const worker = new Worker<WakeJob>(name, process, {
        ...workerOptions(concurrency),
        connection: { ...options, maxRetriesPerRequest: null },
      });
      const close = worker.close.bind(worker);
      worker.close = (force) => {
        life.over = true;
        return close(force);
      };
      return worker;
    },
    close: () => Promise.resolve(),
  };
}

/**
 * How to connect. Once `life.over` is set no connection is tried again: closing BullMQ's objects while Redis is away can
 * leave a client behind that would go on for ever, and keep the process alive.
 */
function connection(url: string) {
  const life = { over: false };
  const options = {
    url,
    connectTimeout: 3000,
    keepAlive: 5000,
    // Never BullMQ's own, which waits up to 20 s.
    retryStrategy: (times: number) => (life.over ? null : Math.min(50 * times, 1000)),
    // A fail-over leaves us on what is now a replica: connect again.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  };
  return { life, options };
}
