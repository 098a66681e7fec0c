import { crashPoint } from '../core/crash-point.ts';
import { InstanceDead } from '../core/errors.ts';
import type { ThreadId } from '../core/model/ids.ts';
import type { Log } from '../core/ports/log.ts';
import type { PipelineStore, Suspicion, Work } from '../core/ports/pipeline-store.ts';
import type { WakeQueue } from '../core/ports/queue.ts';
import { type DrainOptions, drainThread } from './drain-thread.ts';

/** Threads one process works on at once. */
export const MAX_ACTIVE = 128;
/** The sweeper claims what has been due for this long: nobody's wake reached it. */
export const OVERDUE_MS = 1_000;
const SWEEP_MS = 500;
/** How far ahead the one timer looks; beyond it the next sweep sets it anew. */
const TIMER_HORIZON_MS = 2_000;
/**
 * Before suspect threads are drained the others get this long to end, ms, and so do the suspects before the others go on:
 * what is left by then only waits for a platform, and waiting ends no process.
 */
const ALONE_PATIENCE_MS = 2_000;
/**
 * Suspects drained beside each other the first time. A process that was killed leaves as many as it worked on, nearly all of
 * them innocent; one by one, each waiting for its platform, they would keep everybody else waiting for a minute.
 */
export const SUSPECTS_AT_ONCE = 16;

export interface WorkerOptions {
  store: PipelineStore;
  queue: WakeQueue;
  log: Log;
  shards: number;
  drain: Omit<DrainOptions, 'stopping'>;
  /** Frees what dead instances held. */
  reap(): Promise<number>;
  maxActive?: number;
}

/** Resolves with the promise, or after this long without it. */
async function within(promise: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((done) => {
    timer = setTimeout(done, ms);
  });
  await Promise.race([promise, late]);
  clearTimeout(timer);
}

/** Claims due threads on a wake, on its own timer and by sweeping, and drains them. */
export interface Worker {
  start(): Promise<void>;
  /** Threads being worked on. */
  active(): number;
  /** Claims nothing more, waits for the steps under way (at most `graceMs`), and gives their leases back. */
  stop(graceMs: number): Promise<void>;
}

