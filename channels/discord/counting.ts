import { recordOf } from '../shared/read-unknown.ts';
import type { SupportPlaces } from './config.ts';
import { snowflakeOf } from './ids.ts';
import { type Fields, type Place } from './inbound/dispatch.ts';

/** A type of message (resources/message#message-object-message-types). */
const REPLY = 19;

/** Whether a server is one of those we serve. */
export function servesServer(guildId: string | null, support: SupportPlaces): boolean {
  return guildId === null || support.servers.length === 0 || support.servers.includes(guildId);
}

/** Whether every text counts in a channel or in what it lies in: it is named, or a thread of ours. */
export function coversPlace(
  place: Pick<Place, 'channelId' | 'parentId' | 'ownerId' | 'guildId'>,
  support: SupportPlaces,
  selfId: string | null,
): boolean {
  if (!servesServer(place.guildId, support)) return false;
  const { channelId, parentId, ownerId } = place;
  if (support.channels.includes(channelId)) return true;
  if (parentId !== null && (support.channels.includes(parentId) || support.forums.includes(parentId))) return true;
  return parentId !== null && ownerId !== null && ownerId === selfId;
}

/** What a reply answers that does not say whom: the message to ask for. */
export interface OpenReply {
  channelId: string;
  messageId: string;
}

/**
 * The message a reply in one of our servers answers, if it should be asked for: the key is missing where Discord did not try to find
 * it, and null only where that is deleted (resources/message#message-object).
 */
export function openReplyOf(message: Fields, support: SupportPlaces): OpenReply | null {
  if (message['type'] !== REPLY || 'referenced_message' in message) return null;
  const guildId = snowflakeOf(message['guild_id']);
  if (guildId === null || !servesServer(guildId, support)) return null;
  const reference = recordOf(message['message_reference']);
  const messageId = snowflakeOf(reference?.['message_id']);
  const channelId = snowflakeOf(reference?.['channel_id']) ?? snowflakeOf(message['channel_id']);
  return messageId === null || channelId === null ? null : { channelId, messageId };
}

/**
 * Whether a message of a server is meant for us: it names us or one of our roles, or answers us.
 *
 * @param author of the message it answers, where it does not bring that along
 */
export function isAddressed(
  message: Fields,
  support: SupportPlaces,
  selfId: string | null,
  author: Fields | null = null,
): boolean {
  const answered = recordOf(recordOf(message['referenced_message'])?.['author']) ?? author;
  // A thread that grew from a message of ours begins with a reference to it, which is no answer.
  if (selfId !== null && message['type'] !== 21 && snowflakeOf(answered?.['id']) === selfId) return true;
  const users = Array.isArray(message['mentions']) ? message['mentions'] : [];
  if (selfId !== null && users.some((user: unknown) => recordOf(user)?.['id'] === selfId)) return true;
  const roles = Array.isArray(message['mention_roles']) ? message['mention_roles'] : [];
  return roles.some((role: unknown) => typeof role === 'string' && support.roles.includes(role));
}
