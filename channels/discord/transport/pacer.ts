/** Turns for calls that may take only a share of the platform's limit. */
export interface Pacer {
  /**
   * Resolves true when it is this call's turn, and false when none came within `withinMs` or the signal aborted. `urgent` ones go first.
   */
  turn(signal: AbortSignal, options?: { urgent?: boolean; withinMs?: number }): Promise<boolean>;
  /** Nobody gets a turn for this long: the platform asked us to wait. */
  hold(ms: number): void;
}

interface Waiting {
  settle(got: boolean): void;
}

/**
 * @param busy calls made in the last second by everybody; while it is over twice our share, all but urgent ones wait
 * @param nowMs monotonic
 */
export function createPacer(perSecond: number, busy: () => number, nowMs: () => number): Pacer {
  const everyMs = 1_000 / perSecond;
  const urgent: Waiting[] = [];
  const others: Waiting[] = [];
  let nextAt = 0;
  let timer: NodeJS.Timeout | null = null;

  const tick = (): void => {
    timer = null;
    const now = nowMs();
    while (urgent.length + others.length > 0) {
      // Somebody's next message waits for an urgent one; the others have time.
      if (urgent.length === 0 && busy() >= perSecond * 2) nextAt = Math.max(nextAt, now + everyMs);
      if (nextAt > now) break;
      // What was not used for a while may be caught up, up to a fifth of a second.
      nextAt = Math.max(nextAt, now - 200) + everyMs;
      (urgent.shift() ?? others.shift())?.settle(true);
    }
    if (urgent.length + others.length > 0) timer ??= setTimeout(tick, Math.max(1, nextAt - now)).unref();
  };

  return {
    turn(signal, options = {}) {
      if (signal.aborted) return Promise.resolve(false);
      const list = options.urgent === true ? urgent : others;
      return new Promise((resolve) => {
        let limit: NodeJS.Timeout | null = null;
        const giveUp = (): void => {
          const at = list.indexOf(waiting);
          if (at >= 0) list.splice(at, 1);
          waiting.settle(false);
        };
        const waiting: Waiting = {
          settle(got) {
            if (limit !== null) clearTimeout(limit);
            signal.removeEventListener('abort', giveUp);
            resolve(got);
          },
        };
        signal.addEventListener('abort', giveUp, { once: true });
        if (options.withinMs !== undefined) limit = setTimeout(giveUp, options.withinMs).unref();
        list.push(waiting);
        if (timer === null) tick();
      });
    },
    hold(ms) {
      nextAt = Math.max(nextAt, nowMs() + ms);
    },
  };
}
