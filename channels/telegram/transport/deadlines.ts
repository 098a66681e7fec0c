import { setMaxListeners } from 'node:events';

/** Calls that begin within this long of each other share one deadline; it ends as much later. */
const SHARED_FOR_MS = 250;

/** One abort signal for several calls: aborts when the caller's does, or when their time is up. */
export interface Deadline {
  readonly signal: AbortSignal;
}

interface Shared extends Deadline {
  outer: AbortSignal;
  timeoutMs: number;
  openUntilMs: number;
  users: number;
  dispose(): void;
}

/** Hands out deadlines. An AbortController of its own costs a call a fifth of its CPU on Node 20; shared it costs nothing. */
export interface Deadlines {
  /** A signal that aborts at the earliest after `timeoutMs` and with `outer`. */
  enter(outer: AbortSignal, timeoutMs: number): Deadline;
  /** To be called once for each `enter`, when the call has ended. */
  leave(deadline: Deadline): void;
}

export function createDeadlines(): Deadlines {
  const inUse = new Map<Deadline, Shared>();
  let current: Shared | null = null;

  const disposeIfIdle = (shared: Shared): void => {
    if (shared.users > 0 || shared === current) return;
    shared.dispose();
    inUse.delete(shared);
  };

  return {
    enter(outer, timeoutMs) {
      const nowMs = performance.now();
      const fits = current !== null && current.outer === outer && current.timeoutMs === timeoutMs;
      if (current === null || !fits || nowMs >= current.openUntilMs || current.signal.aborted) {
        const previous = current;
        current = createShared(outer, timeoutMs, nowMs);
        inUse.set(current, current);
        if (previous !== null) disposeIfIdle(previous);
      }
      current.users += 1;
      return current;
    },
    leave(deadline) {
      const shared = inUse.get(deadline);
      if (shared === undefined) return;
      shared.users -= 1;
      disposeIfIdle(shared);
    },
  };
}

function createShared(outer: AbortSignal, timeoutMs: number, nowMs: number): Shared {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  // Many calls listen to one signal here, by design.
  setMaxListeners(0, controller.signal, outer);
  outer.addEventListener('abort', abort);
  const timer = setTimeout(abort, timeoutMs + SHARED_FOR_MS).unref();
  return {
    signal: controller.signal,
    outer,
    timeoutMs,
    openUntilMs: nowMs + SHARED_FOR_MS,
    users: 0,
    dispose() {
      clearTimeout(timer);
      outer.removeEventListener('abort', abort);
    },
  };
}
