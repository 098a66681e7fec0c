import { setTimeout as sleep } from 'node:timers/promises';

/** Who waits until their own words stand in their place, as they are kept. */
export interface Echoes {
  /** To be called before the words are handed over. `came` waits for them, for a while, and says whether they stand there. */
  expect(id: string): { came(): Promise<boolean>; forget(): void };
  arrived(id: string): void;
}

/** @param withinMs after which nobody waits any longer */
export function createEchoes(withinMs: number): Echoes {
  const waiting = new Map<string, Set<() => void>>();
  return {
    expect(id) {
      let done: () => void = () => undefined;
      const arrived = new Promise<boolean>((resolve) => {
        done = () => resolve(true);
      });
      waiting.set(id, (waiting.get(id) ?? new Set()).add(done));
      const timer = new AbortController();
      return {
        came: () =>
          Promise.race([arrived, sleep(withinMs, false, { signal: timer.signal, ref: false }).catch(() => false)]),
        forget() {
          timer.abort();
          const all = waiting.get(id);
          all?.delete(done);
          if (all?.size === 0) waiting.delete(id);
        },
      };
    },
    arrived(id) {
      for (const done of waiting.get(id) ?? []) done();
    },
  };
}
