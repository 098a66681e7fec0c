import { sql } from 'kysely';
import { type AccountRecord, NO_UPDATES, UPDATE_OUTCOMES, type UpdateCounts } from '../core/model/account.ts';
import type { AccountId, InstanceId } from '../core/model/ids.ts';
import type { AccountHealthStore, TallyReport } from '../core/ports/account-health-store.ts';
import type { AccountDetail, ConnectionState } from '../core/ports/channel.ts';
import type { Database } from './database.ts';

/** Moments in ms since the epoch, by the database's clock. */
interface StoredTally extends UpdateCounts {
  seenMs: number | null;
  storedMs: number | null;
  unsettledMs: number | null;
}

/** What lies beside the connection's state in `account.state`, as this file writes it. */
interface StoredHealth {
  health?: { sinceMs: number; okMs: number; detail: AccountDetail | null; keepsMs: number | null };
  tallies?: Record<string, StoredTally>;
}

interface Row {
  id: string;
  channel: string;
  state: (Partial<ConnectionState> & StoredHealth) | null;
  nowMs: number;
  createdMs: number;
  saidMs: number | null;
  instance: string | null;
  host: string | null;
  pid: number | null;
  living: string[];
}

const NOW_MS = sql`round(extract(epoch FROM now()) * 1000)::bigint`;

function momentOf(ageMs: number | null): ReturnType<typeof sql> {
  return ageMs === null ? sql`NULL::bigint` : sql`${NOW_MS} - ${Math.round(ageMs)}::bigint`;
}

function tallyRow({ counts, ...ages }: TallyReport): ReturnType<typeof sql> {
  return sql`${JSON.stringify(counts)}::jsonb || jsonb_build_object('seenMs', ${momentOf(ages.lastSeenAgeMs)},
    'storedMs', ${momentOf(ages.lastStoredAgeMs)}, 'unsettledMs', ${momentOf(ages.unsettledMs)})`;
}

function sumOf(tallies: readonly StoredTally[]): UpdateCounts {
  const sum = { ...NO_UPDATES };
  for (const tally of tallies) for (const key of ['seen', ...UPDATE_OUTCOMES] as const) sum[key] += tally[key];
  return sum;
}

/** The age of the latest of some moments; null when there is none. */
function ageOfLatest(moments: readonly (number | null)[], nowMs: number): number | null {
  const known = moments.filter((one) => one !== null);
  return known.length === 0 ? null : Math.max(0, nowMs - Math.max(...known));
}

function isConnectionState(state: Row['state']): state is ConnectionState & StoredHealth {
  return typeof state?.state === 'string';
}

function recordOf(row: Row): AccountRecord {
  const { nowMs, state } = row;
  // Of processes that died nothing is under way any more: the platform brings what they did not confirm again.
  const tallies = Object.entries(state?.tallies ?? {}).flatMap(([id, one]) => (row.living.includes(id) ? [one] : []));
  const unsettled = tallies.map(({ unsettledMs }) => unsettledMs).filter((one) => one !== null);
  const health = state?.health;
  return {
    id: row.id,
    channel: row.channel,
    state: isConnectionState(state) ? state : null,
    detail: health?.detail ?? null,
    stateAgeMs: health === undefined ? null : Math.max(0, nowMs - health.sinceMs),
    notOkMs: Math.max(0, nowMs - (health?.okMs ?? row.createdMs)),
    ownerSilentMs: row.saidMs === null ? null : Math.max(0, nowMs - row.saidMs),
    owner:
      row.instance === null || row.host === null || row.pid === null
        ? null
        : { instanceId: row.instance, host: row.host, pid: row.pid },
    keepsMs: health?.keepsMs ?? null,
    counts: sumOf(tallies),
    lastSeenAgeMs: ageOfLatest(
      tallies.map((one) => one.seenMs),
      nowMs,
    ),
    lastStoredAgeMs: ageOfLatest(
      tallies.map((one) => one.storedMs),
      nowMs,
    ),
    unsettledMs: unsettled.length === 0 ? null : Math.max(0, nowMs - Math.min(...unsettled)),
  };
}

/**
 * Keeps it in `account.state`: the connection's state at the top, beside it `health`, which the owner alone writes, and
 * `tallies`, one entry for each process that takes updates.
 */
export function createAccountHealthStore({ db }: Database): AccountHealthStore {
  return {
    async report(account: AccountId, instance: InstanceId, { state, detail, keepsMs }) {
      const kind = state?.state ?? null;
      const code = state !== null && 'code' in state ? state.code : null;
      const { rows } = await sql`
        UPDATE account SET state_at = now(), state = ${JSON.stringify(state ?? {})}::jsonb || jsonb_build_object(
          'health', jsonb_build_object(
            'sinceMs', CASE WHEN state->>'state' IS NOT DISTINCT FROM ${kind}::text AND state->>'code' IS NOT DISTINCT FROM ${code}::text
              THEN coalesce((state#>>'{health,sinceMs}')::bigint, ${NOW_MS}) ELSE ${NOW_MS} END,
            'okMs', CASE WHEN ${kind === 'connected'}::boolean THEN ${NOW_MS}
              ELSE coalesce((state#>>'{health,okMs}')::bigint, round(extract(epoch FROM created_at) * 1000)::bigint) END,
            'detail', coalesce(${detail === null ? null : JSON.stringify(detail)}::jsonb, nullif(state#>'{health,detail}', 'null')),
            'keepsMs', ${keepsMs}::bigint),
          'tallies', coalesce(state->'tallies', '{}'))
        WHERE id = ${account} AND owner_instance = ${instance} RETURNING id`.execute(db);
      return rows.length > 0;
    },

    async tally(account, instance, tally) {
      await sql`
        UPDATE account SET state = jsonb_set(coalesce(state, '{}'), '{tallies}',
          coalesce((SELECT jsonb_object_agg(t.key, t.value) FROM jsonb_each(coalesce(state->'tallies', '{}')) t
            JOIN instance i ON i.id::text = t.key AND i.ended_at IS NULL WHERE t.key <> ${instance}::text), '{}')
          || jsonb_build_object(${instance}::text, ${tallyRow(tally)}))
        WHERE id = ${account}`.execute(db);
    },

    async list() {
      const { rows } = await sql<Row>`
        SELECT a.id, a.channel, a.state, (extract(epoch FROM now()) * 1000)::float8 AS "nowMs",
          (extract(epoch FROM a.created_at) * 1000)::float8 AS "createdMs",
          (extract(epoch FROM a.state_at) * 1000)::float8 AS "saidMs",
          i.id AS instance, i.host, i.pid,
          ARRAY(SELECT l.id::text FROM instance l WHERE l.ended_at IS NULL) AS living
        FROM account a LEFT JOIN instance i ON i.id = a.owner_instance AND i.ended_at IS NULL
        ORDER BY a.id`.execute(db);
      return rows.map(recordOf);
    },
  };
}
