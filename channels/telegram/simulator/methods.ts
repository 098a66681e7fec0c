import { recordOf } from '../../shared/read-unknown.ts';
import type { Bot } from './bot.ts';
import type { AcceptedCall, WritableLog } from './platform-log.ts';
import { integerParameter, type Parameters, structuredParameter } from './request-body.ts';
import { badRequest, checkText, type Refusal } from './text-checks.ts';
import { type Chat, chatObject, storeMessage, type World } from './world.ts';

/** What a method answers; `call` is there when it changed something. */
export type MethodResult = { result: unknown; call?: AcceptedCall; description?: string } | { refusal: Refusal };

export interface MethodContext {
  bot: Bot;
  world: World;
  log: WritableLog;
}

type Method = (parameters: Parameters, context: MethodContext) => MethodResult;

/** All methods but getUpdates, which answers later. Names are matched without regard to case, as the real server does. */
export const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['getme', getMe],
  ['setwebhook', setWebhook],
  ['deletewebhook', deleteWebhook],
  ['getwebhookinfo', getWebhookInfo],
  ['sendmessage', sendMessage],
  ['editmessagetext', editMessageText],
  ['deletemessage', deleteMessage],
  ['setmessagereaction', setMessageReaction],
  ['sendchataction', sendChatAction],
]);

function getMe(_: Parameters, { bot }: MethodContext): MethodResult {
  const result = {
    ...botUser(bot),
    can_join_groups: true,
    can_read_all_group_messages: bot.readsAllGroupMessages,
    supports_inline_queries: false,
  };
  return { result };
}

function botUser(bot: Bot): Record<string, unknown> {
  return { id: bot.id, is_bot: true, first_name: bot.name, username: bot.username };
}

