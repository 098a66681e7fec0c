/** What one mailbox holds. By design at most one wake waits and one is handled; failed ones are not kept. */
export interface MailboxCounts {
  shard: number;
  waiting: number;
  active: number;
  failed: number;
}

/** How the queue stands, for people. */
export interface QueueLook {
  /** What it is kept in: Redis or the store. */
  backend: 'redis' | 'postgres';
  healthy: boolean;
  /** Null while its server does not answer. */
  mailboxes: readonly MailboxCounts[] | null;
}

/**
 * The queue only wakes. It holds ids of shards and nothing else; losing all of it loses no work.
 */
export interface WakeQueue {
  /**
   * Says that a shard has due work now. Fire and forget: never throws, never waits for an absent server. At most one
   * wake per shard is waiting besides the one being handled.
   */
  wake(shard: number): void;
  /** Begins to handle wakes; `handle` claims and starts work and returns without waiting for it to end. */
  listen(handle: (shard: number) => Promise<void>): Promise<void>;
  /** Whether the server answered lately; for metrics and `doctor`, never for readiness. */
  healthy(): boolean;
  /** Asks the server what stands in each mailbox. Never throws, never waits longer than a moment. */
  look(): Promise<QueueLook>;
  /** Drops every stored wake and adds one per shard. */
  rebuild(): Promise<void>;
  /** Stops handling, then closes its connections. */
  close(): Promise<void>;
}
