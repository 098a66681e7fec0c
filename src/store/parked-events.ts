import { sql } from 'kysely';
import type { ParkedEvent } from '../core/model/account.ts';
import type { Database } from './database.ts';

/** Of one account. */
const LATEST = 5;
/** More than this is counted no further: somebody has to look anyway. */
const MOST = 1_000;

interface Row {
  account_id: string;
  event_key: string;
  reason: string | null;
  received_at: Date;
  of: number;
}

/** What each account brought that nobody could read, newest first; by the index of parked events alone. */
export async function readParkedEvents({
  db,
}: Database): Promise<Map<string, { count: number; latest: ParkedEvent[] }>> {
  const { rows } = await sql<Row>`
    WITH parked AS (
      SELECT account_id, event_key, reason, received_at FROM inbound_event WHERE state = 'parked'
      ORDER BY received_at DESC LIMIT ${MOST}
    ), numbered AS (
      SELECT p.*, row_number() OVER (PARTITION BY account_id ORDER BY received_at DESC) AS no,
        count(*) OVER (PARTITION BY account_id)::integer AS of FROM parked p
    )
    SELECT account_id, event_key, reason, received_at, of FROM numbered WHERE no <= ${LATEST} ORDER BY account_id, no`.execute(
    db,
  );
  const byAccount = new Map<string, { count: number; latest: ParkedEvent[] }>();
  for (const row of rows) {
    const entry = byAccount.get(row.account_id) ?? { count: row.of, latest: [] };
    entry.latest.push({
      key: `${row.account_id}/${row.event_key}`,
      reason: row.reason ?? 'nobody could read it',
      receivedAt: row.received_at.toISOString(),
    });
    byAccount.set(row.account_id, entry);
  }
  return byAccount;
}
