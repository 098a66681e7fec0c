import { findOwnChat } from './chat-place.ts';
import type { MethodContext, MethodResult } from './method.ts';
import { integerParameter, type Parameters, structuredParameter } from './request-body.ts';
import { removeMessage } from './sent-messages.ts';
import { badRequest, type Refusal } from './text-checks.ts';
import type { Chat, StoredMessage } from './world.ts';

/** Messages older than this stay (Bot API, deleteMessage). */
const DELETABLE_SECONDS = 48 * 3_600;
const MAX_AT_ONCE = 100;

export function deleteMessage(parameters: Parameters, context: MethodContext): MethodResult {
  const place = findOwnChat(parameters, context.bot, context.world);
  if ('refusal' in place) return place;
  const { chat } = place;
  const messageId = integerParameter(parameters['message_id']);
  const message = chat.messages.get(messageId ?? 0);
  if (messageId === null || message === undefined) return { refusal: badRequest('message to delete not found') };
  const refusal = whyNot(chat, message, context);
  if (refusal !== null) return { refusal };
  removeMessage(context.log, chat, messageId);
  return done('deleteMessage', chat, messageId, parameters, context);
}

/** Deletes what can be deleted; ids of messages that are not there are passed over. */
export function deleteMessages(parameters: Parameters, context: MethodContext): MethodResult {
  const place = findOwnChat(parameters, context.bot, context.world);
  if ('refusal' in place) return place;
  const ids = messageIds(parameters);
  if ('refusal' in ids) return ids;
  for (const messageId of ids) {
    const message = place.chat.messages.get(messageId);
    if (message === undefined) continue;
    const refusal = whyNot(place.chat, message, context);
    if (refusal !== null) return { refusal };
  }
  for (const messageId of ids) removeMessage(context.log, place.chat, messageId);
  return done('deleteMessages', place.chat, null, parameters, context);
}

/** As deleteMessages, in the chats of a business; it names the connection and no chat. */
export function deleteBusinessMessages(parameters: Parameters, context: MethodContext): MethodResult {
  const id = parameters['business_connection_id'];
  const connection = typeof id === 'string' ? context.world.businessConnections.get(id) : undefined;
  if (connection?.botId !== context.bot.id) return { refusal: badRequest('business connection not found') };
  const ids = messageIds(parameters);
  if ('refusal' in ids) return ids;
  const chat = [...connection.chats.values()].find((one) => ids.some((messageId) => one.messages.has(messageId)));
  if (chat === undefined) return { result: true };
  const { can_delete_sent_messages: own = false, can_delete_all_messages: all = false } = connection.rights;
  const isAllowed = ids.every((one) => all || (own && (chat.messages.get(one)?.fromId ?? 0) === context.bot.id));
  if (!connection.isEnabled || !isAllowed) return { refusal: badRequest('BUSINESS_CONNECTION_NOT_ALLOWED') };
  for (const messageId of ids) removeMessage(context.log, chat, messageId);
  return done('deleteBusinessMessages', chat, null, parameters, context);
}

function messageIds(parameters: Parameters): number[] | { refusal: Refusal } {
  const list = structuredParameter(parameters['message_ids']);
  if (!Array.isArray(list)) return { refusal: badRequest("can't parse message identifiers: expected an Array") };
  if (list.length === 0 || list.length > MAX_AT_ONCE)
    return { refusal: badRequest('too many or no message identifiers') };
  return list.map((id) => integerParameter(id)).filter((id) => id !== null);
}

function whyNot(chat: Chat, message: StoredMessage, { bot, clock }: MethodContext): Refusal | null {
  if (message.fromId !== bot.id && chat.type !== 'private') return badRequest("message can't be deleted");
  const isOld = clock.nowSeconds() - message.date > DELETABLE_SECONDS;
  return isOld ? badRequest("message can't be deleted for everyone") : null;
}

function done(
  method: string,
  chat: Chat,
  messageId: number | null,
  parameters: Parameters,
  { bot, log }: MethodContext,
): MethodResult {
  const call = log.call({ botId: bot.id, method, chatId: chat.id, messageId, payload: parameters });
  return { result: true, call };
}