export function createWorker(options: WorkerOptions): Worker {
  const { store, queue, log } = options;
  const maxActive = options.maxActive ?? MAX_ACTIVE;
  /** Shards with due work that found no free place; null stands for "any". */
  const hungry = new Set<number | null>();
  let active = 0;
  /** Places promised to claims under way, so that two claims never share one. */
  let promised = 0;
  const working = new Set<ThreadId>();
  /** Leases may be ours without anybody working on them: a claim's answer was lost, or a lease could not be given back. */
  let astray = false;
  let alone = false;
  let stopping = false;
  let sweeping: Promise<void> = Promise.resolve();
  let sweepTimer: NodeJS.Timeout | undefined;
  let dueTimer: NodeJS.Timeout | undefined;
  let onIdle: (() => void)[] = [];

  const drainOptions: DrainOptions = { ...options.drain, stopping: () => stopping };

  /** Drains a thread in the background; resolves when it is given back. Never rejects. */
  function begin(work: Work): Promise<void> {
    active += 1;
    working.add(work.threadId);
    return drainThread(work, drainOptions)
      .catch((error: unknown) => {
        // The lease would stay ours and the thread unworked: give it back; the sweeper finds it in a second.
        log.error(
          { threadId: work.threadId, err: error instanceof Error ? error.message : 'unknown' },
          'a drain ended badly',
        );
        return store.resume({ threadId: work.threadId, token: work.token, release: true }).then(
          () => false,
          () => {
            astray = true;
            return false;
          },
        );
      })
      .then((dueNow) => {
        active -= 1;
        working.delete(work.threadId);
        settleIdle();
        if (dueNow) queue.wake(Number.parseInt(work.threadId.slice(-2), 16) % options.shards);
        feed();
      });
  }

  function settleIdle(): void {
    if (active > 0 || promised > 0) return;
    const woken = onIdle;
    onIdle = [];
    for (const wake of woken) wake();
  }

  function feed(): void {
    if (stopping || alone || hungry.size === 0 || active + promised >= maxActive) return;
    const [shard] = hungry;
    if (shard === undefined) return;
    hungry.delete(shard);
    void claim(shard, 0).catch((error: unknown) => report(error));
  }

  function report(error: unknown): void {
    if (error instanceof InstanceDead) return;
    log.warn(
      { err: error instanceof Error ? error.message : 'unknown' },
      'claiming work failed; the sweeper tries again',
    );
  }

  /** Claims until nothing is due or no place is free. */
  async function claim(shard: number | null, overdueMs: number): Promise<void> {
    for (;;) {
      if (stopping) return;
      const limit = maxActive - active - promised;
      if (limit <= 0 || alone) {
        hungry.add(shard);
        return;
      }
      promised += limit;
      let found = 0;
      try {
        crashPoint('claim.before');
        const works = await store.claim({ shard, limit, overdueMs, suspicion: 0 });
        crashPoint('claim.after');
        found = works.length;
        for (const work of works) void begin(work);
      } catch (error) {
        astray = true;
        throw error;
      } finally {
        promised -= limit;
        settleIdle();
      }
      if (found < limit) {
        feed();
        return;
      }
    }
  }

  function idle(patienceMs: number): Promise<boolean> {
    if (active === 0 && promised === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), patienceMs);
      onIdle.push(() => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }

  /**
   * Drains suspects with nobody else beside them: a few at once, and those whose process died even so one by one, so that a
   * death points at one thread. What may well be innocent goes first.
   */
  async function drainSuspects(): Promise<void> {
    if (alone || stopping) return;
    alone = true;
    try {
      await idle(ALONE_PATIENCE_MS);
      await drainSuspectsOf(1, Math.min(SUSPECTS_AT_ONCE, maxActive));
      await drainSuspectsOf(2, 1);
    } finally {
      alone = false;
      feed();
    }
  }

  async function drainSuspectsOf(suspicion: Suspicion, limit: number): Promise<void> {
    while (!stopping) {
      const works = await store.claim({ shard: null, limit, overdueMs: 0, suspicion }).catch((error: unknown) => {
        astray = true;
        throw error;
      });
      if (works.length === 0) return;
      await within(
        Promise.all(works.map(begin)).then(() => undefined),
        ALONE_PATIENCE_MS,
      );
    }
  }

  /** Gives back leases gone astray; no claim may be under way meanwhile, so that nothing newly claimed goes with them. */
  async function reclaim(): Promise<void> {
    if (!astray || promised > 0 || alone) return;
    alone = true;
    try {
      astray = false;
      const freed = await store.reclaim([...working]);
      if (freed > 0) log.warn({ threads: freed }, 'leases gone astray were given back');
    } catch (error) {
      astray = true;
      throw error;
    } finally {
      alone = false;
      feed();
    }
  }

  function armTimer(nextMs: number | null): void {
    clearTimeout(dueTimer);
    if (nextMs === null || nextMs > TIMER_HORIZON_MS || stopping) return;
    dueTimer = setTimeout(
      () => {
        claim(null, 0)
          .then(() => store.nextDueMs())
          .then(armTimer)
          .catch(report);
      },
      Math.max(1, Math.ceil(nextMs)),
    );
  }

  async function sweep(): Promise<void> {
    await options.reap();
    await reclaim();
    await claim(null, OVERDUE_MS);
    crashPoint('sweep.after-claim');
    if (await store.hasSuspects()) await drainSuspects();
    armTimer(await store.nextDueMs());
  }

  function scheduleSweep(): void {
    sweepTimer = setTimeout(() => {
      sweeping = sweep()
        .catch(report)
        .finally(() => {
          if (!stopping) scheduleSweep();
        });
    }, SWEEP_MS);
  }

  return {
    async start() {
      await queue.listen(async (shard) => {
        await claim(shard, 0).catch(report);
      });
      // What a process before this one left due does not wait to be overdue.
      await claim(null, 0).catch(report);
      await sweep().catch(report);
      scheduleSweep();
    },
    active: () => active,
    async stop(graceMs) {
      stopping = true;
      clearTimeout(sweepTimer);
      clearTimeout(dueTimer);
      await sweeping;
      await idle(graceMs);
    },
  };
}
