import { recordOf } from '../../shared/read-unknown.ts';
import { findChat, findOwnChat, isTrue } from './chat-place.ts';
import type { MethodContext, MethodResult } from './method.ts';
import { REACTION_EMOJI } from './reaction-emoji.ts';
import { integerParameter, type Parameters, structuredParameter } from './request-body.ts';
import { sentMessage } from './sent-messages.ts';
import { badRequest } from './text-checks.ts';

const MAX_ANSWER_LENGTH = 200;

/** Puts the bot's one reaction on a message; an empty list takes it away. */
export function setMessageReaction(parameters: Parameters, { bot, world, log }: MethodContext): MethodResult {
  const place = findOwnChat(parameters, bot, world);
  if ('refusal' in place) return place;
  const { chat } = place;
  const messageId = integerParameter(parameters['message_id']);
  const message = chat.messages.get(messageId ?? 0);
  if (messageId === null || message === undefined) return { refusal: badRequest('message to react not found') };
  const reaction = structuredParameter(parameters['reaction']) ?? [];
  if (!Array.isArray(reaction)) return { refusal: badRequest("can't parse reaction types JSON object") };
  if (reaction.length > 1) return { refusal: badRequest('REACTIONS_TOO_MANY') };
  const types = reaction.map((one) => recordOf(one));
  // Custom emoji need one that is there already, paid ones are not for bots.
  if (types.some((one) => one?.['type'] !== 'emoji' || !REACTION_EMOJI.has(String(one['emoji'])))) {
    return { refusal: badRequest('REACTION_INVALID') };
  }
  message.reactions ??= new Map();
  message.reactions.set(bot.id, reaction);
  const sent = sentMessage(log, chat, messageId);
  if (sent !== undefined) {
    sent.reactions = { ...sent.reactions, byBot: types.map((one) => String(one?.['emoji'])) };
  }
  const call = log.call({
    botId: bot.id,
    method: 'setMessageReaction',
    chatId: chat.id,
    messageId,
    payload: parameters,
  });
  return { result: true, call };
}

export function sendChatAction(parameters: Parameters, { bot, world, log }: MethodContext): MethodResult {
  const place = findChat(parameters, bot, world);
  if ('refusal' in place) return place;
  if (typeof parameters['action'] !== 'string' || parameters['action'] === '') {
    return { refusal: badRequest('wrong parameter action in request') };
  }
  const { id } = place.chat;
  const call = log.call({ botId: bot.id, method: 'sendChatAction', chatId: id, messageId: null, payload: parameters });
  return { result: true, call };
}

/** Ends the progress bar of a pressed button; late answers, and second ones, are refused. */
export function answerCallbackQuery(parameters: Parameters, { bot, log, queries }: MethodContext): MethodResult {
  const text = typeof parameters['text'] === 'string' ? parameters['text'] : '';
  if (text.length > MAX_ANSWER_LENGTH) return { refusal: badRequest('MESSAGE_TOO_LONG') };
  const id = typeof parameters['callback_query_id'] === 'string' ? parameters['callback_query_id'] : '';
  const url = typeof parameters['url'] === 'string' ? parameters['url'] : null;
  if (!queries.answer(bot.id, id, { text, showAlert: isTrue(parameters['show_alert']), url })) {
    return { refusal: badRequest('query is too old and response timeout expired or query ID is invalid') };
  }
  const call = log.call({
    botId: bot.id,
    method: 'answerCallbackQuery',
    chatId: null,
    messageId: null,
    payload: parameters,
  });
  return { result: true, call };
}
