import { z } from 'zod';
import { agentRef, isText, moment, NO_TEXT, role, rowId, shortName, team } from './shared-shapes.ts';

export const signIn = z
  .strictObject({ email: z.string().max(320).refine(isText, NO_TEXT), password: z.string().max(1024) })
  .meta({ id: 'SignIn' });

/** Who is signed in, and what the page needs to begin. `csrfToken` goes into the header `x-csrf-token` of every change. */
export const session = z
  .object({
    agent: z.object({ id: rowId, name: z.string(), email: z.string(), role, teamIds: z.array(shortName) }),
    csrfToken: z.string(),
    expiresAt: moment,
    teams: z.array(team),
    /** Whom a conversation can be assigned to. */
    agents: z.array(agentRef),
    version: z.string(),
    sandbox: z.boolean(),
  })
  .meta({ id: 'Session' });

/** Public: what the sign-in page shows. `demo` only in the sandbox. */
export const welcome = z
  .object({
    version: z.string(),
    sandbox: z.boolean(),
    demo: z.object({ email: z.string(), password: z.string() }).nullable(),
  })
  .meta({ id: 'Welcome' });

export const changePassword = z
  .strictObject({
    current: z.string().max(1024),
    next: z.string().min(10, 'must have at least 10 characters').max(1024),
  })
  .meta({ id: 'ChangePassword' });

/** One signed-in browser of an agent. */
export const sessionEntry = z
  .object({
    id: rowId,
    createdAt: moment,
    lastSeenAt: moment,
    address: z.string(),
    userAgent: z.string(),
    current: z.boolean(),
  })
  .meta({ id: 'SessionEntry' });

export const sessionList = z.object({ sessions: z.array(sessionEntry) }).meta({ id: 'SessionList' });
