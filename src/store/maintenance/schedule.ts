import type { Log } from '../../core/ports/log.ts';
import type { WakeQueue } from '../../core/ports/queue.ts';
import type { BlobStore } from '../../files/blob-store.ts';
import type { Metrics } from '../../observability/metrics.ts';
import type { Database } from '../database.ts';
import { readBacklog } from './backlog.ts';
import { returnFromDisabled } from './disabled-agents.ts';
import { applyLateChanges } from './late-changes.ts';
import { sweepOrphans } from './orphans.ts';
import { applyRetention, type RetentionTimes } from './retention.ts';
import { dueWork, expireWaiting, sealAudit } from './upkeep.ts';

export interface UpkeepOptions {
  database: Database;
  log: Log;
  metrics: Metrics;
  queue: Pick<WakeQueue, 'healthy'>;
  retention: RetentionTimes;
  blobs: BlobStore;
  deleteBlob(id: string): Promise<void>;
}

const SEAL_MS = 1_000;
const LOOK_MS = 5_000;
/** No multiple of the others': work that comes at one moment takes connections from the messages. */
const DISABLED_MS = 7_300;
const LATE_CHANGES_MS = 2_300;
const BACKLOG_MS = 11_900;
const EXPIRE_MS = 60_000;
const DAY_MS = 86_400_000;

/** The work that is nobody's turn: sealing the audit, reading gauges, expiring what waits, the daily retention. */
export function startUpkeep(options: UpkeepOptions): { stop(): void } {
  const { database, log, metrics } = options;
  const timers: NodeJS.Timeout[] = [];

  /** Runs again and again with a pause between; a failure is logged and the next run tries again. */
  function every(ms: number, what: string, run: () => Promise<unknown>): void {
    let busy = false;
    const timer = setInterval(() => {
      if (busy) return;
      busy = true;
      run()
        .catch((error: unknown) =>
          log.warn({ what, err: error instanceof Error ? error.message : 'unknown' }, 'upkeep failed'),
        )
        .finally(() => {
          busy = false;
        });
    }, ms);
    timer.unref();
    timers.push(timer);
  }

  every(SEAL_MS, 'audit seal', async () => {
    while ((await sealAudit(database)) === 500);
  });
  every(LOOK_MS, 'gauges', async () => {
    metrics.due(await dueWork(database));
    metrics.queueHealthy(options.queue.healthy());
  });
  const backlog = async (): Promise<void> => metrics.backlog(await readBacklog(database));
  every(BACKLOG_MS, 'backlog', backlog);
  every(DISABLED_MS, 'disabled agents', async () => {
    const returned = await returnFromDisabled(database);
    if (returned > 0) log.info({ returned }, 'conversations of disabled agents went back to their teams');
  });
  every(LATE_CHANGES_MS, 'late changes', () => applyLateChanges(database));
  every(EXPIRE_MS, 'expiry', () => expireWaiting(database));
  const daily = async (): Promise<void> => {
    const done = await applyRetention(database, options.retention, options.deleteBlob);
    if (done !== null) log.info(done, 'retention applied');
    const orphans = await sweepOrphans(database, options.blobs);
    if (orphans > 0) log.info({ orphans }, 'files nobody names were removed');
  };
  every(DAY_MS, 'retention', daily);
  const first = setTimeout(() => void daily().catch(() => undefined), EXPIRE_MS);
  first.unref();

  return {
    stop() {
      clearTimeout(first);
      for (const timer of timers) clearInterval(timer);
    },
  };
}
