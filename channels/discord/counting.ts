import { recordOf } from '../shared/read-unknown.ts';
import type { SupportPlaces } from './config.ts';
import { snowflakeOf } from './ids.ts';
import { type Fields, type Place } from './inbound/dispatch.ts';

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

/** Whether a message of a server is meant for us: it names us or one of our roles, or answers us. */
export function isAddressed(message: Fields, support: SupportPlaces, selfId: string | null): boolean {
  const answered = recordOf(recordOf(message['referenced_message'])?.['author']);
  // A thread that grew from a message of ours begins with a reference to it, which is no answer.
  if (selfId !== null && message['type'] !== 21 && snowflakeOf(answered?.['id']) === selfId) return true;
  const users = Array.isArray(message['mentions']) ? message['mentions'] : [];
  if (selfId !== null && users.some((user: unknown) => recordOf(user)?.['id'] === selfId)) return true;
  const roles = Array.isArray(message['mention_roles']) ? message['mention_roles'] : [];
  return roles.some((role: unknown) => typeof role === 'string' && support.roles.includes(role));
}
