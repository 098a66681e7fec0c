import type { SendOutcome } from '../../src/core/model/outbound.ts';
import type { SendRequest } from '../../src/core/ports/channel.ts';
import { integerOf, recordOf } from '../shared/read-unknown.ts';
import { isAlreadyDone, isFormattingRefused, outcomeOf, TelegramCallError } from './errors.ts';
import { type MessageAddress, messageKeyOf, parseMessageKey, parseThreadKey, type ThreadAddress } from './ids.ts';
import { readPart, type TelegramPart } from './render.ts';
import type { TelegramApi } from './transport/api.ts';

/** Performs one row of the outbox at Telegram. Trouble is an outcome; a throw means that the request makes no sense. */
export async function sendToTelegram(
  api: TelegramApi,
  request: SendRequest,
  signal: AbortSignal,
): Promise<SendOutcome> {
  const place = parseThreadKey(request.threadKey);
  if (request.action !== 'send' && targetOf(request).chatId !== place.chatId) {
    return { kind: 'invalid', reason: 'the message was written before the group moved to a new address' };
  }
  const part = request.action === 'delete' ? { text: '' } : readPart(request.part);
  const { method, payload } = callFor(request, place, part);
  try {
    return sentAs(request, place, await api.call(method, payload, signal));
  } catch (error) {
    if (!(error instanceof TelegramCallError)) throw error;
    if (part.entities === undefined || !isFormattingRefused(error.failure)) return settled(error, request, place);
  }
  // Refused for its formatting, so surely not sent: the words matter more than how they look.
  try {
    const withoutEntities = callFor(request, place, { text: part.text });
    return sentAs(request, place, await api.call(withoutEntities.method, withoutEntities.payload, signal));
  } catch (error) {
    if (!(error instanceof TelegramCallError)) throw error;
    return settled(error, request, place);
  }
}

/** Shows "is typing" for about five seconds. @throws {TelegramCallError} the caller may ignore. */
export async function showTyping(api: TelegramApi, threadKey: string, signal: AbortSignal): Promise<void> {
  await api.call('sendChatAction', { ...placeOf(parseThreadKey(threadKey)), action: 'typing' }, signal);
}

/** Ends the waiting sign on a pressed button; a late answer is refused by Telegram and that is no harm. @throws {TelegramCallError} */
export async function answerPress(
  api: TelegramApi,
  what: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<void> {
  await api.call('answerCallbackQuery', { callback_query_id: what['callbackQueryId'] }, signal);
}

function callFor(
  request: SendRequest,
  place: ThreadAddress,
  part: TelegramPart,
): { method: string; payload: Record<string, unknown> } {
  switch (request.action) {
    case 'send':
      return {
        method: 'sendMessage',
        payload: {
          ...placeOf(place),
          ...part,
          ...replyTo(request, place),
        },
      };
    case 'edit':
      return { method: 'editMessageText', payload: { ...targetPayload(request), ...part } };
    case 'delete':
      return { method: 'deleteMessage', payload: targetPayload(request) };
    case 'react': {
      const emoji = part.text.trim();
      const reaction = emoji === '' ? [] : [{ type: 'emoji', emoji }];
      return { method: 'setMessageReaction', payload: { ...targetPayload(request), reaction } };
    }
    default:
      throw new TypeError(`Telegram knows no action ${String(request.action satisfies never)}`);
  }
}

function placeOf(place: ThreadAddress): Record<string, unknown> {
  return {
    chat_id: place.chatId,
    ...(place.topicId === undefined ? {} : { message_thread_id: place.topicId }),
    ...(place.businessId === undefined ? {} : { business_connection_id: place.businessId }),
  };
}

function replyTo(request: SendRequest, place: ThreadAddress): Record<string, unknown> {
  if (request.replyToExternalId === undefined) return {};
  const answered = parseMessageKey(request.replyToExternalId);
  // Ids count per chat: after a group's move the same number is somebody else's message.
  if (answered.chatId !== place.chatId) return {};
  return { reply_parameters: { message_id: answered.messageId, allow_sending_without_reply: true } };
}

function targetOf(request: SendRequest): MessageAddress {
  if (request.targetExternalId === undefined) {
    throw new TypeError(`a Telegram ${request.action} needs the id of the message it is about`);
  }
  return parseMessageKey(request.targetExternalId);
}

function targetPayload(request: SendRequest): Record<string, unknown> {
  const target = targetOf(request);
  return {
    chat_id: target.chatId,
    message_id: target.messageId,
    ...(target.businessId === undefined ? {} : { business_connection_id: target.businessId }),
  };
}

function sentAs(request: SendRequest, place: ThreadAddress, result: unknown): SendOutcome {
  if (request.action !== 'send') return { kind: 'sent', externalId: request.targetExternalId ?? null };
  const messageId = integerOf(recordOf(result)?.['message_id']);
  if (messageId === null) return { kind: 'sent', externalId: null };
  const business = place.businessId === undefined ? {} : { businessId: place.businessId };
  return { kind: 'sent', externalId: messageKeyOf({ chatId: place.chatId, messageId, ...business }) };
}

function settled(error: TelegramCallError, request: SendRequest, place: ThreadAddress): SendOutcome {
  return isAlreadyDone(error.failure, request.action)
    ? { kind: 'sent', externalId: request.targetExternalId ?? null }
    : outcomeOf(error.failure, request.action, place);
}
