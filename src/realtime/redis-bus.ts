import { Redis } from 'ioredis';
import type { Bus } from './bus.ts';

const CHANNEL = 'parley:changes';

function quiet(url: string, waits: boolean): Redis {
  const client = new Redis(url, {
    connectTimeout: 3_000,
    keepAlive: 5_000,
    retryStrategy: (times) => Math.min(50 * times, 1_000),
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    // Publishing fails at once while Redis is away; a subscription waits and is renewed.
    enableOfflineQueue: waits,
    maxRetriesPerRequest: waits ? null : 1,
  });
  client.on('error', () => undefined);
  return client;
}

/** Redis publish and subscribe, on connections of its own. */
export function createRedisBus(url: string): Bus {
  const publisher = quiet(url, false);
  let subscriber: Redis | null = null;
  return {
    async publish(payload) {
      await publisher.publish(CHANNEL, payload);
    },
    listen(onPayload) {
      subscriber = quiet(url, true);
      subscriber.on('message', (_channel: string, payload: string) => onPayload(payload));
      // Not waited for: a Redis that is away must not keep the gateway from starting.
      subscriber.subscribe(CHANNEL).catch(() => undefined);
      return Promise.resolve();
    },
    close() {
      publisher.disconnect();
      subscriber?.disconnect();
      return Promise.resolve();
    },
  };
}
