import { sql } from 'kysely';
import type { DeliveryState } from '../../core/model/outbound.ts';
import type { Database } from '../database.ts';

/** What stands in the store and is not done. */
export interface StoredBacklog {
  deliveries: Partial<Record<DeliveryState, number>>;
  parked: { payloads: number; messages: number };
  /** Living processes by role. */
  instances: Record<string, number>;
}

/** A process whose heartbeat is older is not counted as living; as in bury_v1. */
const ALIVE = '10 seconds';

/**
 * Counts what is not done, along the partial indexes: a thread with open parts is due or leased, so what this costs grows
 * with the backlog and not with the store.
 */
export async function readBacklog({ db }: Database): Promise<StoredBacklog> {
  const { rows: open } = await sql<{ state: DeliveryState; count: number }>`
    SELECT d.state, count(*) AS count
    FROM thread t JOIN delivery d ON d.thread_id = t.id AND d.out_seq >= t.open_from
    WHERE t.open_from IS NOT NULL AND (t.due_at IS NOT NULL OR t.lease_owner IS NOT NULL)
      AND d.state IN ('scheduled', 'pending', 'sending', 'retry', 'unknown')
    GROUP BY d.state`.execute(db);
  const { rows: waiting } = await sql<{ review: number; payloads: number; messages: number }>`
    SELECT (SELECT count(*) FROM delivery WHERE attention_at IS NOT NULL AND state = 'needs_review') AS review,
      (SELECT count(*) FROM inbound_event WHERE state = 'parked') AS payloads,
      (SELECT count(*) FROM message WHERE parked_at IS NOT NULL) AS messages`.execute(db);
  const { rows: roles } = await sql<{ role: string; count: number }>`
    SELECT role, count(*) AS count FROM instance, unnest(roles) AS role
    WHERE ended_at IS NULL AND heartbeat_at > now() - ${ALIVE}::interval GROUP BY role`.execute(db);
  const { review = 0, payloads = 0, messages = 0 } = waiting[0] ?? {};
  return {
    deliveries: { ...Object.fromEntries(open.map(({ state, count }) => [state, count])), needs_review: review },
    parked: { payloads, messages },
    instances: Object.fromEntries(roles.map(({ role, count }) => [role, count])),
  };
}
