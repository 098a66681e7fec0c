import { type RawBuilder, sql } from 'kysely';
import { Refused } from '../../core/errors.ts';
import { atLeast, type Viewer } from '../../core/model/agent.ts';
import { NOISE_DAYS } from '../../core/model/conversation.ts';
import type { ConversationList, ViewCount } from '../../core/model/inbox.ts';
import { VIEWS, type View } from '../../core/model/view.ts';
import type { ListQuery } from '../../core/ports/inbox-store.ts';
import type { Database } from '../database.ts';
import { type ShownRow, sees, shownColumns, shownJoins, toShown } from './conversation-row.ts';

/** Views count up to here; more is "and more". */
const COUNTED = 100;

const UNRESOLVED = ['open', 'pending', 'snoozed'] as const;

/** One range of one index that a view takes rows from, newest first. */
type Arm = RawBuilder<unknown>;

/** By conversation_list: all of a kind and a status. */
function arms(kind: 'bot' | 'queue' | 'agent', only: Arm = sql`true`): Arm[] {
  return UNRESOLVED.map((status) => sql`c.owner_kind = ${sql.lit(kind)} AND c.status = ${sql.lit(status)} AND ${only}`);
}

/** By conversation_team: what one team has waiting, or its agents have. */
function teamArms(kind: 'queue' | 'agent', teams: readonly string[]): Arm[] {
  return teams.map((team) => sql`c.owner_team = ${team} AND c.owner_kind = ${sql.lit(kind)}`);
}

/** Everything a view holds for somebody, as ranges of indexes; where they overlap, a row counts once. */
function armsOf(view: View, viewer: Viewer, team: string | undefined): Arm[] {
  const all = atLeast(viewer.role, 'lead');
  const mine: readonly string[] = viewer.teamIds;
  const teams = team === undefined ? mine : mine.filter((one) => one === team);
  const ofTeam = team === undefined ? sql`true` : sql`c.owner_team = ${team}`;
  const owned = sql`c.owner_agent = ${viewer.id} AND c.owner_kind = 'agent' AND ${ofTeam}`;
  const wide = all && team === undefined;
  const some = all && team !== undefined ? [team] : teams;
  // A bot's conversation was mostly never handed to a team.
  const seen =
    team !== undefined
      ? all || some.length > 0
        ? ofTeam
        : sql`false`
      : all
        ? sql`true`
        : sql`(c.owner_team IS NULL OR c.owner_team = ANY (${[...mine]}::text[]))`;
  switch (view) {
    case 'mine':
      return [owned];
    case 'unassigned':
      return wide ? arms('queue') : teamArms('queue', some);
    case 'bot':
      return arms('bot', seen);
    case 'all': {
      if (wide) return [...arms('bot'), ...arms('queue'), ...arms('agent')];
      const unowned = team === undefined ? [sql`c.owner_team IS NULL AND c.owner_kind = 'agent'`] : [];
      return [...arms('bot', seen), ...teamArms('queue', some), ...teamArms('agent', some), ...unowned, owned];
    }
    case 'resolved': {
      const done = sql`c.owner_kind = 'none' AND c.filed_as IS NULL`;
      if (wide) return [done];
      const byTeam = some.map((one) => sql`c.owner_team = ${one} AND ${done}`);
      if (team !== undefined) return byTeam;
      return [
        ...byTeam,
        sql`c.owner_team IS NULL AND ${done}`,
        sql`c.owner_agent = ${viewer.id} AND ${done} AND c.resolved_owner_kind = 'agent'`,
      ];
    }
    // By conversation_filed and conversation_noise: a raid leaves more than all the rest. It is shown until retention empties it, which goes
    // by resolved_at; last_message_at, which is never before that, bounds what is read.
    case 'filed': {
      const newer = sql`now() - ${sql.lit(NOISE_DAYS)} * interval '1 day'`;
      return [
        sql`c.filed_as <> 'noise' AND ${ofTeam} AND ${sees(viewer)}`,
        sql`c.filed_as = 'noise' AND c.last_message_at > ${newer} AND c.resolved_at > ${newer} AND ${ofTeam} AND ${sees(viewer)}`,
      ];
    }
  }
}

/** The newest rows of a view: each range gives its first `limit`, and the first of those together are the view's. */
function newest(view: View, viewer: Viewer, team: string | undefined, limit: number, before: Arm): Arm {
  const ranges = armsOf(view, viewer, team).map(
    (arm) => sql`(SELECT c.id, c.last_message_at FROM conversation c WHERE ${arm} AND ${before}
      ORDER BY c.last_message_at DESC, c.id DESC LIMIT ${sql.lit(limit)})`,
  );
  if (ranges.length === 0) return sql`SELECT NULL::uuid AS id, NULL::timestamptz AS last_message_at WHERE false`;
  return sql`SELECT x.id, x.last_message_at FROM (${sql.join(ranges, sql` UNION `)}) x
    ORDER BY x.last_message_at DESC, x.id DESC LIMIT ${sql.lit(limit)}`;
}

/** Whether these words stand in what was written, or in the name or handle of who wrote it. */
function holds(words: string | undefined): Arm {
  if (words === undefined) return sql`true`;
  const like = `%${words.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  return sql`(c.subject ILIKE ${like}
    OR EXISTS (SELECT FROM message m WHERE m.conversation_id = c.id AND m.thread_id = c.thread_id AND m.kind = 'inbound' AND m.text ILIKE ${like})
    OR EXISTS (SELECT FROM identity x WHERE x.contact_id = c.contact_id AND (x.display_name ILIKE ${like} OR x.handle ILIKE ${like})))`;
}

function encode(row: ShownRow): string {
  return Buffer.from(`${row.last_us}.${row.id}`).toString('base64url');
}

function decode(cursor: string | undefined): Arm {
  if (cursor === undefined) return sql`true`;
  const found = /^(\d{1,17})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(
    Buffer.from(cursor, 'base64url').toString('latin1'),
  );
  if (found === null) {
    throw new Refused('cursor', 'this is no cursor of this list', { mend: 'use the `next` of the page before' });
  }
  const [, us, id] = found;
  return sql`(c.last_message_at, c.id) < (timestamptz 'epoch' + ${us}::bigint * interval '1 microsecond', ${id}::uuid)`;
}

/** One page of a view, by keyset: whatever its size, it reads as many rows as it shows. */
export async function listConversations(
  { db }: Database,
  viewer: Viewer,
  { view, team, after, words, limit }: ListQuery,
): Promise<ConversationList> {
  const { rows } = await sql<ShownRow>`
    WITH page AS MATERIALIZED (${newest(view, viewer, team, limit + 1, sql`${decode(after)} AND ${holds(words)}`)})
    SELECT ${shownColumns} FROM page JOIN conversation c ON c.id = page.id ${shownJoins}
    ORDER BY page.last_message_at DESC, page.id DESC`.execute(db);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(toShown), next: rows.length > limit && last !== undefined ? encode(last) : null };
}

/** How many each view holds, counted up to 100. */
export async function countViews({ db }: Database, viewer: Viewer): Promise<ViewCount[]> {
  const counts = VIEWS.map(
    (view) => sql`(SELECT count(*)::integer FROM (${newest(view, viewer, undefined, COUNTED + 1, sql`true`)}) n)`,
  );
  const { rows } = await sql<{ counts: number[] }>`SELECT ARRAY[${sql.join(counts)}] AS counts`.execute(db);
  return VIEWS.map((view, index) => {
    const count = rows[0]?.counts[index] ?? 0;
    return { view, count: Math.min(count, COUNTED), more: count > COUNTED };
  });
}