function setWebhook(parameters: Parameters, { bot, log }: MethodContext): MethodResult {
  const url = typeof parameters['url'] === 'string' ? parameters['url'] : '';
  if (url === '') return deleteWebhook(parameters, { bot, log });
  if (!URL.canParse(url)) return { refusal: badRequest('bad webhook: invalid URL specified') };
  const { protocol, hostname } = new URL(url);
  // The real server asks for https; on loopback, as its own --local mode, http is fine.
  if (protocol !== 'https:' && !['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) {
    return { refusal: badRequest('bad webhook: An HTTPS URL must be provided for webhook') };
  }
  const secret = parameters['secret_token'];
  if (secret !== undefined && (typeof secret !== 'string' || !/^[A-Za-z0-9_-]{1,256}$/u.test(secret))) {
    return { refusal: badRequest('secret token contains unallowed characters') };
  }
  setAllowedUpdates(parameters, bot);
  if (isTrue(parameters['drop_pending_updates'])) bot.queue.drop();
  const maxConnections = Math.min(Math.max(integerParameter(parameters['max_connections']) ?? 40, 1), 100);
  bot.setWebhook({ url, secretToken: secret ?? null, maxConnections });
  return { result: true, description: 'Webhook was set' };
}

function deleteWebhook(parameters: Parameters, { bot }: Pick<MethodContext, 'bot' | 'log'>): MethodResult {
  if (isTrue(parameters['drop_pending_updates'])) bot.queue.drop();
  const description = bot.webhook() === null ? 'Webhook is already deleted' : 'Webhook was deleted';
  bot.deleteWebhook();
  return { result: true, description };
}

function getWebhookInfo(_: Parameters, { bot }: MethodContext): MethodResult {
  const webhook = bot.webhook();
  const lastError = webhook?.lastError ?? null;
  const result = {
    url: webhook?.target.url ?? '',
    has_custom_certificate: false,
    pending_update_count: bot.queue.pending.size,
    ...(webhook === null ? {} : { max_connections: webhook.target.maxConnections }),
    ...(bot.allowedUpdates.length === 0 ? {} : { allowed_updates: bot.allowedUpdates }),
    ...(lastError === null
      ? {}
      : { last_error_date: Math.floor(lastError.atMs / 1_000), last_error_message: lastError.message }),
  };
  return { result };
}

/** Takes over `allowed_updates`; when it is absent the earlier list stays in force. */
export function setAllowedUpdates(parameters: Parameters, bot: Bot): void {
  const kinds = structuredParameter(parameters['allowed_updates']);
  if (Array.isArray(kinds)) bot.allowedUpdates = kinds.filter((kind) => typeof kind === 'string');
}

function sendMessage(parameters: Parameters, { bot, world, log }: MethodContext): MethodResult {
  const place = findChat(parameters, bot, world);
  if ('refusal' in place) return place;
  const { chat } = place;
  const checked = checkText(parameters['text'], parameters['entities'], parameters['parse_mode']);
  if ('refusal' in checked) return checked;
  const topicId = integerParameter(parameters['message_thread_id']);
  if (topicId !== null && !chat.topics.has(topicId)) return { refusal: badRequest('message thread not found') };
  const reply = replyTarget(parameters, chat);
  if ('refusal' in reply) return reply;

  const messageId = world.nextMessageId(chat);
  const { text, entities } = checked;
  const businessId =
    typeof parameters['business_connection_id'] === 'string' ? parameters['business_connection_id'] : null;
  const call = log.call({ botId: bot.id, method: 'sendMessage', chatId: chat.id, messageId, payload: parameters });
  storeMessage(chat, messageId, { fromId: bot.id, text, date: Math.floor(call.atMs / 1_000) });
  const replyToMessageId = reply.messageId;
  log.message(call, {
    botId: bot.id,
    chatId: chat.id,
    messageId,
    text,
    entities,
    replyToMessageId,
    topicId,
    businessId,
  });
  return { result: messageObject(bot, chat, messageId, text, entities, topicId), call };
}

function messageObject(
  bot: Bot,
  chat: Chat,
  messageId: number,
  text: string,
  entities: readonly unknown[],
  topicId: number | null,
): Record<string, unknown> {
  return {
    message_id: messageId,
    from: botUser(bot),
    chat: chatObject(chat),
    date: chat.messages.get(messageId)?.date ?? 0,
    text,
    ...(entities.length === 0 ? {} : { entities }),
    ...(topicId === null ? {} : { message_thread_id: topicId, is_topic_message: true }),
  };
}

function replyTarget(parameters: Parameters, chat: Chat): { messageId: number | null } | { refusal: Refusal } {
  const reply = recordOf(structuredParameter(parameters['reply_parameters']) ?? null);
  const messageId = integerParameter(reply?.['message_id']);
  if (messageId === null) return { messageId: null };
  if (chat.messages.has(messageId)) return { messageId };
  if (isTrue(reply?.['allow_sending_without_reply'])) return { messageId: null };
  return { refusal: badRequest('message to be replied not found') };
}

function editMessageText(parameters: Parameters, { bot, world, log }: MethodContext): MethodResult {
  const place = findChat(parameters, bot, world);
  if ('refusal' in place) return place;
  const messageId = integerParameter(parameters['message_id']);
  const message = place.chat.messages.get(messageId ?? 0);
  if (messageId === null || message === undefined) return { refusal: badRequest('message to edit not found') };
  if (message.fromId !== bot.id) return { refusal: badRequest("message can't be edited") };
  const checked = checkText(parameters['text'], parameters['entities'], parameters['parse_mode']);
  if ('refusal' in checked) return checked;
  const { text, entities } = checked;
  const sent = log.messagesIn(place.chat.id).find((one) => one.messageId === messageId);
  const isSame = JSON.stringify(sent?.entities ?? []) === JSON.stringify(entities);
  if (message.text === text && isSame) {
    return {
      refusal: badRequest(
        'message is not modified: specified new message content and reply markup are exactly the same as a current ' +
          'content and reply markup of the message',
      ),
    };
  }
  message.text = text;
  if (sent !== undefined) {
    sent.currentText = text;
    sent.entities = entities;
  }
  const call = log.call({
    botId: bot.id,
    method: 'editMessageText',
    chatId: place.chat.id,
    messageId,
    payload: parameters,
  });
  return { result: messageObject(bot, place.chat, messageId, text, entities, null), call };
}

function deleteMessage(parameters: Parameters, { bot, world, log }: MethodContext): MethodResult {
  const place = findChat(parameters, bot, world);
  if ('refusal' in place) return place;
  const messageId = integerParameter(parameters['message_id']);
  const message = place.chat.messages.get(messageId ?? 0);
  if (messageId === null || message === undefined) return { refusal: badRequest('message to delete not found') };
  const isOurs = message.fromId === bot.id;
  if (!isOurs && place.chat.type !== 'private') return { refusal: badRequest("message can't be deleted") };
  place.chat.messages.delete(messageId);
  const sent = log.messagesIn(place.chat.id).find((one) => one.messageId === messageId);
  if (sent !== undefined) sent.deleted = true;
  const call = log.call({
    botId: bot.id,
    method: 'deleteMessage',
    chatId: place.chat.id,
    messageId,
    payload: parameters,
  });
  return { result: true, call };
}

function setMessageReaction(parameters: Parameters, { bot, world, log }: MethodContext): MethodResult {
  const place = findChat(parameters, bot, world);
  if ('refusal' in place) return place;
  const messageId = integerParameter(parameters['message_id']);
  if (messageId === null || !place.chat.messages.has(messageId)) {
    return { refusal: badRequest('message to react not found') };
  }
  const reaction = structuredParameter(parameters['reaction']) ?? [];
  if (!Array.isArray(reaction)) return { refusal: badRequest("can't parse reaction types JSON object") };
  if (reaction.length > 1) return { refusal: badRequest('REACTIONS_TOO_MANY') };
  const { id } = place.chat;
  const call = log.call({ botId: bot.id, method: 'setMessageReaction', chatId: id, messageId, payload: parameters });
  return { result: true, call };
}

function sendChatAction(parameters: Parameters, { bot, world, log }: MethodContext): MethodResult {
  const place = findChat(parameters, bot, world);
  if ('refusal' in place) return place;
  if (typeof parameters['action'] !== 'string' || parameters['action'] === '') {
    return { refusal: badRequest('wrong parameter action in request') };
  }
  const { id } = place.chat;
  const call = log.call({ botId: bot.id, method: 'sendChatAction', chatId: id, messageId: null, payload: parameters });
  return { result: true, call };
}

/** The chat a call is about, if this bot may write there. */
function findChat(parameters: Parameters, bot: Bot, world: World): { chat: Chat } | { refusal: Refusal } {
  const raw = parameters['chat_id'];
  if (raw === undefined || raw === '') return { refusal: badRequest('chat_id is empty') };
  const business = parameters['business_connection_id'];
  if (business !== undefined && (typeof business !== 'string' || !world.businessConnections.has(business))) {
    return { refusal: badRequest('business connection not found') };
  }
  const chat = world.find(integerParameter(raw) ?? 0);
  if (chat === null || (!chat.bots.has(bot.id) && business === undefined))
    return { refusal: badRequest('chat not found') };
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

function isTrue(value: unknown): boolean {
  return value === true || value === 'true' || value === 'True' || value === '1';
}
