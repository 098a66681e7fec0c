import type { Log } from '../core/ports/log.ts';
import type { WakeBackend, WakeConsumer } from './backend.ts';
import { createQuietErrors } from './quiet-errors.ts';
import { settles, within } from './within.ts';

/** The handling side of a wake queue: one BullMQ worker, replaced when it is stuck. */
export interface Handling {
  /** Called twice a second: builds the worker when the server is there, replaces one that only fails. */
  keep(serverIsThere: boolean): void;
  /** How many wakes the server has waiting; some while we are idle, twice in a row, means that our worker is stuck. */
  sawWaiting(count: number): void;
  /** Builds a new worker; the old one ends what it has begun. */
  replace(why: string): void;
  /** Stops taking wakes, waits a moment for what is being handled, closes. */
  close(serverIsThere: boolean): Promise<void>;
}

/** A handler only claims and starts work; one that takes this long must not keep its mailbox shut. */
const HANDLER_LIMIT_MS = 30_000;
/** Errors in half a second, beyond which a worker is spinning against a server that refuses it. */
const STORM = 20;
const AFTER_STORM_MS = 1000;
const CLOSE_LIMIT_MS = 3000;
const READY_LIMIT_MS = 4000;

/** A worker and what it is doing. */
interface Live {
  readonly consumer: WakeConsumer;
  readonly activity: { active: number };
}

export function createHandling(backend: WakeBackend, handle: (shard: number) => Promise<void>, log: Log): Handling {
  const errors = createQuietErrors(log);
  let worker: Live | undefined;
  let building: Promise<void> | undefined;
  let closed = false;
  let handled = 0;
  let lastSeen: { waiting: number; handled: number } | undefined;
  let notBeforeMs = 0;

  async function work(live: { active: number }, shard: number): Promise<void> {
    live.active += 1;
    handled += 1;
    try {
      await within(handle(shard), HANDLER_LIMIT_MS, 'handling a wake');
    } catch (error) {
      // Not BullMQ's business: a failed wake is no failed work, the database knows what is due.
      log.error({ shard, error: String(error) }, 'handling a wake failed');
    } finally {
      live.active -= 1;
    }
  }

  async function build(): Promise<void> {
    const activity = { active: 0 };
    const consumer = backend.createWorker((job) => work(activity, job.data.shard));
    const next: Live = { consumer, activity };
    consumer.on('error', (error) => errors.note(error, 'worker'));
    try {
      await within(consumer.waitUntilReady(), READY_LIMIT_MS, 'connecting a worker');
    } catch (error) {
      errors.note(error, 'worker');
      void abandon(next);
      return;
    }
    if (closed) {
      await abandon(next);
      return;
    }
    worker = next;
    lastSeen = undefined;
    consumer.run().catch((error: unknown) => errors.note(error, 'worker'));
  }

  function begin(): void {
    if (closed || worker !== undefined || building !== undefined || performance.now() < notBeforeMs) return;
    building = build().finally(() => {
      building = undefined;
    });
  }

  function replace(why: string): void {
    if (worker === undefined || closed) return;
    const old = worker;
    worker = undefined;
    log.info({ why }, 'replacing the queue worker');
    void end(old);
    begin();
  }

  return {
    keep: (serverIsThere) => {
      if (closed) return;
      if (errors.take() > STORM) {
        notBeforeMs = performance.now() + AFTER_STORM_MS;
        replace('it only fails');
      }
      if (serverIsThere) begin();
    },
    sawWaiting: (waiting) => {
      const idle = worker?.activity.active === 0;
      const stuck =
        idle && waiting > 0 && lastSeen !== undefined && lastSeen.waiting > 0 && lastSeen.handled === handled;
      lastSeen = { waiting, handled };
      if (stuck) replace('wakes wait while it is idle');
    },
    replace,
    close: async (serverIsThere) => {
      closed = true;
      if (building !== undefined) await settles(building, CLOSE_LIMIT_MS);
      const old = worker;
      worker = undefined;
      if (old === undefined) return;
      await (serverIsThere ? end(old) : abandon(old));
    },
  };
}

/**
 * In order: what is being handled ends and is acknowledged, if that takes no longer than {@link CLOSE_LIMIT_MS}. Pausing
 * waits for it; BullMQ's own orderly close would, with a hanging handler or a server that just went away, never come to
 * stopping its timers and so keep the process alive.
 */
async function end(worker: Live): Promise<void> {
  await settles(worker.consumer.pause(false), CLOSE_LIMIT_MS);
  await abandon(worker);
}

/** Without asking the server: it is away, or there is nothing to acknowledge. */
async function abandon(worker: Live): Promise<void> {
  if (await settles(worker.consumer.close(true), 1000)) return;
  await settles(worker.consumer.disconnect(), 500);
}
