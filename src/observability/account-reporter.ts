import { setTimeout as sleep } from 'node:timers/promises';
import type { AccountId, InstanceId } from '../core/model/ids.ts';
import type { AccountHealthStore, OwnerReport, TallyReport } from '../core/ports/account-health-store.ts';
import type { Log } from '../core/ports/log.ts';

/** How often is looked whether there is something new to write. */
const LOOK_MS = 1_000;
/** An owner says at least this often that it is there; four times before it counts as silent. */
const REPEAT_MS = 30_000;
/** How long the last numbers may take at the end. */
const END_MS = 1_000;

/** One account as this process knows it. */
export interface ReportedAccount {
  id: AccountId;
  /** Absent in a process that does not receive: it has nothing to say of the connection. */
  report?: (() => OwnerReport) | undefined;
  /** Absent in a process that takes no updates. */
  tally?: (() => TallyReport) | undefined;
}

export interface AccountReporterOptions {
  store: Pick<AccountHealthStore, 'report' | 'tally'>;
  accounts: readonly ReportedAccount[];
  instance(): InstanceId;
  log: Log;
  /** Monotonic, ms. */
  nowMs(): number;
}

/** Writes what this process knows of its accounts into the store: what is new within a second, all of it every half minute. */
export interface AccountReporter {
  /** Something changed that should not wait for the next look. */
  soon(): void;
  /** Says the last numbers and stops. */
  stop(): Promise<void>;
}

/** Ages grow by themselves: they are no news, but that an update has no outcome is. */
function newsOf({ counts, unsettledMs }: TallyReport): string {
  return JSON.stringify([counts, unsettledMs === null]);
}

export function startAccountReporter(options: AccountReporterOptions): AccountReporter {
  const { store, log } = options;
  const written = new Map<string, { what: string; atMs: number }>();
  let running: Promise<void> | null = null;
  let again = false;

  /** Writes unless the same was written lately. What was not written, this once, is tried again at the next look. */
  async function write(key: string, what: string, run: () => Promise<boolean>): Promise<void> {
    const last = written.get(key);
    const now = options.nowMs();
    if (last !== undefined && last.what === what && now - last.atMs < REPEAT_MS) return;
    written.delete(key);
    try {
      if (await run()) written.set(key, { what, atMs: now });
    } catch (error) {
      log.debug({ err: error instanceof Error ? error.message : 'unknown' }, 'account health not written');
    }
  }

  async function look(): Promise<void> {
    const instance = options.instance();
    for (const { id, report, tally } of options.accounts) {
      if (report !== undefined) {
        const said = report();
        // Whoever does not own the account now may own it in a moment.
        await write(`${instance} report ${id}`, JSON.stringify(said), () => store.report(id, instance, said));
      }
      if (tally !== undefined) {
        const counted = tally();
        await write(`${instance} tally ${id}`, newsOf(counted), async () => {
          await store.tally(id, instance, counted);
          return true;
        });
      }
    }
  }

  function soon(): void {
    if (running !== null) {
      again = true;
      return;
    }
    running = look().finally(() => {
      running = null;
      if (!again) return;
      again = false;
      soon();
    });
  }

  const timer = setInterval(soon, LOOK_MS);
  timer.unref();
  soon();

  return {
    soon,
    async stop() {
      clearInterval(timer);
      again = false;
      const last = (async () => {
        await running;
        await look();
      })();
      // Numbers that a store that is away does not take are not worth a slow end.
      await Promise.race([last, sleep(END_MS, undefined, { ref: false })]);
    },
  };
}
