import type { Bot } from './bot.ts';
import type { SentMessage, UpdateRecord, WritableLog } from './platform-log.ts';
import { type Chat, chatObject, type Person, storeMessage, userObject, type World } from './world.ts';

/** What a written message came to. `updateId` is null when the bot did not ask for such updates, or never sees it. */
export interface Written {
  messageId: number;
  updateId: number | null;
}

export interface WriteOptions {
  entities?: readonly object[];
  replyTo?: number;
  topicId?: number;
  businessId?: string;
  /** Instead of text: the content fields of the message, e.g. `{ photo: [...], caption: 'x' }`. */
  content?: Readonly<Record<string, unknown>>;
}

/** A person at their phone, in the private chat with one bot. */
export interface Customer {
  readonly id: number;
  readonly chatId: number;
  write(text: string, options?: WriteOptions): Written;
  edit(messageId: number, text: string, entities?: readonly object[]): Written;
  /** Brings a chat back as it was before this simulator began: the bot may write in it, and nothing is handed out. */
  restore(messages: readonly { messageId: number; byBot: boolean; text: string; atMs: number }[]): void;
  /** Blocks the bot: sends get 403. */
  block(): void;
  unblock(): void;
  /** Deletes the account: sends get 403. */
  deactivate(): void;
  /** All messages from the bot, in order. */
  received(): SentMessage[];
  /**
   * The next message from the bot that no earlier call of this handle returned and that fits.
   * @throws {Error} after `timeoutMs` (default 5000), naming what had come instead.
   */
  next(fits?: (message: SentMessage) => boolean, timeoutMs?: number): Promise<SentMessage>;
}

/** A group with the bot in it. */
export interface Group {
  readonly id: number;
  write(author: Person, text: string, options?: WriteOptions): Written;
  edit(author: Person, messageId: number, text: string): Written;
  addTopic(topicId: number): void;
  /** Makes it a supergroup: sends to the old id are refused with the new one. */
  migrateTo(newId: number): Group;
  kickBot(): void;
  received(): SentMessage[];
}

export interface Audience {
  world: World;
  log: WritableLog;
  waitForMessage(fits: (message: SentMessage) => boolean, timeoutMs: number): Promise<SentMessage>;
}

const DEFAULT_WAIT_MS = 5_000;

export function createCustomer(audience: Audience, bot: Bot, person: Person): Customer {
  const { world, log } = audience;
  const chat = world.privateChat(person);
  const returned = new Set<SentMessage>();
  const received = (): SentMessage[] => log.messagesIn(chat.id).filter((message) => message.botId === bot.id);
  return {
    id: person.id,
    chatId: chat.id,
    write: (text, options) => write(audience, bot, chat, person, text, options),
    edit: (messageId, text, entities) => edit(bot, chat, person, messageId, text, entities),
    restore(messages) {
      chat.bots.add(bot.id);
      for (const { messageId, byBot, text, atMs } of messages) {
        storeMessage(chat, messageId, { fromId: byBot ? bot.id : person.id, text, date: Math.floor(atMs / 1_000) });
        chat.lastMessageId = Math.max(chat.lastMessageId, messageId);
      }
    },
    block() {
      chat.blocked.add(bot.id);
      publishMembership(bot, chat, person, 'kicked');
    },
    unblock() {
      chat.blocked.delete(bot.id);
      publishMembership(bot, chat, person, 'member');
    },
    deactivate() {
      chat.deactivated = true;
    },
    received,
    async next(fits = () => true, timeoutMs = DEFAULT_WAIT_MS) {
      const isNew = (message: SentMessage): boolean =>
        message.chatId === chat.id && message.botId === bot.id && !returned.has(message) && fits(message);
      const message = received().find(isNew) ?? (await audience.waitForMessage(isNew, timeoutMs));
      returned.add(message);
      return message;
    },
  };
}

