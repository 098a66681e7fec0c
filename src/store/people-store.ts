import { brandId } from '../core/model/ids.ts';
import type { IdGenerator } from '../core/ports/clock.ts';
import type { OwnOutcome, PeopleStore, WriteOutcome } from '../core/ports/people-store.ts';
import type { Database } from './database.ts';

interface OwnRow {
  outcome: 'ok' | 'changed' | 'resolved' | 'gone';
  owner_kind: string | null;
  owner_agent: string | null;
  owner_version: number | null;
  thread_id: string | null;
}

interface WriteRow {
  outcome: 'ok' | 'gone' | 'superseded';
  owner_version: number | null;
  thread_id: string | null;
  shard: number | null;
}

function toOwnOutcome(row: OwnRow | undefined): OwnOutcome {
  if (row === undefined || row.outcome === 'gone' || row.owner_version === null || row.thread_id === null) {
    return { outcome: 'gone' };
  }
  if (row.outcome === 'ok') return { outcome: 'ok', ownerVersion: row.owner_version, threadId: brandId(row.thread_id) };
  return {
    outcome: row.outcome,
    ownerKind: row.owner_kind ?? 'none',
    ownerAgent: row.owner_agent === null ? null : brandId(row.owner_agent),
    ownerVersion: row.owner_version,
  };
}

function toWriteOutcome(row: WriteRow | undefined): WriteOutcome {
  if (row === undefined) return { outcome: 'gone' };
  if (row.outcome !== 'ok') return { outcome: row.outcome };
  return {
    outcome: 'ok',
    ownerVersion: row.owner_version ?? 0,
    threadId: brandId(row.thread_id ?? ''),
    shard: row.shard ?? 0,
  };
}

/** The people's side of the store, over the functions of migration 5. */
export function createPeopleStore(database: Database, ids: IdGenerator): PeopleStore {
  async function write(values: unknown[]): Promise<WriteOutcome> {
    const rows = await database.prepared<WriteRow>(
      'person_write_v1',
      'SELECT outcome, owner_version, thread_id, shard FROM person_write_v1($1, $2, $3, $4)',
      values,
    );
    return toWriteOutcome(rows[0]);
  }

  return {
    async own(conversation, expected, next, actor, why) {
      const rows = await database.prepared<OwnRow>(
        'person_own_v1',
        'SELECT outcome, owner_kind, owner_agent, owner_version, thread_id FROM person_own_v1($1, $2, $3, $4, $5, $6, $7, $8)',
        [
          conversation,
          expected,
          next.kind,
          next.kind === 'queue' ? next.team : null,
          next.kind === 'agent' ? next.agent : null,
          actor.kind,
          actor.id,
          why,
        ],
      );
      return toOwnOutcome(rows[0]);
    },

    reply(conversation, agent, draft) {
      const parts = draft.parts.map((part, ordinal) => ({ ...part, ordinal }));
      return write([conversation, agent, 'outbound', JSON.stringify({ ...draft, parts })]);
    },

    note: (conversation, agent, id, text) =>
      write([conversation, agent, 'note', JSON.stringify({ id, text, body: null })]),

    async review(delivery, verdict, actor) {
      const rows = await database.prepared<{ outcome: string }>(
        'person_review_v1',
        'SELECT outcome FROM person_review_v1($1, $2, $3, $4, $5, $6)',
        [delivery, verdict, ids.uuid(), ids.uuid(), actor.kind, actor.id],
      );
      return rows[0]?.outcome ?? 'gone';
    },
  };
}
