import { z } from 'zod';
import { ROLES } from '../../core/model/agent.ts';

/** An id of a row: a UUID. */
export const rowId = z.uuid();
/** Whether a string can be stored: Postgres holds no NUL, and half a surrogate pair is no character. */
export const isText = (value: string): boolean => value.isWellFormed() && !value.includes('\0');
export const NO_TEXT = 'must be text: it holds a character that is none';

/** A short name such as the id of a team or an account. */
export const shortName = z.string().min(1).max(32).refine(isText, NO_TEXT);
/** A moment: RFC 3339 in UTC. */
export const moment = z.iso.datetime();

export const role = z.enum(ROLES).meta({ id: 'Role' });

/**
 * What every refusal looks like. `code` is for programs and stays; `message` and `mend` are English sentences for people:
 * what happened, and what to do about it. `fields` names each wrong field of a request.
 */
export const failure = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      mend: z.string().optional(),
      requestId: z.string(),
      fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
      /** With `owner_changed`: how the conversation stands now. */
      owner: z.object({ kind: z.string(), agentName: z.string().nullable(), ownerVersion: z.int() }).optional(),
      /** With `file_too_large`: the most that is taken. */
      limitBytes: z.int().optional(),
    }),
  })
  .meta({ id: 'Failure' });

/** Somebody of ours, as others see them. */
export const agentRef = z.object({ id: rowId, name: z.string() }).meta({ id: 'AgentRef' });

export const team = z
  .object({ id: shortName, name: z.string(), languages: z.array(z.string()), fromFile: z.boolean() })
  .meta({ id: 'Team' });
