import type { Log } from '../core/ports/log.ts';

/** Logs a broken connection once, not once per attempt. */
export interface QuietErrors {
  /** Counts an error and logs the first of each ten seconds, with the number left out since. */
  note(error: unknown, what: string): void;
  /** The queue answers again: said once, when trouble was told before. */
  back(): void;
  /** Errors noted since the last call. */
  take(): number;
}

const SILENCE_MS = 10_000;

export function createQuietErrors(log: Log): QuietErrors {
  let quietUntilMs = 0;
  let leftOut = 0;
  let count = 0;
  let told = false;
  return {
    note: (error, what) => {
      count += 1;
      const nowMs = performance.now();
      if (nowMs < quietUntilMs) {
        leftOut += 1;
        return;
      }
      quietUntilMs = nowMs + SILENCE_MS;
      told = true;
      log.warn(
        { error: String(error), what, leftOut },
        'queue trouble; the sweeper does its work meanwhile: check that the server of queue.url runs and can be reached',
      );
      leftOut = 0;
    },
    back: () => {
      if (!told) return;
      told = false;
      quietUntilMs = 0;
      log.info({ leftOut }, 'the queue is back');
      leftOut = 0;
    },
    take: () => {
      const taken = count;
      count = 0;
      return taken;
    },
  };
}
