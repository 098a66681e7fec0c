import { setTimeout as sleep } from 'node:timers/promises';

/** Who waits until their own words stand in their place, as they are kept. */
export interface Echoes {
  /** To be called before the words are handed over; the answer waits for them, for a while. */
  expect(id: string): { came(): Promise<void>; forget(): void };
  arrived(id: string): void;
}

/** @param withinMs after which nobody waits any longer: the words are stored all the same */
export function createEchoes(withinMs: number): Echoes {
  const waiting = new Map<string, Set<() => void>>();
  return {
    expect(id) {
      let done: () => void = () => undefined;
      const arrived = new Promise<void>((resolve) => {
        done = resolve;
      });
      waiting.set(id, (waiting.get(id) ?? new Set()).add(done));
      const timer = new AbortController();
      return {
        came: () =>
          Promise.race([
            arrived,
            sleep(withinMs, undefined, { signal: timer.signal, ref: false }).catch(() => undefined),
          ]),
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
