import { sql } from 'kysely';
import type { BlockStore, ContactPlace } from '../core/ports/block-store.ts';
import type { Database } from './database.ts';
import { type ActRow, toOutcome } from './desk-store.ts';
import { sees } from './inbox/conversation-row.ts';

/** More than anybody reads through; the rest is found by its conversation. */
const LISTED = 200;

interface BlockRow {
  id: string;
  conversation_id: string;
  contact_id: string;
  contact_name: string;
  reason: string;
  agent_id: string;
  agent_name: string;
  blocked_at: Date;
  until_at: Date | null;
}

/** Blocks over the functions of migration 7, which check the agent's rights. */
export function createBlockStore(database: Database): BlockStore {
  const { db } = database;

  async function act(name: string, call: string, values: unknown[]) {
    const [row] = await database.prepared<ActRow>(
      name,
      `SELECT outcome, owner_kind, owner_name, owner_version, thread_id, shard FROM ${call}`,
      values,
    );
    return toOutcome(row);
  }

  return {
    async places(viewer, conversation) {
      const { rows } = await sql<ContactPlace>`
        SELECT DISTINCT ON (t.id) t.id AS "threadId", t.account_id AS "accountId", coalesce(o.language, p.language) AS language
        FROM conversation c JOIN conversation o ON o.contact_id = c.contact_id JOIN thread t ON t.id = o.thread_id
        JOIN contact p ON p.id = c.contact_id
        WHERE c.id = ${conversation} AND ${sees(viewer)} ORDER BY t.id, o.number DESC`.execute(db);
      return rows;
    },

    block: (conversation, agent, { id, forMs, reason, notices }) =>
      act('desk_block_v1', 'desk_block_v1($1, $2, $3, $4, $5, $6)', [
        agent,
        conversation,
        id,
        forMs,
        reason,
        JSON.stringify(
          notices.map(({ threadId, message }) => ({
            threadId,
            message: { ...message, parts: message.parts.map((part, ordinal) => ({ ...part, ordinal })) },
          })),
        ),
      ]),

    unblock: (conversation, agent) => act('desk_unblock_v1', 'desk_unblock_v1($1, $2)', [agent, conversation]),

    async list(viewer) {
      const { rows } = await sql<BlockRow>`
        SELECT b.id, b.conversation_id, b.contact_id, p.display_name AS contact_name, b.reason, b.agent_id, a.name AS agent_name,
          b.blocked_at, CASE WHEN isfinite(b.until_at) THEN b.until_at END AS until_at
        FROM contact_block b JOIN conversation c ON c.id = b.conversation_id JOIN contact p ON p.id = b.contact_id
        JOIN agent a ON a.id = b.agent_id
        WHERE b.undone_at IS NULL AND b.until_at > now() AND ${sees(viewer)}
        ORDER BY b.blocked_at DESC, b.id DESC LIMIT ${LISTED + 1}`.execute(db);
      const items = rows.slice(0, LISTED).map((row) => ({
        id: row.id,
        conversationId: row.conversation_id,
        contact: { id: row.contact_id, name: row.contact_name },
        reason: row.reason,
        agent: { id: row.agent_id, name: row.agent_name },
        blockedAt: row.blocked_at.toISOString(),
        until: row.until_at?.toISOString() ?? null,
      }));
      return { items, more: rows.length > LISTED };
    },
  };
}
