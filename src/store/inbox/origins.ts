import { sql } from 'kysely';
import type { Viewer } from '../../core/model/agent.ts';
import type { OriginShown } from '../../core/model/inbox.ts';
import type { Database } from '../database.ts';
import { sees } from './conversation-row.ts';
import { readThread, type ThreadEntries } from './thread.ts';

/** Entries that are shown of each. */
const SHOWN = 50;
/** A thread has more of them only where somebody goes back and forth; the newest are shown. */
const MOST = 10;

interface OriginRow {
  id: string;
  number: number;
  thread_id: string;
  continued_in: string;
  kind: OriginShown['threadKind'];
  title: string | null;
}

/** What began in other places and goes on in conversations that begin on a page, as far as the viewer may see it; oldest first. */
export async function readOrigins(
  database: Database,
  viewer: Viewer,
  page: ThreadEntries,
  contactName: string,
): Promise<OriginShown[]> {
  const begun = beginOn(page);
  if (begun.length === 0) return [];
  const { rows } = await sql<OriginRow>`
    SELECT c.id, c.number, c.thread_id, c.continued_in, t.kind, t.title
    FROM conversation c JOIN thread t ON t.id = c.thread_id
    WHERE c.continued_in = ANY (${begun}::uuid[]) AND ${sees(viewer)}
    ORDER BY c.number DESC LIMIT ${MOST}`.execute(database.db);
  return Promise.all(
    rows.toReversed().map(async (row): Promise<OriginShown> => {
      const { items, follows } = await readThread(database, {
        threadId: row.thread_id,
        conversationId: row.id,
        contactName,
        before: undefined,
        limit: SHOWN,
      });
      const own = items.filter(({ conversationId }) => conversationId === row.id);
      return {
        id: row.id,
        number: row.number,
        continuedIn: row.continued_in,
        threadKind: row.kind,
        threadTitle: row.title,
        items: own,
        more: follows === row.id,
      };
    }),
  );
}

/** The conversations that begin on a page: all but the one that goes on from before it. */
function beginOn({ items, follows }: ThreadEntries): string[] {
  return [...new Set(items.map(({ conversationId }) => conversationId))].filter((id) => id !== follows);
}
