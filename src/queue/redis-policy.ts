import { Redis } from 'ioredis';
import { within } from './within.ts';

/** What `doctor` says about a Redis. */
export type RedisCheck =
  | { readonly ok: true }
  | { readonly ok: false; readonly problem: string; readonly mend: string };

const LIMIT_MS = 3000;

/**
 * Checks that a Redis answers and never evicts keys: with another maxmemory-policy it drops wakes when full, and work
 * then waits for the sweeper.
 */
export async function checkRedis(url: string): Promise<RedisCheck> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: LIMIT_MS });
  client.on('error', () => undefined);
  try {
    await within(client.connect(), LIMIT_MS, 'connecting');
    // INFO, not CONFIG: hosted servers forbid CONFIG.
    const info = await within(client.info('memory'), LIMIT_MS, 'INFO memory');
    const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
    if (policy === undefined || policy === 'noeviction') return { ok: true };
    return {
      ok: false,
      problem: `Redis evicts keys when it is full (maxmemory-policy ${policy}).`,
      mend: 'Set "maxmemory-policy noeviction" in redis.conf, or CONFIG SET maxmemory-policy noeviction.',
    };
  } catch (error) {
    return {
      ok: false,
      problem: `Redis does not answer: ${String(error)}.`,
      mend: 'Check queue.url and that the server runs. Until then work is found by the sweeper, about a second later.',
    };
  } finally {
    client.disconnect();
  }
}
