import { createHash } from 'node:crypto';

/** How many calls of one kind there may be in one channel, server or webhook. */
export interface BucketLimit {
  limit: number;
  perMs: number;
}

export interface RateLimits {
  /** By route, such as `POST /channels/:id/messages`. */
  routes?: Readonly<Record<string, BucketLimit>>;
  /** Every other route. */
  otherwise?: BucketLimit;
  globalPerSecond?: number;
}

/** What becomes of a call, with the headers that say so (docs, "Rate Limits"). */
export interface Verdict {
  retryAfterMs: number | null;
  scope: 'user' | 'global';
  headers: Record<string, string>;
}

export interface RateLimiter {
  set(limits: RateLimits | null): void;
  /** Takes a turn for this call. `major`: the channel, server or webhook that has a bucket of its own. */
  take(route: string, major: string): Verdict;
}

/** Without limits the headers are there all the same, and leave room. */
const WIDE: BucketLimit = { limit: 10_000, perMs: 1_000 };

/** @param nowMs monotonic milliseconds */
export function createRateLimiter(nowMs: () => number): RateLimiter {
  let limits: RateLimits | null = null;
  const buckets = new Map<string, { used: number; untilMs: number }>();
  let second = { used: 0, untilMs: 0 };

  return {
    set(next) {
      limits = next;
      buckets.clear();
    },
    take(route, major) {
      const now = nowMs();
      if (limits?.globalPerSecond !== undefined && !route.includes('/interactions/')) {
        if (second.untilMs <= now) second = { used: 0, untilMs: now + 1_000 };
        second.used += 1;
        if (second.used > limits.globalPerSecond) {
          return { retryAfterMs: second.untilMs - now, scope: 'global', headers: { 'x-ratelimit-global': 'true' } };
        }
      }
      const { limit, perMs } = limits?.routes?.[route] ?? limits?.otherwise ?? WIDE;
      const key = `${route} ${major}`;
      let bucket = buckets.get(key);
      if (bucket === undefined || bucket.untilMs <= now) {
        bucket = { used: 0, untilMs: now + perMs };
        // Bounded: what ran out long ago is forgotten.
        if (buckets.size > 10_000) buckets.clear();
        buckets.set(key, bucket);
      }
      bucket.used += 1;
      const leftMs = bucket.untilMs - now;
      const headers = {
        'x-ratelimit-bucket': createHash('md5').update(route).digest('hex'),
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-remaining': String(Math.max(0, limit - bucket.used)),
        'x-ratelimit-reset': ((Date.now() + leftMs) / 1_000).toFixed(3),
        'x-ratelimit-reset-after': (leftMs / 1_000).toFixed(3),
      };
      return { retryAfterMs: bucket.used > limit ? leftMs : null, scope: 'user', headers };
    },
  };
}
