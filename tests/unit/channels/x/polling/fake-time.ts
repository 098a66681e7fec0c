/** Time that goes on only when everybody waits. */
export interface FakeTime {
  nowMs(): number;
  /** Like `pause`: returns after the time, or at once when aborted. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
  /** Something that happens at a moment. */
  at(atMs: number, act: () => void | Promise<void>): void;
  /** Goes on until then; everything that is due meanwhile happens in its order. */
  runUntil(atMs: number): Promise<void>;
}

interface Due {
  atMs: number;
  order: number;
  act: () => void | Promise<void>;
}

export function createFakeTime(startMs: number): FakeTime {
  let nowMs = startMs;
  let order = 0;
  const waiting = new Set<Due>();
  const add = (atMs: number, act: Due['act']): Due => {
    order += 1;
    const due = { atMs: Math.max(nowMs, atMs), order, act };
    waiting.add(due);
    return due;
  };
  const earliest = (): Due | null => {
    let first: Due | null = null;
    for (const due of waiting) {
      if (first === null || due.atMs < first.atMs || (due.atMs === first.atMs && due.order < first.order)) first = due;
    }
    return first;
  };
  /** Everything that needs no time has happened after that. */
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    nowMs: () => nowMs,
    pause: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const due = add(nowMs + ms, () => end());
        const end = (): void => {
          waiting.delete(due);
          signal.removeEventListener('abort', end);
          resolve();
        };
        signal.addEventListener('abort', end, { once: true });
      }),
    at: (atMs, act) => void add(atMs, act),
    async runUntil(atMs) {
      await settled();
      for (let due = earliest(); due !== null && due.atMs <= atMs; due = earliest()) {
        waiting.delete(due);
        nowMs = due.atMs;
        await due.act();
        await settled();
      }
      nowMs = atMs;
    },
  };
}
