import { setMaxListeners } from 'node:events';

/** A signal that aborts with another one, by itself, or after a time. */
export interface Linked {
  readonly signal: AbortSignal;
  abort(): void;
  /** Lets go of the other signal and of the timer. */
  release(): void;
}

/** Unlike `AbortSignal.any` it is let go of when it is done with: the other signal may live as long as the process. */
export function linked(to: AbortSignal, withinMs?: number): Linked {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const timer = withinMs === undefined ? null : setTimeout(abort, withinMs);
  timer?.unref();
  // As many calls wait with one signal as there is work.
  setMaxListeners(0, to, controller.signal);
  if (to.aborted) abort();
  else to.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    abort,
    release() {
      if (timer !== null) clearTimeout(timer);
      to.removeEventListener('abort', abort);
    },
  };
}
