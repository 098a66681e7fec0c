import { sql } from 'kysely';
import type { Database } from '../database.ts';

/** At most so many a run; the next one goes on. */
const AT_ONCE = 100;

interface Left {
  id: string;
  owner_version: number;
  team: string | null;
}

/**
 * Gives what disabled agents had to their conversations' teams, each in a transaction of its own with the owner compared: who
 * leaves must not leave customers behind whom nobody sees. A conversation that never had a team goes to one of the agent's,
 * else to the first there is; a desk without teams has none to give it to. Runs again and again, so a crash in between only
 * delays it. @returns how many were given back
 */
export async function returnFromDisabled({ db }: Database): Promise<number> {
  const { rows } = await sql<Left>`
    SELECT c.id, c.owner_version, coalesce(c.owner_team,
      (SELECT m.team_id FROM team_member m WHERE m.agent_id = a.id ORDER BY m.team_id LIMIT 1),
      (SELECT t.id FROM team t ORDER BY t.from_file DESC, t.id LIMIT 1)) AS team
    FROM agent a JOIN conversation c ON c.owner_agent = a.id AND c.owner_kind = 'agent'
    WHERE a.disabled_at IS NOT NULL LIMIT ${AT_ONCE}`.execute(db);
  let returned = 0;
  for (const { id, owner_version: version, team } of rows) {
    if (team === null) continue;
    const answer = await sql<{ outcome: string }>`
      SELECT outcome FROM person_own_v1(${id}, ${version}, 'queue', ${team}, NULL, 'system', NULL, 'its agent was disabled')`.execute(
      db,
    );
    if (answer.rows[0]?.outcome === 'ok') returned += 1;
  }
  return returned;
}
