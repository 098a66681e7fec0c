import type { AgentId, TeamId } from './ids.ts';

/** What an agent may do, each including the one before: answer; see and assign everything; change who works here. */
export const ROLES = ['agent', 'lead', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Somebody of ours, as far as rights go. */
export interface Viewer {
  id: AgentId;
  role: Role;
  teamIds: readonly TeamId[];
}

/** Somebody of ours. Moments are RFC 3339 in UTC, as the API hands them out. */
export interface AgentEntry {
  id: string;
  email: string;
  name: string;
  role: Role;
  teamIds: string[];
  disabledAt: string | null;
  createdAt: string;
  lastSeenAt: string | null;
}

export interface NewAgent {
  email: string;
  name: string;
  role: Role;
  teamIds: readonly string[];
  passwordHash: string;
}

/** What is left out stays. */
export interface AgentChange {
  name?: string | undefined;
  role?: Role | undefined;
  teamIds?: readonly string[] | undefined;
  disabled?: boolean | undefined;
  passwordHash?: string | undefined;
}

/** A queue of people. `fromFile`: the configuration defines it, so nobody changes it here. */
export interface TeamEntry {
  id: string;
  name: string;
  languages: string[];
  fromFile: boolean;
}

export interface TeamChange {
  name?: string | undefined;
  languages?: readonly string[] | undefined;
}

/** Whether a role includes what another may do. */
export function atLeast(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}
