import type { AgentChange, AgentEntry, NewAgent, TeamChange, TeamEntry, Viewer } from '../model/agent.ts';
import type { SessionShown, SignedIn } from '../model/inbox.ts';

/** What signing in has to know of an agent. */
export interface Credentials {
  agentId: string;
  passwordHash: string;
  disabled: boolean;
}

/** A session to be. The store holds a digest of the token, never the token. */
export interface NewSession {
  id: string;
  agentId: string;
  digest: Buffer;
  csrfToken: string;
  address: string;
  userAgent: string;
}

/** Whether one more attempt may be made; `full`: the counter that says no; `waitMs`: how long until it may be. */
export type AttemptVerdict = { allowed: true } | { allowed: false; full: string; waitMs: number };

/** One counter of attempts: no more than `limit` within `windowMs`. */
export interface AttemptCounter {
  key: string;
  limit: number;
  windowMs: number;
  /** What a success does to it: forgets everything it counted, or only the success itself. */
  onSuccess: 'clear' | 'take-back';
}

/** Agents, teams and sessions, as signing in and administration need them. */
export interface AccessStore {
  credentials(email: string): Promise<Credentials | null>;
  credentialsOf(agentId: string): Promise<Credentials | null>;
  /** Counts an attempt before it is made, on every counter; refused as soon as one of them is full. */
  attempt(counters: readonly AttemptCounter[]): Promise<AttemptVerdict>;
  /** The attempt was a success: each counter does what it does on one. */
  forgiveAttempt(counters: readonly AttemptCounter[]): Promise<void>;
  /** Null: the agent is disabled, or its password is another one by now. */
  startSession(session: NewSession, passwordHash: string): Promise<SignedIn | null>;
  /** The session of a token's digest while it lasts and its agent is not disabled; moves its idle limit along. */
  session(digest: Buffer): Promise<SignedIn | null>;
  sessions(agentId: string): Promise<SessionShown[]>;
  /** Whether there was one to end. */
  endSession(agentId: string, sessionId: string, why: string): Promise<boolean>;
  /** Ends all but one; returns how many. */
  endSessions(agentId: string, keep: string | null, by: string): Promise<number>;
  /** Sets a password and ends every other session; false when the old one is another by now. */
  changePassword(agentId: string, from: string, to: string, keepSession: string): Promise<boolean>;

  agents(): Promise<AgentEntry[]>;
  /** @throws {Refused} `email_taken`, `no_team` */
  addAgent(id: string, agent: NewAgent, by: string): Promise<AgentEntry>;
  /** Ends the agent's sessions when it disables or sets a password. @throws {Refused} `gone`, `no_team`, `last_admin` */
  changeAgent(id: string, change: AgentChange, by: string): Promise<AgentEntry>;
  teams(): Promise<TeamEntry[]>;
  /** @throws {Refused} `team_taken` */
  addTeam(team: Omit<TeamEntry, 'fromFile'>, by: string): Promise<TeamEntry>;
  /** @throws {Refused} `gone`, `from_file` */
  changeTeam(id: string, change: TeamChange, by: string): Promise<TeamEntry>;
  /** Brings the configured teams into the store. @throws {ParleyError} when one was made on the page */
  syncTeams(teams: readonly { id: string; name: string; languages: readonly string[] }[]): Promise<void>;

  /** Of these sessions those that last, with what their agents may see now; for open sockets. */
  livingSessions(ids: readonly string[]): Promise<Map<string, Viewer>>;
}
