import type { Log } from './ports/log.ts';

/** What a start has opened so far, so that it can be closed again from any point of it. */
export interface Opened {
  /** Remembers how to close what was just opened; `what` names it in the log. */
  add(what: string, close: () => Promise<unknown> | void): void;
  /** Closes everything, the last opened first. One that fails is logged and keeps no other from being closed. */
  close(): Promise<void>;
}

/** Makes an empty list. Closing twice closes nothing twice. */
export function createOpened(log: Log): Opened {
  const open: { what: string; close: () => Promise<unknown> | void }[] = [];
  return {
    add(what, close) {
      open.push({ what, close });
    },
    async close() {
      for (let last = open.pop(); last !== undefined; last = open.pop()) {
        try {
          await last.close();
        } catch (error) {
          log.warn({ what: last.what, err: error instanceof Error ? error.message : 'unknown' }, 'not closed in order');
        }
      }
    },
  };
}
