import { createHash, randomBytes } from 'node:crypto';
import { Refused } from '../core/errors.ts';
import type { AgentChange, AgentEntry, Role, TeamChange, TeamEntry, Viewer } from '../core/model/agent.ts';
import type { SessionShown, SignedIn } from '../core/model/inbox.ts';
import type { AccessStore } from '../core/ports/access-store.ts';
import type { IdGenerator } from '../core/ports/clock.ts';
import type { Log } from '../core/ports/log.ts';
import { createAttemptLimit } from './attempt-limit.ts';
import { countersOf } from './attempts.ts';
import type { Passwords } from './passwords.ts';

export interface AccessDeps {
  store: AccessStore;
  passwords: Passwords;
  ids: IdGenerator;
  log: Log;
}

/** A browser that wants in. */
export interface SignInRequest {
  email: string;
  password: string;
  address: string;
  userAgent: string;
}

/** Signing in, sessions, and who works here. */
export interface Access {
  /** @throws {Refused} `wrong_credentials`, the same for unknown, wrong and disabled; {TooMany} */
  signIn(request: SignInRequest): Promise<{ token: string; signedIn: SignedIn }>;
  /** Whose token this is, or null. */
  authenticate(token: string): Promise<SignedIn | null>;
  signOut(who: SignedIn): Promise<void>;
  sessions(who: SignedIn): Promise<(SessionShown & { current: boolean })[]>;
  /** @throws {Refused} `not_found` */
  endSession(who: SignedIn, sessionId: string): Promise<void>;
  /** Ends the agent's other sessions. @throws {Refused} `wrong_password`; {TooMany} */
  changePassword(who: SignedIn, current: string, next: string, address: string): Promise<void>;
  agents(): Promise<AgentEntry[]>;
  teams(): Promise<TeamEntry[]>;
  addAgent(
    by: SignedIn,
    agent: { email: string; name: string; role: Role; password: string; teamIds: readonly string[] },
  ): Promise<AgentEntry>;
  changeAgent(
    by: SignedIn,
    id: string,
    change: Omit<AgentChange, 'passwordHash'> & { password?: string | undefined },
  ): Promise<AgentEntry>;
  endSessionsOf(by: SignedIn, agentId: string): Promise<number>;
  addTeam(by: SignedIn, team: Omit<TeamEntry, 'fromFile'>): Promise<TeamEntry>;
  changeTeam(by: SignedIn, id: string, change: TeamChange): Promise<TeamEntry>;
  /** For open sockets: of these sessions those that last, with what their agents may see now. */
  living(sessionIds: readonly string[]): Promise<Map<string, Viewer>>;
}

const TOKEN_BYTES = 32;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function wrongCredentials(): Refused {
  return new Refused('wrong_credentials', 'this e-mail address and password do not belong together', {
    mend: 'check both; an administrator can set a new password',
  });
}

/** An address as people type it, in the one form it is stored in. */
export function plainEmail(email: string): string {
  return email.trim().toLowerCase();
}

/** Signing in and sessions, over the store. */
export function createAccess({ store, passwords, ids, log }: AccessDeps): Access {
  const attempts = createAttemptLimit(store);
  return {
    async signIn({ email, password, address, userAgent }) {
      const counters = countersOf(plainEmail(email), address);
      await attempts.count(counters);
      const known = await store.credentials(plainEmail(email));
      // An unknown address costs the same time as a known one.
      const fits = await passwords.fits(known?.passwordHash ?? null, password);
      if (known === null || !fits || known.disabled) {
        log.warn({ agentId: known?.agentId ?? null }, 'a sign-in was refused');
        throw wrongCredentials();
      }
      const token = randomBytes(TOKEN_BYTES).toString('base64url');
      const signedIn = await store.startSession(
        {
          id: ids.uuid(),
          agentId: known.agentId,
          digest: digestOf(token),
          csrfToken: randomBytes(TOKEN_BYTES).toString('base64url'),
          address,
          userAgent: userAgent.slice(0, 300),
        },
        known.passwordHash,
      );
      if (signedIn === null) throw wrongCredentials();
      await store.forgiveAttempt(counters);
      log.info({ agentId: known.agentId, sessionId: signedIn.sessionId }, 'signed in');
      return { token, signedIn };
    },

    authenticate: (token) => (TOKEN.test(token) ? store.session(digestOf(token)) : Promise.resolve(null)),

    async signOut(who) {
      await store.endSession(who.agent.id, who.sessionId, 'signed out');
    },

    async sessions(who) {
      const all = await store.sessions(who.agent.id);
      return all.map((one) => ({ ...one, current: one.id === who.sessionId }));
    },

    async endSession(who, sessionId) {
      if (await store.endSession(who.agent.id, sessionId, 'revoked')) return;
      throw new Refused('not_found', 'there is no such session', { mend: 'reload the list' });
    },

    async changePassword(who, current, next, address) {
      const counters = countersOf(`change:${who.agent.id}`, address);
      await attempts.count(counters);
      const known = await store.credentialsOf(who.agent.id);
      const fits = await passwords.fits(known?.passwordHash ?? null, current);
      const changed =
        known !== null &&
        fits &&
        (await store.changePassword(who.agent.id, known.passwordHash, await passwords.hash(next), who.sessionId));
      if (!changed) {
        throw new Refused('wrong_password', 'the current password is another one', {
          mend: 'check it; an administrator can set a new one',
        });
      }
      await store.forgiveAttempt(counters);
      log.info({ agentId: who.agent.id }, 'a password was changed');
    },

    agents: () => store.agents(),
    teams: () => store.teams(),

    async addAgent(by, { password, ...agent }) {
      const passwordHash = await passwords.hash(password);
      return store.addAgent(ids.uuid(), { ...agent, email: plainEmail(agent.email), passwordHash }, by.agent.id);
    },

    async changeAgent(by, id, { password, ...change }) {
      const passwordHash = password === undefined ? undefined : await passwords.hash(password);
      return store.changeAgent(id, { ...change, passwordHash }, by.agent.id);
    },

    endSessionsOf: (by, agentId) => store.endSessions(agentId, null, by.agent.id),
    addTeam: (by, team) => store.addTeam(team, by.agent.id),
    changeTeam: (by, id, change) => store.changeTeam(id, change, by.agent.id),
    living: (sessionIds) => store.livingSessions(sessionIds),
  };
}
