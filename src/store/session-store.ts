import { sql } from 'kysely';
import { ROLES, type Role, type Viewer } from '../core/model/agent.ts';
import { brandId } from '../core/model/ids.ts';
import type { SessionShown, SignedIn } from '../core/model/inbox.ts';
import type { AccessStore } from '../core/ports/access-store.ts';
import { audit } from './audit-row.ts';
import type { Database } from './database.ts';

/** Signing in and staying signed in. */
export type SessionStore = Pick<
  AccessStore,
  | 'credentials'
  | 'credentialsOf'
  | 'startSession'
  | 'session'
  | 'sessions'
  | 'endSession'
  | 'endSessions'
  | 'changePassword'
  | 'livingSessions'
>;

interface SessionRow {
  id: string;
  csrf: string;
  expires_at: Date;
  agent_id: string;
  name: string;
  email: string;
  role: string;
  team_ids: string[];
}

interface LivingRow {
  id: string;
  agent_id: string;
  role: string;
  team_ids: string[];
}

const TEAMS_OF = '(SELECT array_agg(m.team_id ORDER BY m.team_id) FROM team_member m WHERE m.agent_id = a.id)';

/** Idle for this long a session ends, and this long after it began in any case. */
const IDLE = `interval '12 hours'`;
const LONGEST = `interval '14 days'`;

const SESSION = `
  WITH found AS MATERIALIZED (
    SELECT s.id, s.csrf, s.expires_at, s.agent_id, a.name, a.email, a.role, coalesce(${TEAMS_OF}, '{}') AS team_ids
    FROM agent_session s JOIN agent a ON a.id = s.agent_id
    WHERE s.digest = $1 AND s.revoked_at IS NULL AND s.expires_at > now() AND a.disabled_at IS NULL
  ), moved AS (
    UPDATE agent_session s SET last_seen_at = now(), expires_at = least(now() + ${IDLE}, s.created_at + ${LONGEST})
    FROM found f WHERE s.id = f.id AND s.last_seen_at < now() - interval '1 minute'
    RETURNING s.expires_at
  )
  SELECT f.id, f.csrf, coalesce((SELECT expires_at FROM moved), f.expires_at) AS expires_at, f.agent_id, f.name, f.email, f.role,
    f.team_ids
  FROM found f`;

const LIVING = `
  SELECT s.id, s.agent_id, a.role, coalesce(${TEAMS_OF}, '{}') AS team_ids
  FROM agent_session s JOIN agent a ON a.id = s.agent_id
  WHERE s.id = ANY ($1) AND s.revoked_at IS NULL AND s.expires_at > now() AND a.disabled_at IS NULL`;

/** A role as stored; the table's check allows no other. */
export function roleOf(text: string): Role {
  return ROLES.find((role) => role === text) ?? 'agent';
}

function toSignedIn(row: SessionRow): SignedIn {
  return {
    sessionId: row.id,
    csrfToken: row.csrf,
    expiresAt: row.expires_at.toISOString(),
    agent: { id: row.agent_id, name: row.name, email: row.email, role: roleOf(row.role), teamIds: row.team_ids },
  };
}

