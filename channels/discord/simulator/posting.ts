import { type Doings, tellMessage } from './doings.ts';
import type { Channel, Message } from './world.ts';

/** Type of a message that answers another one. */
export const REPLY_TYPE = 19;

/** Puts a message into a channel and tells those who listen; what is left out is empty. */
export function post(
  doings: Doings,
  channel: Channel,
  given: Partial<Message> & { authorId: string },
  options: { silent?: boolean; atMs?: number } = {},
): Message {
  const { world, clock } = doings.context;
  const message: Message = {
    id: world.newId(options.atMs),
    channelId: channel.id,
    content: '',
    createdMs: options.atMs ?? clock.nowMs(),
    editedMs: null,
    type: given.referenceId ? REPLY_TYPE : 0,
    flags: 0,
    attachments: [],
    embeds: [],
    components: [],
    stickers: [],
    reactions: new Map(),
    nonce: null,
    referenceId: null,
    allowedMentions: null,
    webhookId: null,
    ephemeralFor: null,
    interactionUserId: null,
    ...given,
  };
  channel.messages.push(message);
  if (message.ephemeralFor !== null) return message;
  channel.lastMessageId = message.id;
  if (options.silent !== true) tellMessage(doings, 'MESSAGE_CREATE', message);
  return message;
}
