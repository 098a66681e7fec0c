import { type Kysely, sql } from 'kysely';
import { ParleyError, Refused } from '../core/errors.ts';
import type { AgentEntry, TeamEntry } from '../core/model/agent.ts';
import type { AccessStore } from '../core/ports/access-store.ts';
import { audit } from './audit-row.ts';
import type { Database } from './database.ts';
import type { Schema } from './schema.ts';
import { roleOf } from './session-store.ts';

/** Who works here. */
export type StaffStore = Pick<
  AccessStore,
  'agents' | 'addAgent' | 'changeAgent' | 'teams' | 'addTeam' | 'changeTeam' | 'syncTeams'
>;

/** Second key of the lock under which one change of the staff happens at a time: "the last administrator" needs it. */
const STAFF_LOCK = 5;

async function agentsOf(db: Kysely<Schema>, id: string | null): Promise<AgentEntry[]> {
  const rows = await db
    .selectFrom('agent')
    .select(['id', 'email', 'name', 'role', 'disabled_at', 'created_at'])
    .select(
      sql<string[]>`ARRAY(SELECT m.team_id FROM team_member m WHERE m.agent_id = agent.id ORDER BY 1)`.as('team_ids'),
    )
    .select(sql<Date | null>`(SELECT max(s.last_seen_at) FROM agent_session s WHERE s.agent_id = agent.id)`.as('seen'))
    .$if(id !== null, (query) => query.where('id', '=', id ?? ''))
    .orderBy('name')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    email: row.email,
    name: row.name,
    role: roleOf(row.role),
    teamIds: row.team_ids,
    disabledAt: row.disabled_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
    lastSeenAt: row.seen?.toISOString() ?? null,
  }));
}

async function agentNow(db: Kysely<Schema>, id: string): Promise<AgentEntry> {
  const [agent] = await agentsOf(db, id);
  if (agent === undefined) throw new Refused('gone', 'there is no such agent', { mend: 'reload the list' });
  return agent;
}

