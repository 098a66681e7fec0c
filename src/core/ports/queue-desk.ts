import type { AgentId } from '../model/ids.ts';
import type { QueueLook } from './queue.ts';

/** A process as its own row tells of it. */
export interface InstanceShown {
  id: string;
  roles: readonly string[];
  host: string;
  pid: number;
  version: string;
  /** RFC 3339. */
  startedAt: string;
  heartbeatAgeMs: number;
}

/** The queue and what it wakes for, as administrators see it. */
export interface QueueStatus extends QueueLook {
  /** Threads that are due now, and how long the oldest has been; ms, 0 when none is. */
  dueThreads: number;
  oldestDueAgeMs: number;
  /** Processes that have not ended, or whose end nobody noticed yet. */
  instances: readonly InstanceShown[];
}

/** What an administrator may look at and do about the queue. */
export interface QueueDesk {
  status(): Promise<QueueStatus>;
  /** Drops every stored wake and adds one per shard; audited. @throws {Refused} `queue_away` when its server does not answer */
  rebuild(by: AgentId): Promise<QueueStatus>;
}
