import type { Json } from '../views/fields.ts';

/**
 * How events are told: under their present names, under those they had before 18 March 2026, or in the older Account Activity API's
 * way.
 */
export type EventStyle = 'activity' | 'pascal' | 'account_activity';

/** Something that happened, with every way of telling it. */
export interface Occurrence {
  /** What of it can be subscribed to: a mention may be an answer, too. */
  activities: readonly { type: string; userId: string | null }[];
  /** `post:1`, `dm:2`, `chat:3`; null: about no message. */
  subject: string | null;
  /** The customer behind it; null: nobody. Events of one are delivered in order. */
  userId: string | null;
  payload: Json;
  includes?: Json | undefined;
  /** Lists of the older API; left out: it never told this. */
  older?: Json;
}

export interface Subscription {
  id: string;
  eventType: string;
  userId: string | null;
  direction: string | null;
  tag: string | null;
  /** Null: told on streams. */
  webhookId: string | null;
  createdMs: number;
}

/** The name before 18 March 2026: `post.mention.create` was `PostMentionCreate`, `dm.received` `DMReceived`. */
export function pascalName(type: string): string {
  return type
    .split(/[._]/u)
    .map((word) => (word === 'dm' ? 'DM' : word === 'oauth' ? 'OAuth' : word.slice(0, 1).toUpperCase() + word.slice(1)))
    .join('');
}

/** An activity's envelope (docs.x.com, "X Activity API: event payloads"). */
export function envelope(
  uuid: string,
  type: string,
  { userId, direction, tag }: Pick<Subscription, 'userId' | 'direction' | 'tag'>,
  { payload, includes }: Occurrence,
  style: EventStyle,
): Json {
  return {
    data: {
      event_uuid: uuid,
      filter: { ...(userId === null ? {} : { user_id: userId }), ...(direction === null ? {} : { direction }) },
      event_type: style === 'pascal' ? pascalName(type) : type,
      ...(tag === null ? {} : { tag }),
      payload,
      ...(includes === undefined ? {} : { includes }),
    },
  };
}

/** Events that need the consent of the account's owner, by what it has to allow (docs.x.com, "Event privacy"). */
export function scopeFor(type: string): string | null {
  if (/^(?:dm|chat)\./u.test(type)) return 'dm.read';
  return /^post\.(?:mention|reply|quote|repost)\./u.test(type) ? 'tweet.read' : null;
}

/** Every event one can subscribe to. */
export const EVENT_TYPES: ReadonlySet<string> = new Set([
  'dm.received',
  'dm.sent',
  'dm.read',
  'dm.indicate_typing',
  'chat.received',
  'chat.sent',
  'chat.conversation_join',
  'post.create',
  'post.delete',
  'post.mention.create',
  'post.reply.create',
  'post.quote.create',
  'post.repost.create',
  'like.create',
  'follow.follow',
  'follow.unfollow',
  'mute.mute',
  'mute.unmute',
  'block.block',
  'block.unblock',
  'profile.update.handle',
  'profile.update.screenname',
  'oauth.revoke',
]);
