/** All that a job carries: which shard has due work. */
export interface WakeJob {
  readonly shard: number;
}

/** What the worker calls for each wake. */
export type WakeProcessor = (job: { data: WakeJob }) => Promise<void>;

/** What we use of BullMQ's Queue, whichever its store. */
export interface WakeProducer {
  on(event: 'error', listener: (error: Error) => void): unknown;
  waitUntilReady(): Promise<unknown>;
  add(name: 'wake', data: WakeJob, options: ReturnType<typeof wakeOptions>): Promise<unknown>;
  getWaitingCount(): Promise<number>;
  getDeduplicationJobId(id: string): Promise<string | null>;
  getJobs(types: ('waiting' | 'active' | 'failed')[], start: number, end: number): Promise<{ data: WakeJob }[]>;
  getJob(id: string): Promise<unknown>;
  removeDeduplicationKey(id: string): Promise<unknown>;
  obliterate(options: { force: boolean }): Promise<void>;
  close(): Promise<void>;
  disconnect(): Promise<void>;
}

/** What we use of BullMQ's Worker. */
export interface WakeConsumer {
  on(event: 'error', listener: (error: Error) => void): unknown;
  waitUntilReady(): Promise<unknown>;
  run(): Promise<void>;
  pause(doNotWaitActive: boolean): Promise<void>;
  close(force?: boolean): Promise<void>;
  disconnect(): Promise<void>;
}

/** One of BullMQ's stores, behind what our queue needs of it. */
export interface WakeBackend {
  readonly kind: 'redis' | 'postgres';
  /** Builds the adding side; it connects by itself. */
  createQueue(): WakeProducer;
  /** Builds the handling side; it connects by itself and begins with `run`. */
  createWorker(process: WakeProcessor): WakeConsumer;
  /** Closes what the backend itself holds. Never hangs, never throws. */
  close(): Promise<void>;
}

/** Options of both backends' workers; the reasons are in docs/decisions and the queue's contract test. */
export function workerOptions(concurrency: number) {
  return {
    concurrency,
    // A worker must not run before it is ready: BullMQ's Postgres backend remembers a failed first connection for ever,
    // and the worker then spins on it without ever giving the event loop back.
    autorun: false,
    // A dead worker's mailbox is free again after about lock + check; until then the sweeper drains its shard.
    lockDuration: 5000,
    stalledInterval: 2000,
    // Jobs are wakes, not work: one that stalls ever again is simply handled again.
    maxStalledCount: 1000,
    // The default of 15 s would keep a worker idle long after a restarted server is back.
    runRetryDelay: 500,
    drainDelay: 5,
  };
}

/** Options of each wake. */
export function wakeOptions(shard: number) {
  return {
    deduplication: { id: mailboxOf(shard), keepLastIfActive: true },
    // A BullMQ retry would reorder; a wake that failed is made good by the sweeper.
    attempts: 1,
    removeOnComplete: true,
    removeOnFail: true,
  };
}

/** The deduplication id of a shard: at most one wake handled and one waiting. */
export function mailboxOf(shard: number): string {
  return `shard-${shard}`;
}
