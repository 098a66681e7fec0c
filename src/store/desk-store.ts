import { brandId } from '../core/model/ids.ts';
import type { IdGenerator } from '../core/ports/clock.ts';
import type { ActOutcome, DeskStore } from '../core/ports/inbox-store.ts';
import type { Database } from './database.ts';
import { readAmendable } from './inbox/amendable.ts';

/** What a function of the desk answers. */
export interface ActRow {
  outcome: string;
  owner_kind: string | null;
  owner_name: string | null;
  owner_version: number | null;
  thread_id: string | null;
  shard: number | null;
}

interface ReviewRow {
  outcome: string;
  conversation_id: string | null;
  thread_id: string | null;
  shard: number | null;
}

const REFUSALS = [
  'gone',
  'signed_out',
  'superseded',
  'id_taken',
  'no_agent',
  'agent_disabled',
  'no_team',
  'not_of_team',
  'no_upload',
  'not_sent',
  'not_amendable',
] as const;

/** Reads what a function of the desk answered. */
export function toOutcome(row: ActRow | undefined): ActOutcome {
  if (row === undefined) return { outcome: 'gone' };
  const ownerVersion = row.owner_version ?? 0;
  if (row.outcome === 'ok') {
    return { outcome: 'ok', ownerVersion, threadId: brandId(row.thread_id ?? ''), shard: row.shard ?? 0 };
  }
  if (row.outcome === 'changed' || row.outcome === 'resolved') {
    const owner = { kind: row.owner_kind ?? 'none', agentName: row.owner_name, ownerVersion };
    return { outcome: row.outcome, owner };
  }
  return { outcome: REFUSALS.find((one) => one === row.outcome) ?? 'gone' };
}

/** What agents do, over the functions of migration 6, which check their rights. */
export function createDeskStore(database: Database, ids: IdGenerator): DeskStore {
  async function act(name: string, call: string, values: unknown[]): Promise<ActOutcome> {
    const [row] = await database.prepared<ActRow>(
      name,
      `SELECT outcome, owner_kind, owner_name, owner_version, thread_id, shard FROM ${call}`,
      values,
    );
    return toOutcome(row);
  }

  async function write(
    conversation: string,
    agent: string,
    kind: 'outbound' | 'note',
    message: object,
  ): Promise<ActOutcome> {
    try {
      return await act('desk_write_v1', 'desk_write_v1($1, $2, $3, $4)', [
        agent,
        conversation,
        kind,
        JSON.stringify(message),
      ]);
    } catch (error) {
      // The same id in two conversations at the same moment: only the index sees both.
      const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : '';
      if (code === '23505') return { outcome: 'id_taken' };
      if (code === 'PA003') return { outcome: 'no_upload' };
      throw error;
    }
  }

  return {
    own: (conversation, agent, expected, next, why) =>
      act('desk_own_v1', 'desk_own_v1($1, $2, $3, $4, $5, $6, $7)', [
        agent,
        conversation,
        expected,
        next.kind,
        next.kind === 'queue' ? next.team : null,
        next.kind === 'agent' ? next.agent : null,
        why,
      ]),

    reply: (conversation, agent, draft) =>
      write(conversation, agent, 'outbound', {
        ...draft,
        parts: draft.parts.map((part, ordinal) => ({ ...part, ordinal })),
      }),

    note: (conversation, agent, id, text) => write(conversation, agent, 'note', { id, text, body: null }),

    read: (conversation, agent, uptoSeq) =>
      act('desk_read_v1', 'desk_read_v1($1, $2, $3)', [agent, conversation, uptoSeq]),

    recover: (conversation, agent) => act('desk_recover_v1', 'desk_recover_v1($1, $2)', [agent, conversation]),
    putAside: (conversation, agent) => act('desk_put_aside_v1', 'desk_put_aside_v1($1, $2)', [agent, conversation]),
    confirm: (conversation, agent) => act('desk_confirm_v1', 'desk_confirm_v1($1, $2)', [agent, conversation]),

    amendable: (viewer, message) => readAmendable(database, viewer, message),

    amend: (message, agent, { action, text, body, emoji, rows }) =>
      act('desk_amend_v1', 'desk_amend_v1($1, $2, $3, $4, $5, $6, $7)', [
        agent,
        message,
        action,
        text,
        body === null ? null : JSON.stringify(body),
        emoji,
        JSON.stringify(rows),
      ]),

    async review(delivery, agent, verdict) {
      const [row] = await database.prepared<ReviewRow>(
        'desk_review_v1',
        'SELECT outcome, conversation_id, thread_id, shard FROM desk_review_v1($1, $2, $3, $4, $5)',
        [agent, delivery, verdict, ids.uuid(), ids.uuid()],
      );
      if (row === undefined || row.outcome === 'gone') return { outcome: 'gone' };
      if (row.outcome === 'signed_out') return { outcome: 'signed_out' };
      if (row.outcome !== 'ok') return { outcome: 'refused', state: row.outcome };
      return {
        outcome: 'ok',
        conversationId: brandId(row.conversation_id ?? ''),
        threadId: brandId(row.thread_id ?? ''),
        shard: row.shard ?? 0,
      };
    },
  };
}
