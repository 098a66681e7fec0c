import type { Bot } from './bot.ts';
import type { Place } from './chat-place.ts';
import type { AcceptedCall, SentMedia, SentMessage, WritableLog } from './platform-log.ts';
import type { Button } from './reply-markup.ts';
import { type Chat, chatObject, type StoredMessage, storeMessage, userObject, type World } from './world.ts';

/** A bot's message about to be there. */
export interface NewMessage {
  text: string;
  entities: readonly unknown[];
  /** Absent: plain text. */
  content?: Readonly<Record<string, unknown>>;
  media: SentMedia | null;
  mediaGroupId: string | null;
  markup: Readonly<Record<string, unknown>> | null;
  buttons: readonly (readonly Button[])[];
}

/** Puts a bot's message into the chat and the log. Answers its id. */
export function putMessage(
  { bot, world, log }: { bot: Bot; world: World; log: WritableLog },
  place: Place,
  call: AcceptedCall,
  messageId: number,
  date: number,
  message: NewMessage,
): Record<string, unknown> {
  const { chat, topicId, replyToMessageId } = place;
  const { text, entities, content, media, mediaGroupId, markup, buttons } = message;
  const stored: StoredMessage = { fromId: bot.id, text, date };
  if (content !== undefined) stored.content = content;
  else if (entities.length > 0) stored.content = { text, entities };
  if (markup !== null) stored.markup = markup;
  if (topicId !== null || mediaGroupId !== null) {
    stored.about = {
      ...(topicId === null ? {} : { message_thread_id: topicId, is_topic_message: true }),
      ...(mediaGroupId === null ? {} : { media_group_id: mediaGroupId }),
    };
  }
  storeMessage(chat, messageId, stored);
  const { businessId } = chat;
  const botId = bot.id;
  log.message(call, {
    botId,
    chatId: chat.id,
    messageId,
    text,
    entities,
    replyToMessageId,
    topicId,
    businessId,
    media,
    mediaGroupId,
    buttons,
  });
  return botMessageObject(bot, world, chat, messageId, stored);
}

/** A bot's message as the Bot API gives it back. */
export function botMessageObject(
  bot: Bot,
  world: World,
  chat: Chat,
  messageId: number,
  stored: StoredMessage,
): Record<string, unknown> {
  const connection = chat.businessId === null ? undefined : world.businessConnections.get(chat.businessId);
  const isPlain = connection === undefined && stored.about === undefined && stored.content === undefined;
  if (isPlain && stored.markup === undefined && stored.editDate === undefined) {
    // Nearly all there are.
    const { date, text } = stored;
    return { message_id: messageId, from: botUser(bot), chat: chatObject(chat), date, text };
  }
  return {
    message_id: messageId,
    // In the name of a business the bot writes as its owner.
    ...(connection === undefined
      ? { from: botUser(bot) }
      : {
          from: userObject(connection.owner),
          sender_business_bot: botUser(bot),
          business_connection_id: connection.id,
        }),
    chat: chatObject(chat),
    date: stored.date,
    ...(stored.editDate === undefined ? {} : { edit_date: stored.editDate }),
    ...stored.about,
    ...(stored.content ?? { text: stored.text }),
    ...(stored.markup === undefined ? {} : { reply_markup: stored.markup }),
  };
}

/** The bot as a User object. */
export function botUser(bot: Bot): Record<string, unknown> {
  return { id: bot.id, is_bot: true, first_name: bot.name, username: bot.username };
}

/** The log's entry of a message in this chat. */
export function sentMessage(log: WritableLog, chat: Chat, messageId: number): SentMessage | undefined {
  return log.messagesIn(chat.id).find((one) => one.messageId === messageId && one.businessId === chat.businessId);
}

/** The message is gone from the chat; the log says so where it was a bot's. */
export function removeMessage(log: WritableLog, chat: Chat, messageId: number): void {
  chat.messages.delete(messageId);
  const sent = sentMessage(log, chat, messageId);
  if (sent !== undefined) sent.deleted = true;
}
