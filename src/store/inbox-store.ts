import { sql } from 'kysely';
import type { Viewer } from '../core/model/agent.ts';
import { brandId, type ConversationId } from '../core/model/ids.ts';
import type { InboxStore } from '../core/ports/inbox-store.ts';
import type { Database } from './database.ts';
import { changesAfter } from './inbox/changes.ts';
import { type ShownRow, sees, shownColumns, shownJoins, toShown } from './inbox/conversation-row.ts';
import { countViews, listConversations } from './inbox/list.ts';
import { readThread } from './inbox/thread.ts';

/** What agents see, over the store. */
export function createInboxStore(database: Database): InboxStore {
  const { db } = database;

  async function find(viewer: Viewer, id: ConversationId): Promise<ShownRow | undefined> {
    const { rows } = await sql<ShownRow>`
      SELECT ${shownColumns} FROM conversation c ${shownJoins} WHERE c.id = ${id} AND ${sees(viewer)}`.execute(db);
    return rows[0];
  }

  return {
    counts: (viewer) => countViews(database, viewer),
    list: (viewer, query) => listConversations(database, viewer, query),
    changes: (viewer, after, limit) => changesAfter(database, viewer, after, limit),

    async conversation(viewer, id) {
      const row = await find(viewer, id);
      return row === undefined ? null : toShown(row);
    },

    async messages(viewer, id, { before, limit }) {
      const row = await find(viewer, id);
      if (row === undefined) return null;
      const { items, more } = await readThread(database, {
        threadId: row.thread_id,
        conversationId: id,
        contactName: row.contact_name,
        before,
        limit,
      });
      return { conversation: toShown(row), items, more };
    },

    async replyAddress(viewer, id) {
      const row = await find(viewer, id);
      return row === undefined ? null : { accountId: row.account_id, threadId: brandId(row.thread_id) };
    },
  };
}
