/** Keys that are counted at once; beyond it the oldest are forgotten, so that a flood of addresses fills no memory. */
const MAX_KEYS = 20_000;

/** How often something may happen in a minute, by key. Counts in this process alone. */
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

/** How many of something may be open at once, by key. */
export interface OpenLimit {
  /** Null where there are too many; else to be called once at the end. */
  enter(key: string): (() => void) | null;
}

export function createOpenLimit(most: number): OpenLimit {
  const open = new Map<string, number>();
  return {
    enter(key) {
      const count = open.get(key) ?? 0;
      if (count >= most) return null;
      open.set(key, count + 1);
      return () => {
        const left = (open.get(key) ?? 1) - 1;
        if (left > 0) open.set(key, left);
        else open.delete(key);
      };
    },
  };
}
