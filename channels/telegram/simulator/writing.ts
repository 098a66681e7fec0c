import type { Bot } from './bot.ts';
import type { CallbackQueries } from './callback-queries.ts';
import type { Clock } from './clock.ts';
import type { Content } from './contents.ts';
import type { FileStore } from './file-store.ts';
import { type ForwardOrigin, originFields } from './forward-origin.ts';
import { makeContent } from './media-making.ts';
import type { SentMessage, UpdateRecord, WritableLog } from './platform-log.ts';
import { sees } from './privacy.ts';
import {
  type BusinessConnection,
  type BusinessRights,
  type Chat,
  chatObject,
  type Person,
  type StoredMessage,
  storeMessage,
  userObject,
  type World,
} from './world.ts';

/** What a written message came to. `updateId` is null when the bot did not ask for such updates, or never sees it. */
export interface Written {
  messageId: number;
  updateId: number | null;
}

export interface WriteOptions {
  entities?: readonly object[];
  replyTo?: number;
  /** The part of the answered message that is meant. */
  quote?: { text: string; position?: number; entities?: readonly object[] };
  /** An answer to a message of another chat (Bot API, ExternalReplyInfo). */
  externalReply?: Readonly<Record<string, unknown>>;
  forwardOf?: ForwardOrigin;
  topicId?: number;
  businessId?: string;
  /** Shown together with the others that have the same one. */
  mediaGroupId?: string;
  /** Instead of text: the content fields of the message, e.g. `{ photo: [...], caption: 'x' }`. */
  content?: Readonly<Record<string, unknown>>;
  /** Any other fields of the message. */
  fields?: Readonly<Record<string, unknown>>;
}

/** What those who write need of the platform. */
export interface Audience {
  world: World;
  log: WritableLog;
  clock: Clock;
  files: FileStore;
  queries: CallbackQueries;
  waitForMessage(fits: (message: SentMessage) => boolean, timeoutMs: number): Promise<SentMessage>;
}

type Fields = Readonly<Record<string, unknown>>;

/** Somebody writes a text, or whatever `options.content` says. */
export function write(
  audience: Audience,
  bot: Bot,
  place: Chat,
  author: Person,
  text: string,
  options: WriteOptions = {},
): Written {
  const { world, clock } = audience;
  const chat = options.businessId === undefined ? place : businessChatOf(audience, bot, options.businessId, author);
  if (chat.businessId === null) chat.bots.add(bot.id);
  if (options.topicId !== undefined) chat.topics.add(options.topicId);
  const messageId = world.nextMessageId(chat);
  const date = clock.nowSeconds();
  const stored: StoredMessage = { fromId: author.id, text, date, author };
  const given = options.entities === undefined ? {} : { entities: options.entities };
  const entities: { entities?: readonly object[] } =
    options.content === undefined && options.entities === undefined ? commandEntities(text) : given;
  if (options.content !== undefined) stored.content = { ...options.content, ...entities };
  else if (entities.entities !== undefined) stored.content = { text, ...entities };
  const about = aboutFields(bot, chat, options);
  if (about !== null) stored.about = about;
  if (author.id === chat.person?.id) chat.lastWrittenAt = date;
  storeMessage(chat, messageId, stored);
  const kind = chat.businessId === null ? 'message' : 'business_message';
  return deliver(bot, chat, kind, messageId, stored);
}

/** Somebody sends content of any kind. */
export function send(
  audience: Audience,
  bot: Bot,
  chat: Chat,
  author: Person,
  content: Content,
  options: WriteOptions = {},
): Written {
  const { fields } = makeContent(audience.files, bot.id, content);
  if (content.kind === 'text')
    return write(audience, bot, chat, author, content.text, { ...options, ...entitiesOf(content) });
  const text = typeof fields['caption'] === 'string' ? fields['caption'] : '';
  return write(audience, bot, chat, author, text, { ...options, content: { ...fields } });
}

/** The author changes a message's text, caption or media. @throws {Error} when they have no such message. */
export function change(
  audience: Audience,
  bot: Bot,
  chat: Chat,
  author: Person,
  messageId: number,
  to: { text: string; content?: Fields },
): Written {
  const stored = chat.messages.get(messageId);
  if (stored === undefined || stored.fromId !== author.id) {
    throw new Error(`person ${author.id} has no message ${messageId} in chat ${chat.id} to edit`);
  }
  stored.text = to.text;
  if (to.content === undefined) delete stored.content;
  else stored.content = to.content;
  stored.author = author;
  // Two changes in one second are two all the same.
  stored.editDate = Math.max(audience.clock.nowSeconds(), (stored.editDate ?? 0) + 1);
  const kind = chat.businessId === null ? 'edited_message' : 'edited_business_message';
  return deliver(bot, chat, kind, messageId, stored);
}