export function createSessionStore(database: Database): SessionStore {
  const { db } = database;

  async function find(digest: Buffer): Promise<SignedIn | null> {
    const [row] = await database.prepared<SessionRow>('desk_session', SESSION, [digest]);
    return row === undefined ? null : toSignedIn(row);
  }

  /** Revokes an agent's sessions in the caller's transaction. */
  async function revoke(tx: Database['db'], agentId: string, keep: string | null): Promise<number> {
    const done = await tx
      .updateTable('agent_session')
      .set({ revoked_at: sql<Date>`now()` })
      .where('agent_id', '=', agentId)
      .where('revoked_at', 'is', null)
      .$if(keep !== null, (query) => query.where('id', '<>', keep ?? ''))
      .executeTakeFirst();
    return Number(done.numUpdatedRows);
  }

  return {
    async credentials(email) {
      const row = await db
        .selectFrom('agent')
        .select(['id', 'password_hash', 'disabled_at'])
        .where('email', '=', email)
        .executeTakeFirst();
      if (row === undefined) return null;
      return { agentId: row.id, passwordHash: row.password_hash, disabled: row.disabled_at !== null };
    },

    async credentialsOf(agentId) {
      const row = await db
        .selectFrom('agent')
        .select(['password_hash', 'disabled_at'])
        .where('id', '=', agentId)
        .executeTakeFirst();
      return row === undefined
        ? null
        : { agentId, passwordHash: row.password_hash, disabled: row.disabled_at !== null };
    },

    async startSession(session, passwordHash) {
      const begun = await db.transaction().execute(async (tx) => {
        // Held, so that whoever disables the agent meanwhile finds this session to end.
        const { rows } = await sql<{ id: string }>`
          WITH held AS MATERIALIZED (
            SELECT a.id FROM agent a
            WHERE a.id = ${session.agentId} AND a.disabled_at IS NULL AND a.password_hash = ${passwordHash} FOR SHARE
          )
          INSERT INTO agent_session (id, agent_id, digest, csrf, expires_at, address, user_agent)
          SELECT ${session.id}, held.id, ${session.digest}, ${session.csrfToken},
            now() + ${sql.raw(IDLE)}, ${session.address}, ${session.userAgent}
          FROM held RETURNING id`.execute(tx);
        if (rows.length === 0) return false;
        await audit(tx, {
          agentId: session.agentId,
          action: 'session.started',
          subjectKind: 'session',
          subjectId: session.id,
        });
        return true;
      });
      return begun ? find(session.digest) : null;
    },

    session: find,

    async sessions(agentId) {
      const rows = await db
        .selectFrom('agent_session')
        .select(['id', 'created_at', 'last_seen_at', 'address', 'user_agent'])
        .where('agent_id', '=', agentId)
        .where('revoked_at', 'is', null)
        .where('expires_at', '>', sql<Date>`now()`)
        .orderBy('last_seen_at', 'desc')
        .execute();
      return rows.map(
        (row): SessionShown => ({
          id: row.id,
          createdAt: row.created_at.toISOString(),
          lastSeenAt: row.last_seen_at.toISOString(),
          address: row.address,
          userAgent: row.user_agent,
        }),
      );
    },

    endSession: (agentId, sessionId, why) =>
      db.transaction().execute(async (tx) => {
        const ended = await tx
          .updateTable('agent_session')
          .set({ revoked_at: sql<Date>`now()` })
          .where('id', '=', sessionId)
          .where('agent_id', '=', agentId)
          .where('revoked_at', 'is', null)
          .returning('id')
          .executeTakeFirst();
        if (ended === undefined) return false;
        await audit(tx, {
          agentId,
          action: 'session.ended',
          subjectKind: 'session',
          subjectId: sessionId,
          detail: { why },
        });
        return true;
      }),

    endSessions: (agentId, keep, by) =>
      db.transaction().execute(async (tx) => {
        const ended = await revoke(tx, agentId, keep);
        await audit(tx, {
          agentId: by,
          action: 'sessions.ended',
          subjectKind: 'agent',
          subjectId: agentId,
          detail: { ended },
        });
        return ended;
      }),

    changePassword: (agentId, from, to, keepSession) =>
      db.transaction().execute(async (tx) => {
        const changed = await tx
          .updateTable('agent')
          .set({ password_hash: to })
          .where('id', '=', agentId)
          .where('password_hash', '=', from)
          .where('disabled_at', 'is', null)
          .returning('id')
          .executeTakeFirst();
        if (changed === undefined) return false;
        const ended = await revoke(tx, agentId, keepSession);
        await audit(tx, {
          agentId,
          action: 'password.changed',
          subjectKind: 'agent',
          subjectId: agentId,
          detail: { ended },
        });
        return true;
      }),

    async livingSessions(ids) {
      const rows = await database.prepared<LivingRow>('desk_living', LIVING, [ids]);
      return new Map(
        rows.map((row): [string, Viewer] => [
          row.id,
          {
            id: brandId(row.agent_id),
            role: roleOf(row.role),
            teamIds: row.team_ids.map((team) => brandId(team)),
          },
        ]),
      );
    },
  };
}
