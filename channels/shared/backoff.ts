import { setTimeout as sleep } from 'node:timers/promises';

/** Waiting times that double from `firstMs` to `maxMs`, each shortened by up to half so that many never meet. */
export interface Backoff {
  /** The next wait, milliseconds. */
  nextMs(): number;
  reset(): void;
}

/** @param random uniform in [0, 1); passed in for tests. */
export function createBackoff(options: { firstMs: number; maxMs: number; random?: () => number }): Backoff {
  const random = options.random ?? Math.random;
  let waitMs = options.firstMs;
  return {
    nextMs() {
      const current = waitMs;
      waitMs = Math.min(waitMs * 2, options.maxMs);
      return Math.ceil(current * (1 - random() / 2));
    },
    reset() {
      waitMs = options.firstMs;
    },
  };
}

/** Waits, or returns at once when aborted. Does not keep the process alive. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal, ref: false });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
