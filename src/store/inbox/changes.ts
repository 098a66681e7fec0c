import { sql } from 'kysely';
import { Refused } from '../../core/errors.ts';
import type { Viewer } from '../../core/model/agent.ts';
import type { ChangeList } from '../../core/model/inbox.ts';
import type { Database } from '../database.ts';
import { sees } from './conversation-row.ts';

interface ChangeRow {
  xid: string;
  place: number;
  conversation_id: string;
  version: number;
  visible: boolean;
}

/** A transaction, and how many of its rows were handed out. */
interface Cursor {
  xid: string;
  place: number;
}

/** An xid8 has 64 bits. */
const LAST_XID = 2n ** 64n - 1n;

function decode(cursor: string): Cursor {
  const [, xid, place] = /^(\d{1,20})-(\d{1,9})$/.exec(cursor) ?? [];
  if (xid === undefined || place === undefined || BigInt(xid) > LAST_XID) {
    throw new Refused('cursor', 'this is no cursor of the changes', { mend: 'use the `next` of the answer before' });
  }
  return { xid, place: Number(place) };
}

/**
 * Changes after a cursor, as far as nothing can be committed before them any more. Without a cursor: none, and where to begin.
 * @throws {Refused} `events_expired` when what comes after the cursor may be gone
 */
export async function changesAfter(
  { db }: Database,
  viewer: Viewer,
  after: string | null,
  limit: number,
): Promise<ChangeList> {
  const begin = await sql<{ floor: string; settled: string; expired: boolean }>`
    SELECT s.settled::text, coalesce(f.xid, '0'::xid8)::text AS floor,
      (${after === null ? null : decode(after).xid}::text::xid8 < f.xid
        OR ${after === null ? null : decode(after).xid}::text::xid8 > s.settled) IS TRUE AS expired
    FROM (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS settled) s
    LEFT JOIN conversation_change_floor f ON true`.execute(db);
  const { settled, expired } = begin.rows[0] ?? { settled: '0', expired: true };
  if (after === null) return { items: [], next: `${settled}-0` };
  if (expired) {
    throw new Refused('events_expired', 'what came after this cursor is not kept any more', {
      mend: 'ask without `after` for a new cursor, then fetch the lists again',
    });
  }
  const from = decode(after);
  // Only rows older than the oldest transaction that still runs: whatever commits later has a higher number.
  const { rows } = await sql<ChangeRow>`
    WITH page AS MATERIALIZED (
      SELECT e.xid, e.conversation_id, e.version FROM conversation_change e
      WHERE e.xid >= ${from.xid}::text::xid8 AND e.xid < ${settled}::text::xid8
      ORDER BY e.xid, e.conversation_id, e.version OFFSET ${from.place} LIMIT ${limit}
    ), placed AS (
      SELECT page.*, row_number() OVER (PARTITION BY page.xid ORDER BY page.conversation_id, page.version)::integer
        + CASE WHEN page.xid = ${from.xid}::text::xid8 THEN ${from.place}::integer ELSE 0 END AS place
      FROM page
    )
    SELECT placed.xid::text, placed.place, placed.conversation_id, placed.version, (c.id IS NOT NULL) AS visible
    FROM placed LEFT JOIN conversation c ON c.id = placed.conversation_id AND ${sees(viewer)}
    ORDER BY placed.xid, placed.conversation_id, placed.version`.execute(db);
  const newest = new Map<string, number>();
  for (const row of rows) if (row.visible) newest.set(row.conversation_id, row.version);
  const last = rows.at(-1);
  return {
    items: [...newest].map(([conversationId, version]) => ({ conversationId, version })),
    next: last === undefined ? `${settled}-0` : `${last.xid}-${last.place}`,
  };
}
