import { recordOf, stringOf } from '../../shared/read-unknown.ts';
import { activityIn, activityName } from '../inbound/activity.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Of each event X brings, millionths of a US dollar (docs.x.com, "Pricing" and "X Activity API", as of August 2026). */
const MICROS: Readonly<Record<string, number>> = {
  'dm.received': 10_000,
  'chat.received': 10_000,
  'post.mention.create': 5_000,
  'post.reply.create': 5_000,
  'post.quote.create': 5_000,
};

/** What X charges for a delivery, by webhook or stream; 0: nothing that is known. */
export function microsOfActivity(body: Fields): number {
  const activity = activityIn(body);
  if (activity !== null) {
    const name = activityName(stringOf(activity['event_type']) ?? '');
    return Object.hasOwn(MICROS, name) ? (MICROS[name] ?? 0) : 0;
  }
  const count = (list: string): number => {
    const given: unknown = body[list];
    return Array.isArray(given) ? given.filter((one: unknown) => recordOf(one) !== null).length : 0;
  };
  return count('direct_message_events') * 10_000 + count('tweet_create_events') * 5_000;
}