export function createGroup(audience: Audience, bot: Bot, id: number, title: string): Group {
  const { world, log } = audience;
  const chat = world.groupChat(id, title);
  chat.bots.add(bot.id);
  return {
    id,
    write: (author, text, options) => write(audience, bot, chat, author, text, options),
    edit: (author, messageId, text) => edit(bot, chat, author, messageId, text),
    addTopic: (topicId) => void chat.topics.add(topicId),
    migrateTo(newId) {
      chat.migratedTo = newId;
      const service = { date: seconds(), from: { id: 0, is_bot: false, first_name: 'Admin' } };
      const about = { chatId: id, messageId: world.nextMessageId(chat), text: null };
      const moved = { message_id: about.messageId, chat: chatObject(chat), ...service, migrate_to_chat_id: newId };
      bot.publish('message', moved, about);
      return createGroup(audience, bot, newId, title);
    },
    kickBot: () => void chat.blocked.add(bot.id),
    received: () => log.messagesIn(id).filter((message) => message.botId === bot.id),
  };
}

function write(
  { world }: Audience,
  bot: Bot,
  chat: Chat,
  author: Person,
  text: string,
  options: WriteOptions = {},
): Written {
  chat.bots.add(bot.id);
  if (options.topicId !== undefined) chat.topics.add(options.topicId);
  if (options.businessId !== undefined) world.businessConnections.add(options.businessId);
  const messageId = world.nextMessageId(chat);
  const date = seconds();
  storeMessage(chat, messageId, { fromId: author.id, text, date });
  const message = messageFrom(chat, author, messageId, date, text, options);
  const kind = options.businessId === undefined ? 'message' : 'business_message';
  const update = bot.publish(kind, message, { chatId: chat.id, messageId, text });
  return { messageId, updateId: idOf(update) };
}

function edit(
  bot: Bot,
  chat: Chat,
  author: Person,
  messageId: number,
  text: string,
  entities?: readonly object[],
): Written {
  const stored = chat.messages.get(messageId);
  if (stored === undefined || stored.fromId !== author.id) {
    throw new Error(`person ${author.id} has no message ${messageId} in chat ${chat.id} to edit`);
  }
  stored.text = text;
  const message = messageFrom(chat, author, messageId, stored.date, text, entities === undefined ? {} : { entities });
  const update = bot.publish(
    'edited_message',
    { ...message, edit_date: seconds() },
    { chatId: chat.id, messageId, text },
  );
  return { messageId, updateId: idOf(update) };
}

function messageFrom(
  chat: Chat,
  author: Person,
  messageId: number,
  date: number,
  text: string,
  options: WriteOptions,
): Record<string, unknown> {
  const answered = options.replyTo === undefined ? undefined : chat.messages.get(options.replyTo);
  const isBot = answered !== undefined && chat.bots.has(answered.fromId);
  return {
    message_id: messageId,
    from: userObject(author),
    chat: chatObject(chat),
    date,
    ...(options.businessId === undefined ? {} : { business_connection_id: options.businessId }),
    ...(options.topicId === undefined ? {} : { message_thread_id: options.topicId, is_topic_message: true }),
    ...(answered === undefined
      ? {}
      : {
          reply_to_message: {
            message_id: options.replyTo,
            from: { id: answered.fromId, is_bot: isBot, first_name: '-' },
            chat: chatObject(chat),
            date: answered.date,
            text: answered.text,
          },
        }),
    ...(options.content ?? { text }),
    ...(options.entities === undefined ? commandEntities(text) : { entities: options.entities }),
  };
}

/** Telegram marks commands by itself. */
function commandEntities(text: string): { entities?: object[] } {
  const command = /^\/[a-z0-9_]+(?:@\w+)?/iu.exec(text)?.[0];
  return command === undefined ? {} : { entities: [{ type: 'bot_command', offset: 0, length: command.length }] };
}

function publishMembership(bot: Bot, chat: Chat, person: Person, status: 'member' | 'kicked'): void {
  const user = { id: bot.id, is_bot: true, first_name: bot.name, username: bot.username };
  const old = status === 'member' ? 'kicked' : 'member';
  const content = {
    chat: chatObject(chat),
    from: userObject(person),
    date: seconds(),
    old_chat_member: { user, status: old },
    new_chat_member: { user, status },
  };
  bot.publish('my_chat_member', content, { chatId: chat.id, messageId: null, text: null });
}

function idOf(update: UpdateRecord | null): number | null {
  return update?.updateId ?? null;
}

function seconds(): number {
  return Math.floor(Date.now() / 1_000);
}
