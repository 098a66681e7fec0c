import type { Normalised } from '../../../src/core/model/inbound.ts';
import { payloadDigest } from '../../shared/payload-digest.ts';
import { recordOf, stringOf } from '../../shared/read-unknown.ts';
import { nameLine } from '../../shared/well-formed.ts';
import { messageKeyOf } from '../ids.ts';
import { readEncrypted } from './encrypted.ts';
import { type Fields, filed, type Included, idIn, includedIn, parked, type Reading, recordsIn } from './event.ts';
import { readPost } from './post.ts';
import type { Because } from './relation.ts';
import { readV1Direct } from './v1-direct.ts';
import { fromV1 } from './v1-post.ts';

/** An activity is one event; the older kind of payload may hold many. */
const MAX_EVENTS = 200;

type Reader = (payload: Fields, included: Included, reading: Reading) => Normalised[];

const readDirects: Reader = (payload, _included, reading) => {
  const included = includedIn(null, payload['users']);
  return recordsIn(payload['direct_message_events'], MAX_EVENTS).flatMap((one) => readV1Direct(one, included, reading));
};
const postsBy =
  (because: Because): Reader =>
  (post, included, reading) =>
    readPost({ post, included, because }, reading);

/** Activities that mean something to us, by their names since March 2026. */
const READERS: Readonly<Record<string, Reader>> = {
  'dm.received': readDirects,
  'dm.sent': readDirects,
  'post.mention.create': postsBy('mention'),
  'post.reply.create': postsBy('reply'),
  'post.quote.create': postsBy('quote'),
  'post.delete': (post, _included, reading) => [readDeletion(post, reading)],
  'chat.received': readEncrypted,
  'chat.sent': readEncrypted,
};
/** Activities that exist and say nothing of conversations. */
const NOISE =
  /^(?:post\.(?:create|repost\.create)|dm\.(?:read|indicate[._]typing)|chat\.conversation[._]join|(?:like|follow|unfollow|profile|news|spaces|mute|block|broadcast|trends|oauth)\..*)$/u;
/** Lists of the older payloads that are none of ours. */
const V1_NOISE =
  /^(?:favorite|follow|unfollow|block|mute|direct_message_indicate_typing|direct_message_mark_read)_events$|^user_event$/u;
/** What stands beside the lists and is no event. */
const V1_BESIDE = new Set(['for_user_id', 'user_has_blocked', 'is_blocked_by', 'users', 'apps']);

