import { sql } from 'kysely';
import type { Viewer } from '../core/model/agent.ts';
import type { MessageExtras } from '../core/model/extras.ts';
import { brandId, type ConversationId } from '../core/model/ids.ts';
import type { InboxStore } from '../core/ports/inbox-store.ts';
import { standsInChat } from '../core/rules/message-words.ts';
import type { Database } from './database.ts';
import { changesAfter } from './inbox/changes.ts';
import { type ShownRow, sees, shownColumns, shownJoins, toShown } from './inbox/conversation-row.ts';
import { readLetter } from './inbox/letter.ts';
import { countViews, listConversations } from './inbox/list.ts';
import { readOrigins } from './inbox/origins.ts';
import { readParticipants } from './inbox/participants.ts';
import { readThread } from './inbox/thread.ts';

/** What agents see, over the store. */
export function createInboxStore(database: Database): InboxStore {
  const { db } = database;

  async function find(viewer: Viewer, id: ConversationId): Promise<ShownRow | undefined> {
    const { rows } = await sql<ShownRow>`
      SELECT ${shownColumns} FROM conversation c ${shownJoins} WHERE c.id = ${id} AND ${sees(viewer)}`.execute(db);
    return rows[0];
  }

  /** Among others: what called us in the customer's last message. */
  async function entryOf({ thread_id: thread, thread_kind: kind }: ShownRow): Promise<string | null> {
    if (kind === 'private') return null;
    const { rows } = await sql<{ entry: string | null }>`
      SELECT m.entry FROM message m WHERE m.thread_id = ${thread} AND m.kind = 'inbound' ORDER BY m.seq DESC LIMIT 1`.execute(
      db,
    );
    return rows[0]?.entry ?? null;
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
      const [page, participants, entry] = await Promise.all([
        readThread(database, {
          threadId: row.thread_id,
          conversationId: id,
          contactName: row.contact_name,
          before,
          limit,
        }),
        readParticipants(database, row.thread_id),
        entryOf(row),
      ]);
      const origins = await readOrigins(database, viewer, page, row.contact_name);
      const place = { address: row.address, threadKind: row.thread_kind, entry };
      return {
        page: { conversation: toShown(row), items: page.items, more: page.follows !== null, participants, origins },
        place,
      };
    },

    letter: (viewer, message) => readLetter(database, viewer, message),

    async replyAddress(viewer, id) {
      const row = await find(viewer, id);
      if (row === undefined) return null;
      const { account_id: accountId, address, thread_kind: threadKind, language } = row;
      const entry = await entryOf(row);
      return { accountId, threadId: brandId(row.thread_id), address, threadKind, language, entry };
    },

    async answerable(viewer, id, message) {
      const { rows } = await sql<{ external_id: string; extras: MessageExtras | null; entry: string | null }>`
        SELECT x.external_id, m.extras, m.entry FROM conversation c JOIN message m ON m.id = ${message} AND m.thread_id = c.thread_id
        JOIN message_external x ON x.account_id = c.account_id AND x.message_id = m.id AND NOT starts_with(x.external_id, 'album:')
        LEFT JOIN delivery d ON d.message_id = m.id AND d.external_id = x.external_id AND d.action = 'send'
        WHERE c.id = ${id} AND m.deleted_at IS NULL AND ${sees(viewer)}
        ORDER BY d.ordinal NULLS LAST, length(x.external_id), x.external_id LIMIT 1`.execute(db);
      const [row] = rows;
      return row !== undefined && standsInChat(row.extras) ? { externalId: row.external_id, entry: row.entry } : null;
    },
  };
}
