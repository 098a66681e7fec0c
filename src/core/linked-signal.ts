import { setMaxListeners } from 'node:events';

/** A signal that aborts with any of others, by itself, or after a time. */
export interface Linked {
  readonly signal: AbortSignal;
  abort(): void;
  /** Lets go of the other signals and of the timer. */
  release(): void;
}

/**
 * Unlike `AbortSignal.any` it lets go when it is done with: the others may live as long as the process. And its time is kept: a signal
 * of `AbortSignal.timeout` that nothing but `any` holds is collected in Node 20, and then never comes. @param withinMs no time where
 * left out
 */
export function linked(to: AbortSignal | readonly AbortSignal[], withinMs?: number): Linked {
  const others = to instanceof AbortSignal ? [to] : to;
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const timer = withinMs === undefined ? null : setTimeout(abort, withinMs);
  timer?.unref();
  // As many calls wait with one signal as there is work.
  setMaxListeners(0, ...others, controller.signal);
  for (const other of others) {
    if (other.aborted) abort();
    else other.addEventListener('abort', abort, { once: true });
  }
  return {
    signal: controller.signal,
    abort,
    release() {
      if (timer !== null) clearTimeout(timer);
      for (const other of others) other.removeEventListener('abort', abort);
    },
  };
}