/** The name of an activity as it has been since March 2026: `PostMentionCreate` becomes `post.mention.create`, `DMReceived` `dm.received`. */
export function activityName(given: string): string {
  if (!/[A-Z]/u.test(given)) return nameLine(given, 64);
  const divided = given.replace(/^OAuth/u, 'Oauth').replaceAll(/(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/gu, '.');
  return nameLine(divided.toLowerCase(), 64);
}

/** An activity's envelope; null: the payload is none. */
export function activityIn(payload: Fields): Fields | null {
  const data = recordOf(payload['data']) ?? payload;
  return typeof data['event_type'] === 'string' && (recordOf(data['payload']) !== null || 'event_uuid' in data)
    ? data
    : null;
}

/** Reads an activity of the X Activity API. */
export function readActivity(activity: Fields, reading: Reading): Normalised[] {
  const kind = activityName(stringOf(activity['event_type']) ?? '') || 'unnamed';
  // An activity may be delivered again with an id of its own; its content cannot.
  const uuid = stringOf(activity['event_uuid']);
  const eventKey =
    uuid !== null && /^-?\d{1,20}$/u.test(uuid) ? `activity:${uuid}` : `activity:${kind}:${payloadDigest(activity)}`;
  const payload = recordOf(activity['payload']);
  if (kind === 'oauth.revoke') return [filed(eventKey, 'a person took back the access they gave')];
  const reader = Object.hasOwn(READERS, kind) ? READERS[kind] : undefined;
  if (reader === undefined) {
    // What X adds one day is kept raw and seen by a person; nothing vanishes because we are older than it.
    return [
      NOISE.test(kind) ? filed(eventKey, `activity ${kind}`) : parked(eventKey, `activity of unknown kind ${kind}`),
    ];
  }
  if (payload === null) return [parked(eventKey, `activity ${kind} without content`)];
  const selfId = reading.selfId ?? idIn(recordOf(activity['filter']), 'user_id');
  const events = reader(payload, includedIn(activity['includes']), { ...reading, selfId });
  return events.length === 0 ? [parked(eventKey, `activity ${kind} without a message`)] : events;
}

/** Whose access to the account was taken back; null: the payload says nothing of the kind. Both APIs' forms. */
export function revokedUserIn(payload: unknown): string | null {
  const fields = recordOf(payload);
  if (fields === null) return null;
  const activity = activityIn(fields);
  if (activity !== null && activityName(stringOf(activity['event_type']) ?? '') === 'oauth.revoke') {
    return idIn(recordOf(activity['payload']), 'user_id');
  }
  const revoke = recordOf(recordOf(fields['user_event'])?.['revoke']);
  return idIn(recordOf(revoke?.['source']), 'user_id');
}

/** Whether a payload is one of the older Account Activity API. */
export function isAccountActivity(payload: Fields): boolean {
  return Object.keys(payload).some((key) => key.endsWith('_events') || key === 'user_event');
}

/** Reads a payload of the older Account Activity API, all its lists. */
export function readAccountActivity(payload: Fields, given: Reading): Normalised[] {
  const reading = { ...given, selfId: given.selfId ?? idIn(payload, 'for_user_id') };
  const included = includedIn(null, payload['users']);
  const events = Object.entries(payload).flatMap(([list, entries]): Normalised[] => {
    const keyOf = (content: unknown): string => `account:${nameLine(list, 64) || 'unnamed'}:${payloadDigest(content)}`;
    if (V1_BESIDE.has(list)) return [];
    if (V1_NOISE.test(list))
      return [filed(keyOf(entries), list === 'user_event' ? 'access was taken back' : `activity ${list}`)];
    const reader = V1_READERS[list];
    if (reader === undefined || !Object.hasOwn(V1_READERS, list)) {
      return list.endsWith('_events') ? [parked(keyOf(entries), `activity of unknown kind ${nameLine(list, 64)}`)] : [];
    }
    if (!Array.isArray(entries)) return [parked(keyOf(entries), `${list} is no list`)];
    const read = entries.slice(0, MAX_EVENTS).flatMap((entry: unknown): Normalised[] => {
      const fields = recordOf(entry);
      const found = fields === null ? [] : reader(fields, included, reading);
      return found.length === 0 ? [parked(keyOf(entry), `${list} with an entry without id`)] : found;
    });
    return entries.length > MAX_EVENTS
      ? [...read, parked(keyOf(entries), `${list} with more than ${MAX_EVENTS} entries`)]
      : read;
  });
  return events.length === 0
    ? [parked(`digest:${payloadDigest(payload)}`, 'an account activity without events')]
    : events;
}

const V1_READERS: Readonly<Record<string, Reader>> = {
  direct_message_events: readV1Direct,
  tweet_create_events: (status, _included, reading) => readPost(fromV1(status), reading),
  tweet_delete_events: (entry, _included, reading) => {
    const status = recordOf(entry['status']);
    return status === null ? [] : [readDeletion(status, reading)];
  },
};

/** A removal names neither conversation nor words, and X tells of our own alone. */
function readDeletion(post: Fields, { selfId }: Reading): Normalised {
  const id = idIn(post, 'id', 'id_str');
  const authorId = idIn(post, 'author_id', 'user_id');
  if (id === null || authorId === null)
    return parked(`delete:${payloadDigest(post)}`, 'a removal without post or author');
  const eventKey = `delete:${messageKeyOf({ kind: 'post', id })}`;
  return filed(
    eventKey,
    authorId === selfId ? 'our own post was removed' : 'a removal of nothing that is known to be for us',
  );
}
