import { pause } from '../../shared/backoff.ts';

/** The servers of a session, each of which tells of itself some time after READY. */
export interface AwaitedServers {
  /** Whether it is one of this session's: other shards have others. */
  has(guildId: string): boolean;
  isAwaited(guildId: string): boolean;
  told(guildId: string): void;
  /** Waits for a server that is awaited; false: it has not told of itself. After that nobody waits for it for `restMs`. */
  wait(guildId: string, withinMs: number, signal: AbortSignal): Promise<boolean>;
}

export function createAwaitedServers(guildIds: readonly string[], restMs: number): AwaitedServers {
  const all = new Set(guildIds);
  const awaited = new Set(guildIds);
  const waiting = new Map<string, (() => void)[]>();
  /** Until when nobody waits any more, by `performance.now()`: each message waiting its time would hold up a busy place. */
  const hopeless = new Map<string, number>();

  return {
    has: (guildId) => all.has(guildId),
    isAwaited: (guildId) => awaited.has(guildId),
    told(guildId) {
      all.add(guildId);
      awaited.delete(guildId);
      for (const go of waiting.get(guildId) ?? []) go();
      waiting.delete(guildId);
    },
    async wait(guildId, withinMs, signal) {
      if (performance.now() < (hopeless.get(guildId) ?? 0)) return false;
      const told = new Promise<void>((resolve) => {
        waiting.set(guildId, [...(waiting.get(guildId) ?? []), resolve]);
      });
      await Promise.race([told, pause(withinMs, signal)]);
      if (!awaited.has(guildId)) return true;
      hopeless.set(guildId, performance.now() + restMs);
      return false;
    },
  };
}
