/** Says that something moved on, to whoever waits for it. */
export interface Marks {
  /** Another one after every change; unlike those of an earlier run. */
  current(): string;
  bump(): void;
  /** Resolves when `mark` is no longer the current one, after `limitMs`, or when all are released. */
  past(mark: string, limitMs: number): Promise<void>;
  /** Lets everybody go, now and later: the server is about to stop. */
  release(): void;
}

/** Makes the marks of one run. */
export function createMarks(startedMs: number): Marks {
  let count = 0;
  let released = false;
  let told = false;
  const waiting = new Set<() => void>();
  const current = (): string => `${startedMs}-${count}`;
  const wake = (): void => {
    told = false;
    for (const go of waiting) go();
  };
  return {
    current,
    bump() {
      count += 1;
      if (told) return;
      told = true;
      // What changes together is fetched together.
      setImmediate(wake);
    },
    past(mark, limitMs) {
      if (released || mark !== current()) return Promise.resolve();
      return new Promise((resolve) => {
        const go = (): void => {
          clearTimeout(timer);
          waiting.delete(go);
          resolve();
        };
        const timer = setTimeout(go, limitMs);
        waiting.add(go);
      });
    },
    release() {
      released = true;
      wake();
    },
  };
}
