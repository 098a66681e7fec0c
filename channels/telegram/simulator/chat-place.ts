import { recordOf } from '../../shared/read-unknown.ts';
import type { Bot } from './bot.ts';
import type { Clock } from './clock.ts';
import { integerParameter, type Parameters, structuredParameter } from './request-body.ts';
import { badRequest, type Refusal } from './text-checks.ts';
import type { Chat, World } from './world.ts';

/** Where and how a message is to be written. */
export interface Place {
  chat: Chat;
  topicId: number | null;
  replyToMessageId: number | null;
}

/** A business may answer a customer for a day after their last message. */
const BUSINESS_SECONDS = 86_400;

/** The chat a call is about, if this bot may act there. */
export function findChat(parameters: Parameters, bot: Bot, world: World): { chat: Chat } | { refusal: Refusal } {
  const raw = parameters['chat_id'];
  if (raw === undefined || raw === '') return { refusal: badRequest('chat_id is empty') };
  const business = parameters['business_connection_id'];
  if (business !== undefined && business !== '') return findBusinessChat(business, integerParameter(raw), bot, world);
  const chat = world.find(integerParameter(raw) ?? 0);
  if (chat === null || !chat.bots.has(bot.id)) return { refusal: badRequest('chat not found') };
  if (chat.migratedTo !== null) {
    return {
      refusal: badRequest('group chat was upgraded to a supergroup chat', { migrate_to_chat_id: chat.migratedTo }),
    };
  }
  if (chat.deactivated) return { refusal: { status: 403, description: 'Forbidden: user is deactivated' } };
  if (!chat.blocked.has(bot.id)) return { chat };
  const why = chat.type === 'private' ? 'bot was blocked by the user' : `bot was kicked from the ${chat.type} chat`;
  return { refusal: { status: 403, description: `Forbidden: ${why}` } };
}

/** The same for methods that know no business connection: Telegram passes over a parameter it does not know. */
export function findOwnChat(parameters: Parameters, bot: Bot, world: World): { chat: Chat } | { refusal: Refusal } {
  return findChat({ ...parameters, business_connection_id: undefined }, bot, world);
}

function findBusinessChat(
  id: unknown,
  chatId: number | null,
  bot: Bot,
  world: World,
): { chat: Chat } | { refusal: Refusal } {
  const connection = typeof id === 'string' ? world.businessConnections.get(id) : undefined;
  if (connection === undefined || connection.botId !== bot.id) {
    return { refusal: badRequest('business connection not found') };
  }
  if (!connection.isEnabled) return { refusal: badRequest('BUSINESS_CONNECTION_INVALID') };
  const chat = connection.chats.get(chatId ?? 0);
  if (chat === undefined) return { refusal: badRequest('chat not found') };
  if (chat.deactivated) return { refusal: { status: 403, description: 'Forbidden: user is deactivated' } };
  return { chat };
}

/** The place a new message goes to, with its topic and what it answers. */
export function findPlace(
  parameters: Parameters,
  { bot, world, clock }: { bot: Bot; world: World; clock: Clock },
): Place | { refusal: Refusal } {
  const found = findChat(parameters, bot, world);
  if ('refusal' in found) return found;
  const { chat } = found;
  const refusal = chat.businessId === null ? null : businessRefusal(chat, world, clock);
  if (refusal !== null) return { refusal };
  const topicId = integerParameter(parameters['message_thread_id']);
  if (topicId !== null && !chat.topics.has(topicId)) return { refusal: badRequest('message thread not found') };
  const reply = replyTarget(parameters, chat);
  return 'refusal' in reply ? reply : { chat, topicId, replyToMessageId: reply.messageId };
}

function businessRefusal(chat: Chat, world: World, clock: Clock): Refusal | null {
  const connection = world.businessConnections.get(chat.businessId ?? '');
  if (connection?.rights.can_reply !== true) return badRequest('BUSINESS_CONNECTION_NOT_ALLOWED');
  const isLate = clock.nowSeconds() - chat.lastWrittenAt > BUSINESS_SECONDS;
  return isLate ? badRequest('BUSINESS_PEER_USAGE_MISSING') : null;
}

function replyTarget(parameters: Parameters, chat: Chat): { messageId: number | null } | { refusal: Refusal } {
  const reply = recordOf(structuredParameter(parameters['reply_parameters']) ?? null);
  const messageId = integerParameter(reply?.['message_id']);
  if (messageId === null) return { messageId: null };
  if (chat.messages.has(messageId)) return { messageId };
  if (isTrue(reply?.['allow_sending_without_reply'])) return { messageId: null };
  return { refusal: badRequest('message to be replied not found') };
}

/** A boolean parameter in any of the ways it may be written. */
export function isTrue(value: unknown): boolean {
  return value === true || value === 'true' || value === 'True' || value === '1';
}
