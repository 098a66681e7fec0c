import { CHANNEL, type Channel, type Message, THREAD_TYPES } from '../world.ts';
import {
  archivedThread,
  cannotWriteTo,
  lockedThread,
  missingAccess,
  missingPermissions,
  noText,
  unknownChannel,
  unknownMessage,
} from './errors.ts';
import type { RestContext } from './route.ts';

/** The channel, where the bot may see it. @throws {ApiError} */
export function channelOf({ context }: RestContext, id: string | undefined): Channel {
  const channel = context.world.channels.get(id ?? '');
  if (channel === undefined) throw unknownChannel();
  const guild = channel.guildId === null ? undefined : context.world.guilds.get(channel.guildId);
  if (channel.denied.has('view') || (channel.guildId !== null && guild?.joined !== true)) throw missingAccess();
  return channel;
}

/** A channel the bot may write into now. @throws {ApiError} */
export function writableChannel(rest: RestContext, id: string | undefined): Channel {
  const channel = channelOf(rest, id);
  if (channel.type === CHANNEL.forum) throw noText();
  if (channel.recipientId !== null && rest.context.world.unreachable.has(channel.recipientId)) throw cannotWriteTo();
  if (channel.denied.has('send')) throw missingPermissions();
  if (THREAD_TYPES.has(channel.type) && channel.locked) throw lockedThread();
  return channel;
}

/** A message of a channel; `change`: it is about to be changed, which archived threads refuse. @throws {ApiError} */
export function messageOf(
  rest: RestContext,
  channelId: string | undefined,
  id: string | undefined,
  change = false,
): Message {
  const channel = channelOf(rest, channelId);
  if (change && channel.archived) throw archivedThread();
  const message = rest.context.world.findMessage(channel.id, id ?? '');
  if (message === null || message.ephemeralFor !== null) throw unknownMessage();
  return message;
}
