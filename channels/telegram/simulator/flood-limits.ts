/** Limits the platform enforces when told to; absent ones are not enforced. `burst` calls are free. */
export interface FloodLimits {
  accountPerSecond?: number;
  chatPerSecond?: number;
  groupPerMinute?: number;
  burst?: number;
}

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

export interface FloodControl {
  set(limits: FloodLimits | null): void;
  /** Takes one call's worth. Answers the seconds to wait when there is none left, else 0. */
  take(botId: number, chatId: number): number;
}

/** Token buckets per bot and per chat, as real flood control behaves: short bursts pass. */
export function createFloodControl(nowMs: () => number): FloodControl {
  let limits: FloodLimits | null = null;
  const buckets = new Map<string, Bucket>();

  const missing = (key: string, perSecond: number, burst: number): { bucket: Bucket; waitMs: number } => {
    const now = nowMs();
    const bucket = buckets.get(key) ?? { tokens: burst, filledAtMs: now };
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.filledAtMs) / 1_000) * perSecond);
    bucket.filledAtMs = now;
    buckets.set(key, bucket);
    return { bucket, waitMs: bucket.tokens >= 1 ? 0 : ((1 - bucket.tokens) / perSecond) * 1_000 };
  };

  return {
    set(next) {
      limits = next;
      buckets.clear();
    },
    take(botId, chatId) {
      if (limits === null) return 0;
      const burst = limits.burst ?? 1;
      const perChat =
        chatId < 0 && limits.groupPerMinute !== undefined ? limits.groupPerMinute / 60 : limits.chatPerSecond;
      const checks = [
        ...(limits.accountPerSecond === undefined
          ? []
          : [missing(`bot ${botId}`, limits.accountPerSecond, Math.max(burst, limits.accountPerSecond))]),
        ...(perChat === undefined ? [] : [missing(`chat ${botId} ${chatId}`, perChat, burst)]),
      ];
      const waitMs = Math.max(0, ...checks.map((check) => check.waitMs));
      if (waitMs > 0) return Math.ceil(waitMs / 1_000);
      for (const { bucket } of checks) bucket.tokens -= 1;
      return 0;
    },
  };
}
