import type { Normalised } from '../../src/core/model/inbound.ts';
import { payloadDigest } from '../shared/payload-digest.ts';
import { recordOf } from '../shared/read-unknown.ts';
import { snowflakeOf } from './ids.ts';
import { activityIn, isAccountActivity, readAccountActivity, readActivity } from './inbound/activity.ts';
import { type About, type Fields, type NormaliseContext, parked, type Reading } from './inbound/event.ts';
import { isPage, readPage } from './inbound/page.ts';

export { revokedUserIn } from './inbound/activity.ts';
export type { NormaliseContext } from './inbound/event.ts';

/** One payload as we keep it: what X sent or answered, and what was known then. A bare body reads the same with nothing known. */
export interface XPayload {
  v: 1;
  /** An activity, an older account activity, or a page of posts or direct events. */
  body: unknown;
  about: {
    /** Our own user id. */
    selfId?: string;
    /** By post id: how many others wrote nearly the same shortly before (`alikeIn` in noise.ts). */
    alike?: Readonly<Record<string, number>>;
  };
}

/** Reads one payload. Pure; never throws, whatever it is given. */
export function normalisePayload(payload: unknown, context: NormaliseContext): Normalised[] {
  const fields = recordOf(payload);
  const isKept = fields?.['v'] === 1 && 'body' in fields;
  const body = isKept ? recordOf(fields['body']) : fields;
  if (body === null) return [parked(`digest:${payloadDigest(payload)}`, 'not a payload of X')];
  const about = aboutOf(isKept ? recordOf(fields['about']) : null);
  const reading: Reading = { context, about, selfId: about.selfId ?? context.selfId };
  const activity = activityIn(body);
  if (activity !== null) return readActivity(activity, reading);
  if (isAccountActivity(body)) return readAccountActivity(body, reading);
  if (isPage(body)) return readPage(body, reading);
  return [parked(`digest:${payloadDigest(body)}`, 'not a payload of X')];
}

function aboutOf(given: Fields | null): About {
  return {
    selfId: snowflakeOf(given?.['selfId']),
    alike: recordOf(given?.['alike']) ?? {},
  };
}
