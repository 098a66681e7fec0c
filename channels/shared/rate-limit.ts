/** Keys that are counted at once; beyond it the oldest are forgotten, so that a flood of addresses fills no memory. */
const MAX_KEYS = 20_000;

/**
 * How often something may happen in a minute, by key. Counts in this process alone and from its start: with n processes behind a balancer a
 * key may do up to n times as much. Good against floods of one process, useless as a quota.
 */
export interface RateLimit {
  /** Counts one; answers how long to wait, ms, where it is one too many (which is not counted), else 0. */
  take(key: string): number;
}

/** Tokens that come back evenly over a minute; a key that was quiet has all of them. */
export function createRateLimit(perMinute: number, nowMs: () => number): RateLimit {
  const kept = new Map<string, { tokens: number; atMs: number }>();
  const perMs = perMinute / 60_000;
  return {
    take(key) {
      const now = nowMs();
      const before = kept.get(key) ?? { tokens: perMinute, atMs: now };
      const tokens = Math.min(perMinute, before.tokens + (now - before.atMs) * perMs);
      kept.delete(key);
      kept.set(key, { tokens: tokens < 1 ? tokens : tokens - 1, atMs: now });
      const [oldest] = kept.keys();
      if (kept.size > MAX_KEYS && oldest !== undefined) kept.delete(oldest);
      return tokens < 1 ? Math.ceil((1 - tokens) / perMs) : 0;
    },
  };
}