async function setTeams(db: Kysely<Schema>, agentId: string, teamIds: readonly string[]): Promise<void> {
  const wanted = [...new Set(teamIds)];
  const known = await db
    .selectFrom('team')
    .select('id')
    .where('id', 'in', ['', ...wanted])
    .forKeyShare()
    .execute();
  const unknown = wanted.filter((id) => !known.some((team) => team.id === id));
  if (unknown.length > 0) {
    throw new Refused('no_team', `there is no team ${unknown.join(', ')}`, { mend: 'choose teams from the list' });
  }
  await db
    .deleteFrom('team_member')
    .where('agent_id', '=', agentId)
    .where('team_id', 'not in', ['', ...wanted])
    .execute();
  if (wanted.length === 0) return;
  await db
    .insertInto('team_member')
    .values(wanted.map((id) => ({ agent_id: agentId, team_id: id })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function refuseWithoutAdmin(db: Kysely<Schema>): Promise<void> {
  const left = await db
    .selectFrom('agent')
    .select('id')
    .where('role', '=', 'admin')
    .where('disabled_at', 'is', null)
    .limit(1)
    .executeTakeFirst();
  if (left !== undefined) return;
  throw new Refused('last_admin', 'nobody would be an administrator any more', {
    mend: 'make somebody else an administrator first',
  });
}

function toTeam(row: { id: string; name: string; languages: string[]; from_file: boolean }): TeamEntry {
  return { id: row.id, name: row.name, languages: row.languages, fromFile: row.from_file };
}

export function createStaffStore({ db }: Database): StaffStore {
  function changing<T>(run: (tx: Kysely<Schema>) => Promise<T>): Promise<T> {
    return db.transaction().execute(async (tx) => {
      await sql`SELECT pg_advisory_xact_lock(1885434476, ${STAFF_LOCK})`.execute(tx);
      return run(tx);
    });
  }

  return {
    agents: () => agentsOf(db, null),

    addAgent: (id, agent, by) =>
      changing(async (tx) => {
        const made = await tx
          .insertInto('agent')
          .values({ id, email: agent.email, name: agent.name, role: agent.role, password_hash: agent.passwordHash })
          .onConflict((conflict) => conflict.column('email').doNothing())
          .returning('id')
          .executeTakeFirst();
        if (made === undefined) {
          throw new Refused('email_taken', 'somebody has this e-mail address already', { mend: 'use another one' });
        }
        await setTeams(tx, id, agent.teamIds);
        await audit(tx, {
          agentId: by,
          action: 'agent.created',
          subjectKind: 'agent',
          subjectId: id,
          detail: { role: agent.role, teams: agent.teamIds },
        });
        return agentNow(tx, id);
      }),

    changeAgent: (id, change, by) =>
      changing(async (tx) => {
        const { name, role, teamIds, disabled, passwordHash } = change;
        // The row is changed in any case: acts under way hold it, and later ones see all of this or nothing.
        const changed = await tx
          .updateTable('agent')
          .set((row) => ({
            name: name ?? row.ref('name'),
            role: role ?? row.ref('role'),
            password_hash: passwordHash ?? row.ref('password_hash'),
            disabled_at:
              disabled === undefined
                ? row.ref('disabled_at')
                : disabled
                  ? sql<Date>`coalesce(${row.ref('disabled_at')}, now())`
                  : null,
          }))
          .where('id', '=', id)
          .returning('id')
          .executeTakeFirst();
        if (changed === undefined) throw new Refused('gone', 'there is no such agent', { mend: 'reload the list' });
        if (disabled === true || (role !== undefined && role !== 'admin')) await refuseWithoutAdmin(tx);
        if (teamIds !== undefined) await setTeams(tx, id, teamIds);
        if (disabled === true || passwordHash !== undefined) {
          await tx
            .updateTable('agent_session')
            .set({ revoked_at: sql<Date>`now()` })
            .where('agent_id', '=', id)
            .where('revoked_at', 'is', null)
            .execute();
        }
        await audit(tx, {
          agentId: by,
          action: disabled === true ? 'agent.disabled' : 'agent.changed',
          subjectKind: 'agent',
          subjectId: id,
          detail: { name, role, teams: teamIds, disabled, password: passwordHash !== undefined },
        });
        return agentNow(tx, id);
      }),

    async teams() {
      const rows = await db.selectFrom('team').selectAll().orderBy('name').orderBy('id').execute();
      return rows.map(toTeam);
    },

    addTeam: (team, by) =>
      changing(async (tx) => {
        const made = await tx
          .insertInto('team')
          .values({ id: team.id, name: team.name, languages: [...team.languages], from_file: false })
          .onConflict((conflict) => conflict.column('id').doNothing())
          .returningAll()
          .executeTakeFirst();
        if (made === undefined) {
          throw new Refused('team_taken', `there is a team ${team.id} already`, { mend: 'use another id' });
        }
        await audit(tx, { agentId: by, action: 'team.created', subjectKind: 'team', subjectId: team.id });
        return toTeam(made);
      }),

    changeTeam: (id, change, by) =>
      changing(async (tx) => {
        const was = await tx.selectFrom('team').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
        if (was === undefined) throw new Refused('gone', 'there is no such team', { mend: 'reload the list' });
        if (was.from_file) {
          throw new Refused('from_file', `the team ${id} is defined by the configuration file`, {
            mend: 'change it there',
          });
        }
        const now = await tx
          .updateTable('team')
          .set({ name: change.name ?? was.name, languages: [...(change.languages ?? was.languages)] })
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirstOrThrow();
        await audit(tx, {
          agentId: by,
          action: 'team.changed',
          subjectKind: 'team',
          subjectId: id,
          detail: { ...change },
        });
        return toTeam(now);
      }),

    syncTeams: (teams) =>
      changing(async (tx) => {
        for (const { id, name, languages } of teams) {
          const { rows } = await sql<{ from_file: boolean }>`
            INSERT INTO team AS t (id, name, languages, from_file) VALUES (${id}, ${name}, ${[...languages]}, true)
            ON CONFLICT (id) DO UPDATE SET name = CASE WHEN t.from_file THEN EXCLUDED.name ELSE t.name END,
              languages = CASE WHEN t.from_file THEN EXCLUDED.languages ELSE t.languages END
            RETURNING from_file`.execute(tx);
          if (rows[0]?.from_file !== false) continue;
          throw new ParleyError(
            'team_twice',
            `the team ${id} is defined by the configuration and was also made on the page`,
            {
              mend: `give one of the two another id: teams[].id in the configuration`,
            },
          );
        }
      }),
  };
}