/** The author puts another caption under a file; an empty one takes it away. */
export function changeCaption(
  audience: Audience,
  bot: Bot,
  chat: Chat,
  author: Person,
  messageId: number,
  caption: string,
  entities?: readonly object[],
): Written {
  const { caption: _, caption_entities: __, ...rest } = chat.messages.get(messageId)?.content ?? {};
  const said = caption === '' ? {} : { caption, ...(entities === undefined ? {} : { caption_entities: entities }) };
  return change(audience, bot, chat, author, messageId, { text: caption, content: { ...rest, ...said } });
}

/** The author puts another file, or place, into the message. */
export function changeContent(
  audience: Audience,
  bot: Bot,
  chat: Chat,
  author: Person,
  messageId: number,
  content: Content,
): Written {
  const { fields } = makeContent(audience.files, bot.id, content);
  const text = fields['text'] ?? fields['caption'];
  return change(audience, bot, chat, author, messageId, {
    text: typeof text === 'string' ? text : '',
    content: fields,
  });
}

/** What a business lets the bot do that says nothing else: read, reply, delete what it sent. */
export const DEFAULT_RIGHTS: BusinessRights = {
  can_reply: true,
  can_read_messages: true,
  can_delete_sent_messages: true,
};

/** The business's connection with this id; made when it is not there yet. */
export function connectionOf({ world, clock }: Audience, bot: Bot, id: string, owner: Person): BusinessConnection {
  const known = world.businessConnections.get(id);
  if (known !== undefined) return known;
  const connection: BusinessConnection = {
    id,
    owner,
    botId: bot.id,
    date: clock.nowSeconds(),
    isEnabled: true,
    rights: DEFAULT_RIGHTS,
    chats: new Map(),
  };
  world.businessConnections.set(id, connection);
  return connection;
}

/** Owner of a connection that only a message named. */
const UNNAMED_OWNER: Person = { id: 999_000_001, firstName: 'Business owner' };

function businessChatOf(audience: Audience, bot: Bot, id: string, customer: Person): Chat {
  return audience.world.businessChat(connectionOf(audience, bot, id, UNNAMED_OWNER), customer);
}

/** Hands a message of a person's to the bot, if it sees it. */
function deliver(bot: Bot, chat: Chat, kind: string, messageId: number, stored: StoredMessage): Written {
  const message = messageObject(bot, chat, messageId, stored);
  if (!sees(bot, chat, message)) return { messageId, updateId: null };
  const update: UpdateRecord | null = bot.publish(kind, message, { chatId: chat.id, messageId, text: stored.text });
  return { messageId, updateId: update?.updateId ?? null };
}

/** A person's message as the Bot API gives it. */
export function messageObject(bot: Bot, chat: Chat, messageId: number, stored: StoredMessage): Record<string, unknown> {
  const from =
    stored.author === undefined
      ? { id: stored.fromId, is_bot: stored.fromId === bot.id || chat.bots.has(stored.fromId), first_name: '-' }
      : userObject(stored.author);
  return {
    message_id: messageId,
    from,
    chat: chatObject(chat),
    date: stored.date,
    ...(stored.editDate === undefined ? {} : { edit_date: stored.editDate }),
    ...stored.about,
    ...(stored.content ?? { text: stored.text }),
  };
}

/** Fields that stay with the message; null when there are none. */
function aboutFields(bot: Bot, chat: Chat, options: WriteOptions): Fields | null {
  const { topicId, replyTo, quote, externalReply, forwardOf, mediaGroupId, fields } = options;
  const answered = replyTo === undefined ? undefined : chat.messages.get(replyTo);
  const about = {
    ...(chat.businessId === null ? {} : { business_connection_id: chat.businessId }),
    ...(topicId === undefined ? {} : { message_thread_id: topicId, is_topic_message: true }),
    ...(mediaGroupId === undefined ? {} : { media_group_id: mediaGroupId }),
    ...(forwardOf === undefined ? {} : originFields(forwardOf)),
    ...(answered === undefined || replyTo === undefined
      ? {}
      : { reply_to_message: quoted(bot, chat, replyTo, answered) }),
    ...(externalReply === undefined ? {} : { external_reply: externalReply }),
    ...(quote === undefined ? {} : { quote: { position: 0, is_manual: true, ...quote } }),
    ...fields,
  };
  return Object.keys(about).length === 0 ? null : about;
}

/** An answered message does not say in its turn what it answered. */
function quoted(bot: Bot, chat: Chat, messageId: number, stored: StoredMessage): Record<string, unknown> {
  const { reply_to_message: _, ...message } = messageObject(bot, chat, messageId, stored);
  return message;
}

function entitiesOf(content: Extract<Content, { kind: 'text' }>): { entities?: readonly object[] } {
  return content.entities === undefined ? {} : { entities: content.entities };
}

/** Telegram marks commands by itself. */
function commandEntities(text: string): { entities?: object[] } {
  const command = /^\/[a-z0-9_]+(?:@\w+)?/iu.exec(text)?.[0];
  return command === undefined ? {} : { entities: [{ type: 'bot_command', offset: 0, length: command.length }] };
}
