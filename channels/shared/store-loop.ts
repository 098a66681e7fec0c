import type { ConnectionState } from '../../src/core/ports/channel.ts';
import type { Log } from '../../src/core/ports/log.ts';
import { createBackoff } from './backoff.ts';

/** How somebody waits until what they brought is stored. */
export interface StoreLoop {
  log: Log;
  /** For the log, where it was not: `a page was not stored`, and whose it is. */
  what: string;
  fields?: Readonly<Record<string, unknown>>;
  /** Who keeps it meanwhile, such as the platform; left out: nobody but we. */
  keeper?: string;
  /** Hears how the store stands; null: well again. */
  tell(state: ConnectionState | null): void;
  /** The first wait and the longest, ms. */
  firstRetryMs: number;
  mostRetryMs: number;
  pause(ms: number, signal: AbortSignal): Promise<void>;
}

/** Repeats what stores something until it does. @returns false when aborted before that */
export async function storeUntilTaken(
  store: () => Promise<void>,
  { log, what, fields = {}, keeper, tell, firstRetryMs, mostRetryMs, pause }: StoreLoop,
  signal: AbortSignal,
): Promise<boolean> {
  const backoff = createBackoff({ firstMs: firstRetryMs, maxMs: mostRetryMs });
  while (!signal.aborted) {
    try {
      await store();
      tell(null);
      return true;
    } catch (error) {
      log.warn({ ...fields, error: error instanceof Error ? error.name : typeof error }, what);
      tell({
        state: 'retrying',
        code: 'ingest_refused',
        message: `The gateway cannot store messages now${keeper === undefined ? '' : `; ${keeper} keeps them`}`,
        mend: 'Look at the store: parley doctor says what is wrong with it.',
      });
      await pause(backoff.nextMs(), signal);
    }
  }
  return false;
}
