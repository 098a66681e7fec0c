import { sql } from 'kysely';
import { Refused } from '../core/errors.ts';
import type { WakeQueue } from '../core/ports/queue.ts';
import type { QueueDesk } from '../core/ports/queue-desk.ts';
import { audit } from './audit-row.ts';
import type { Database } from './database.ts';
import { dueWork } from './maintenance/upkeep.ts';

interface InstanceRow {
  id: string;
  roles: string[];
  host: string;
  pid: number;
  version: string;
  started_at: Date;
  age_ms: number;
}

/** What the queue says of itself beside what the store knows is due. */
export function createQueueDesk(database: Database, queue: Pick<WakeQueue, 'look' | 'rebuild'>): QueueDesk {
  async function status(): ReturnType<QueueDesk['status']> {
    const [look, due, { rows }] = await Promise.all([
      queue.look(),
      dueWork(database),
      sql<InstanceRow>`
        SELECT id, roles, host, pid, version, started_at,
          (extract(epoch FROM now() - heartbeat_at) * 1000)::float8 AS age_ms
        FROM instance WHERE ended_at IS NULL ORDER BY started_at, id`.execute(database.db),
    ]);
    return {
      ...look,
      dueThreads: due.threads,
      oldestDueAgeMs: Math.max(0, Math.round(due.oldestAgeMs)),
      instances: rows.map(({ started_at, age_ms, ...row }) => ({
        ...row,
        startedAt: started_at.toISOString(),
        heartbeatAgeMs: Math.max(0, Math.round(age_ms)),
      })),
    };
  }

  return {
    status,
    async rebuild(by) {
      try {
        await queue.rebuild();
      } catch (error) {
        throw new Refused('queue_away', "the queue's server does not answer", {
          mend: 'check that it runs (parley doctor); meanwhile work is found about a second later, nothing is lost',
          cause: error,
        });
      }
      await audit(database.db, { agentId: by, action: 'queue.rebuilt', subjectKind: 'queue', subjectId: 'wakes' });
      return status();
    },
  };
}
