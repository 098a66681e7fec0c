import type { Hub } from './gateway/hub.ts';
import { INTENT } from './gateway/session.ts';
import { type ViewContext, viewChannel, viewDispatchedMessage, viewEmoji, viewMember, viewUser } from './views.ts';
import type { Channel, Message } from './world.ts';

/** What everything that changes the world works with. */
export interface Doings {
  context: ViewContext;
  hub: Hub;
}

type Json = Record<string, unknown>;

function guildPart(channel: Channel | undefined): Json {
  return channel?.guildId ? { guild_id: channel.guildId } : {};
}

/** Which intents bring an event of this place. */
function intentsOf(channel: Channel | undefined, inGuild: number, inDirect: number): number {
  return channel?.guildId ? inGuild : inDirect;
}

/** What is left of a message for a session without MESSAGE_CONTENT (docs, "Message Content Intent"). */
function withoutContent(view: Json, channel: Channel | undefined, botId: string, intents: number): Json {
  const author = view['author'] as { id?: unknown } | undefined;
  const mentions = view['mentions'] as { id?: unknown }[] | undefined;
  const isOpen =
    (intents & INTENT.messageContent) !== 0 ||
    !channel?.guildId ||
    author?.id === botId ||
    mentions?.some(({ id }) => id === botId) === true;
  return isOpen ? view : { ...view, content: '', embeds: [], attachments: [], components: [] };
}

export function tellMessage({ context, hub }: Doings, t: 'MESSAGE_CREATE' | 'MESSAGE_UPDATE', message: Message): void {
  const channel = context.world.channels.get(message.channelId);
  if (channel?.denied.has('view') === true) return;
  hub.publish({
    t,
    guildId: channel?.guildId ?? null,
    intents: intentsOf(channel, INTENT.guildMessages, INTENT.directMessages),
    view: (intents) => withoutContent(viewDispatchedMessage(context, message), channel, context.botId, intents),
  });
}

export function tellDeleted({ context, hub }: Doings, channelId: string, ids: readonly string[]): void {
  const channel = context.world.channels.get(channelId);
  const [first] = ids;
  const d =
    ids.length === 1 && first !== undefined
      ? { id: first, channel_id: channelId, ...guildPart(channel) }
      : { ids, channel_id: channelId, ...guildPart(channel) };
  hub.publish({
    t: ids.length === 1 ? 'MESSAGE_DELETE' : 'MESSAGE_DELETE_BULK',
    guildId: channel?.guildId ?? null,
    intents: intentsOf(channel, INTENT.guildMessages, INTENT.directMessages),
    view: () => d,
  });
}

export function tellReaction(
  { context, hub }: Doings,
  change: 'ADD' | 'REMOVE',
  message: Message,
  emoji: string,
  userId: string,
): void {
  const channel = context.world.channels.get(message.channelId);
  const user = context.world.users.get(userId);
  hub.publish({
    t: `MESSAGE_REACTION_${change}`,
    guildId: channel?.guildId ?? null,
    intents: intentsOf(channel, INTENT.guildReactions, INTENT.directReactions),
    view: () => ({
      user_id: userId,
      channel_id: message.channelId,
      message_id: message.id,
      ...guildPart(channel),
      ...(change === 'ADD' ? { message_author_id: message.authorId } : {}),
      ...(change === 'ADD' && channel?.guildId && user !== undefined
        ? { member: { ...viewMember(), user: viewUser(user) } }
        : {}),
      emoji: viewEmoji(emoji),
      burst: false,
      type: 0,
    }),
  });
}

export function tellChannel(
  { context, hub }: Doings,
  t: 'CHANNEL_CREATE' | 'CHANNEL_DELETE' | 'THREAD_CREATE' | 'THREAD_UPDATE' | 'THREAD_DELETE',
  channel: Channel,
): void {
  if (channel.denied.has('view')) return;
  hub.publish({
    t,
    guildId: channel.guildId,
    intents: INTENT.guilds,
    view: () => ({ ...viewChannel(context, channel), ...(t === 'THREAD_CREATE' ? { newly_created: true } : {}) }),
  });
}
