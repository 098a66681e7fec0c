import { z } from 'zod';
import { isText, moment, NO_TEXT, role, rowId, shortName, team } from './shared-shapes.ts';

const email = z.email('must be an e-mail address').max(320);
const name = z.string().trim().min(1, 'must not be empty').max(100).refine(isText, NO_TEXT);
const teamIds = z.array(shortName).max(200);
const password = z.string().min(10, 'must have at least 10 characters').max(1024);

export const agent = z
  .object({
    id: rowId,
    email: z.string(),
    name: z.string(),
    role,
    teamIds: z.array(shortName),
    disabledAt: moment.nullable(),
    createdAt: moment,
    lastSeenAt: moment.nullable(),
  })
  .meta({ id: 'Agent' });

export const newAgent = z
  .strictObject({ email, name, role, password, teamIds: teamIds.default([]) })
  .meta({ id: 'NewAgent' });

/** What is left out stays. Disabling ends every session of the agent at once. */
export const agentChange = z
  .strictObject({
    name: name.optional(),
    role: role.optional(),
    teamIds: teamIds.optional(),
    disabled: z.boolean().optional(),
    password: password.optional(),
  })
  .meta({ id: 'AgentChange' });

const languages = z.array(z.string().regex(/^[a-z]{2,3}$/, 'must be a language code such as en')).max(100);

export const newTeam = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9](?:[a-z0-9_-]{0,30}[a-z0-9])?$/, 'must be 1 to 32 of a-z, 0-9, - and _'),
    name,
    languages: languages.default([]),
  })
  .meta({ id: 'NewTeam' });
/** What is left out stays: so nothing here may have a default. */
export const teamChange = z
  .strictObject({ name: name.optional(), languages: languages.optional() })
  .meta({ id: 'TeamChange' });

export const agentList = z.object({ agents: z.array(agent) }).meta({ id: 'AgentList' });
export const teamList = z.object({ teams: z.array(team) }).meta({ id: 'TeamList' });
/** How many sessions were ended. */
export const ended = z.object({ ended: z.int() }).meta({ id: 'Ended' });
