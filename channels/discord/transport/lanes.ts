import type { Log } from '../../../src/core/ports/log.ts';

/** Work that goes in order within a lane, and at once in different ones. */
export interface Lanes {
  /** Adds work to a lane; resolves when it is done. Work must not reject. */
  run(lane: string, work: () => Promise<void>): Promise<void>;
  /** Work that waits or is under way. */
  readonly waiting: number;
  /** Resolves when everything that was added is done. */
  idle(): Promise<void>;
}

/**
 * @param onFull told when more than `most` pieces wait, and again when fewer than half do, so that reading can pause
 */
export function createLanes(options: { most: number; onFull: (full: boolean) => void; log: Log }): Lanes {
  const tails = new Map<string, Promise<void>>();
  let waiting = 0;
  let full = false;
  const count = (change: number): void => {
    waiting += change;
    const next = full ? waiting > options.most / 2 : waiting > options.most;
    if (next === full) return;
    full = next;
    options.onFull(full);
  };

  return {
    get waiting() {
      return waiting;
    },
    async idle() {
      while (tails.size > 0) await Promise.all(tails.values());
    },
    run(lane, work) {
      count(1);
      const before = tails.get(lane);
      const tail: Promise<void> = (before ?? Promise.resolve())
        .then(work)
        .catch((error: unknown) => {
          options.log.error({ error: error instanceof Error ? error.name : typeof error }, 'work in a lane failed');
        })
        .then(() => {
          count(-1);
          if (tails.get(lane) === tail) tails.delete(lane);
        });
      tails.set(lane, tail);
      return tail;
    },
  };
}
