import type { Viewer } from '../core/model/agent.ts';
import { brandId } from '../core/model/ids.ts';
import type { ChangeLookup } from '../core/ports/changes.ts';
import type { Database } from './database.ts';
import { changesAfter } from './inbox/changes.ts';
import { createSessionStore } from './session-store.ts';

interface StandingRow {
  id: string;
  version: number;
  owner_kind: string;
  owner_team: string | null;
  owner_agent: string | null;
  resolved_owner_kind: string | null;
}

/** Sees everything: whom a change is for is decided afterwards. */
const EVERYTHING: Viewer = { id: brandId(''), role: 'admin', teamIds: [] };

/** What stands now: conversations by id, and of each thread its newest. */
const STANDINGS = `
  SELECT c.id, c.version, c.owner_kind, c.owner_team, c.owner_agent, c.resolved_owner_kind
  FROM conversation c WHERE c.id = ANY ($1::uuid[])
  UNION
  SELECT c.id, c.version, c.owner_kind, c.owner_team, c.owner_agent, c.resolved_owner_kind
  FROM (
    SELECT unnest($2::uuid[]) AS id
    UNION
    SELECT t.id FROM unnest($3::text[], $4::text[]) AS p(account_id, key)
    JOIN thread t ON t.account_id = p.account_id AND t.external_key = p.key
  ) t
  CROSS JOIN LATERAL (SELECT x.* FROM conversation x WHERE x.thread_id = t.id ORDER BY x.number DESC LIMIT 1) c`;

/** What the live side asks, over the store. */
export function createChangeLookup(database: Database): ChangeLookup {
  const sessions = createSessionStore(database);
  return {
    async standings(changes) {
      const rows = await database.prepared<StandingRow>('desk_standings', STANDINGS, [
        changes.flatMap((one) => ('conversationId' in one ? [one.conversationId] : [])),
        changes.flatMap((one) => ('threadId' in one ? [one.threadId] : [])),
        changes.flatMap((one) => ('threadKey' in one ? [one.accountId] : [])),
        changes.flatMap((one) => ('threadKey' in one ? [one.threadKey] : [])),
      ]);
      return rows.map((row) => ({
        id: row.id,
        version: row.version,
        ownerKind: row.owner_kind,
        ownerTeam: row.owner_team === null ? null : brandId(row.owner_team),
        ownerAgent: row.owner_agent,
        resolvedOwnerKind: row.resolved_owner_kind,
      }));
    },
    logged: (after, limit) => changesAfter(database, EVERYTHING, after, limit),
    living: (ids) => sessions.livingSessions(ids),
  };
}
