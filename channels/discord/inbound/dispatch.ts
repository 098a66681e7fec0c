import type { AuthorRef, Normalised, ThreadRef } from '../../../src/core/model/inbound.ts';
import { integerOf, recordOf, stringOf } from '../../shared/read-unknown.ts';
import { nameLine } from '../../shared/well-formed.ts';
import type { SupportPlaces } from '../config.ts';
import { snowflakeOf, threadKeyOf } from '../ids.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** What an account brings to the reading of its payloads. */
export interface NormaliseContext {
  /** Our own user id; null while unknown. */
  selfId: string | null;
  support: SupportPlaces;
}

/** One dispatch as its reader gets it. */
export interface Dispatch {
  /** As Discord calls it: `MESSAGE_CREATE` … */
  kind: string;
  content: Fields;
  /** What was looked up when it came; see `completing.ts`. */
  about: Fields;
  context: NormaliseContext;
}

/** Channel types of the API (resources/channel#channel-object-channel-types). */
export const CHANNEL_TYPE = {
  text: 0,
  directMessage: 1,
  groupMessage: 3,
  publicThread: 11,
  privateThread: 12,
} as const;

/** Types of interactions (interactions/receiving-and-responding). */
export const INTERACTION_TYPE = { ping: 1, command: 2, component: 3, autocomplete: 4, form: 5 } as const;

/** Whether a channel is a thread; a forum's posts are threads. */
export function isThreadType(type: number | null): boolean {
  return type !== null && type >= 10 && type <= 12;
}

/** Where something happened. */
export interface Place {
  channelId: string;
  /** Null in direct messages. */
  guildId: string | null;
  type: number | null;
  /** Of a thread: the channel or forum it is in. */
  parentId: string | null;
  /** Of a thread: who opened it. */
  ownerId: string | null;
  /** Empty while unknown. */
  name: string;
}

/** Where a dispatch happened; null when it names no channel. */
export function placeOf({ content, about }: Dispatch): Place | null {
  const channelId = snowflakeOf(content['channel_id']);
  if (channelId === null) return null;
  // Interactions bring their channel along.
  const known = recordOf(about['place']) ?? recordOf(content['channel']);
  return {
    channelId,
    guildId: snowflakeOf(content['guild_id']),
    type: integerOf(content['channel_type']) ?? integerOf(known?.['type']),
    parentId: snowflakeOf(known?.['parent_id']),
    ownerId: snowflakeOf(known?.['owner_id']),
    name: nameLine(stringOf(known?.['name']) ?? '', 100),
  };
}

/** Where an author meets us: alone in a direct message, in servers in a thread of their own. */
export function threadOf(place: Place, authorId: string): ThreadRef {
  const { channelId, guildId, type, name } = place;
  if (guildId === null) return { key: threadKeyOf({ channelId }), kind: 'private' };
  return {
    key: threadKeyOf({ channelId, authorId }),
    kind: type === CHANNEL_TYPE.privateThread ? 'private' : 'group',
    chatKey: channelId,
    ...(name === '' ? {} : { title: isThreadType(type) ? name : `#${name}` }),
  };
}

/** A user object as author; null when it has no id. */
export function authorOf(user: Fields | null): AuthorRef | null {
  const id = snowflakeOf(user?.['id']);
  if (user === null || id === null) return null;
  const username = nameLine(stringOf(user['username']) ?? '');
  const discriminator = stringOf(user['discriminator']) ?? '0';
  const handle = /^\d{4}$/u.test(discriminator) && discriminator !== '0000' ? `${username}#${discriminator}` : username;
  return {
    externalId: id,
    displayName: nameLine(stringOf(user['global_name']) ?? '') || username || id,
    ...(username === '' ? {} : { handle }),
    isBot: user['bot'] === true,
  };
}

/** Ms since the epoch of an ISO 8601 timestamp; null when it is none. */
export function momentOf(timestamp: unknown): number | null {
  const ms = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN;
  return Number.isSafeInteger(ms) && ms > 0 ? ms : null;
}

export function filed(eventKey: string, reason: string): Normalised {
  return { outcome: 'filed', eventKey, reason };
}

export function parked(eventKey: string, reason: string): Normalised {
  return { outcome: 'parked', eventKey, reason };
}
