import { z } from 'zod';
import { moment, rowId } from './shared-shapes.ts';

const count = z.int().min(0);

/** The queue and what it wakes for. */
export const queueStatus = z
  .object({
    /** Where wake-ups are kept: Redis, or the store. */
    backend: z.enum(['redis', 'postgres']),
    healthy: z.boolean(),
    /** Null while the queue's server does not answer. */
    mailboxes: z
      .array(z.object({ shard: count, waiting: count, active: count, failed: count }).meta({ id: 'Mailbox' }))
      .nullable(),
    dueThreads: count,
    oldestDueAgeMs: count,
    instances: z.array(
      z
        .object({
          id: rowId,
          roles: z.array(z.string()),
          host: z.string(),
          pid: z.int(),
          version: z.string(),
          startedAt: moment,
          heartbeatAgeMs: count,
        })
        .meta({ id: 'InstanceShown' }),
    ),
  })
  .meta({ id: 'QueueStatus' });

/** Nothing has to be said: the body is there so that a form of another page cannot send it. */
export const rebuildQueue = z.strictObject({}).meta({ id: 'RebuildQueue' });
