import { z } from 'zod';
import { SEVERITIES, STANDINGS } from '../../core/model/account.ts';
import { moment, shortName } from './shared-shapes.ts';

const count = z.int();

/** For leads and administrators. `reason` and `mend` are English sentences for people; `code` is for programs. */
const details = z
  .object({
    standing: z.enum(STANDINGS),
    standingSince: moment.nullable(),
    code: z.string().nullable(),
    reason: z.string().nullable(),
    mend: z.string().nullable(),
    /** How old what arrives is, or how long nothing could arrive, ms. */
    behindMs: z.number(),
    /** Updates that wait at the platform, where it says so. */
    waiting: z.int().nullable(),
    /** Until the platform forgets the oldest message that is not here, ms; null: nothing is at stake. */
    forgetsInMs: z.number().nullable(),
    /** What of groups reaches us; `hidden`: all is wanted, but the platform's privacy setting hides it. */
    groups: z.enum(['all', 'addressed', 'off', 'hidden']).nullable(),
    /** What the platform charged since midnight (UTC), US dollars; `left` null: no budget was set. Null: it charges nothing we know of. */
    spending: z.object({ spent: z.number(), left: z.number().nullable(), refillsAt: moment }).nullable(),
    /** What the account's plan leaves out, as English sentences. */
    lacks: z.array(z.string()),
    receivedBy: z.string().nullable(),
    /** Since the processes that take updates now started. When idle, `seen` is the sum of the others. */
    counts: z.object({ seen: count, stored: count, duplicate: count, filed: count, parked: count }),
    unsettled: count,
    lastSeenAt: moment.nullable(),
    lastStoredAt: moment.nullable(),
    /** What came and nobody could read. `key` is what `parley inbound replay` takes. Null: it could not be looked up now. */
    parked: z
      .object({
        count,
        latest: z.array(z.object({ key: z.string(), reason: z.string(), receivedAt: moment })),
      })
      .nullable(),
  })
  .meta({ id: 'AccountDetails' });

export const account = z
  .object({
    id: z.string(),
    channel: shortName,
    name: z.string().nullable(),
    severity: z.enum(SEVERITIES).meta({ id: 'Severity' }),
    /** Since when it is not well; null while it is. */
    since: moment.nullable(),
    details: details.nullable(),
  })
  .meta({ id: 'Account' });

export const accountList = z.object({ accounts: z.array(account) }).meta({ id: 'AccountList' });
