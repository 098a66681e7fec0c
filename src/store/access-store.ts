import type { AccessStore } from '../core/ports/access-store.ts';
import { createAttemptStore } from './attempt-store.ts';
import type { Database } from './database.ts';
import { createSessionStore } from './session-store.ts';
import { createStaffStore } from './staff-store.ts';

/** Agents, teams, sessions and attempts to sign in, over the store. */
export function createAccessStore(database: Database): AccessStore {
  return { ...createAttemptStore(database), ...createSessionStore(database), ...createStaffStore(database) };
}
