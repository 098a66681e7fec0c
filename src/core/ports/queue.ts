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
  /** Drops every stored wake and adds one per shard. */
  rebuild(): Promise<void>;
  /** Stops handling, then closes its connections. */
  close(): Promise<void>;
}
