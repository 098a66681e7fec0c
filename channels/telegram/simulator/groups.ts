import { type AlbumOptions, sendAlbum } from './albums.ts';
import type { Bot } from './bot.ts';
import type { Content } from './contents.ts';
import { type Pressed, press, publishMembership, publishService, react } from './doings.ts';
import type { SentMessage } from './platform-log.ts';
import { botUser } from './sent-messages.ts';
import { type Person, userObject } from './world.ts';
import {
  type Audience,
  change,
  changeCaption,
  changeContent,
  send,
  type WriteOptions,
  type Written,
  write,
} from './writing.ts';

/** A group with the bot in it. */
export interface Group {
  readonly id: number;
  write(author: Person, text: string, options?: WriteOptions): Written;
  /** As a customer's, by one of the members. */
  send(author: Person, content: Content, options?: WriteOptions): Written;
  album(author: Person, items: readonly Content[], options?: AlbumOptions): Promise<Written[]>;
  edit(author: Person, messageId: number, text: string): Written;
  editCaption(author: Person, messageId: number, caption: string, entities?: readonly object[]): Written;
  editContent(author: Person, messageId: number, content: Content): Written;
  /** Bots are told of reactions only as administrators; see {@link Group.promoteBot}. */
  react(author: Person, messageId: number, emoji: readonly string[]): number | null;
  press(author: Person, messageId: number, button: string): Pressed;
  addTopic(topicId: number): void;
  /** Opens a topic with its note in the chat. Answers its id. */
  createTopic(author: Person, name: string): number;
  /** Makes it a supergroup: both chats say so, and sends to the old id are refused with the new one. */
  migrateTo(newId: number): Group;
  /** Makes the bot an administrator: it sees everything, reactions too. */
  promoteBot(by?: Person): void;
  /** Lets the bot in (again). */
  addBot(by?: Person): void;
  /** Throws the bot out and tells it so. */
  removeBot(by?: Person): void;
  /** Throws the bot out without a word. */
  kickBot(): void;
  received(): SentMessage[];
}

const ADMIN: Person = { id: 999_000_002, firstName: 'Admin' };

export function createGroup(audience: Audience, bot: Bot, id: number, title: string): Group {
  const { world, log, clock } = audience;
  const chat = world.groupChat(id, title);
  chat.bots.add(bot.id);
  const standing = (): string => (chat.admins.has(bot.id) ? 'administrator' : 'member');
  return {
    id,
    write: (author, text, options) => write(audience, bot, chat, author, text, options),
    send: (author, content, options) => send(audience, bot, chat, author, content, options),
    album: (author, items, options = {}) =>
      sendAlbum(items, options, (item, each) => send(audience, bot, chat, author, item, each)),
    edit: (author, messageId, text) => change(audience, bot, chat, author, messageId, { text }),
    editCaption: (author, messageId, caption, entities) =>
      changeCaption(audience, bot, chat, author, messageId, caption, entities),
    editContent: (author, messageId, content) => changeContent(audience, bot, chat, author, messageId, content),
    react: (author, messageId, emoji) => react(audience, bot, chat, author, messageId, emoji),
    press: (author, messageId, button) => press(audience, bot, chat, author, messageId, button),
    addTopic: (topicId) => void chat.topics.add(topicId),
    createTopic(author, name) {
      const topicId = chat.lastMessageId + 1;
      chat.topics.add(topicId);
      publishService(audience, bot, chat, userObject(author), {
        message_thread_id: topicId,
        is_topic_message: true,
        forum_topic_created: { name, icon_color: 7_322_096 },
      });
      return topicId;
    },
    migrateTo(newId) {
      chat.migratedTo = newId;
      const admin = { id: 0, is_bot: false, first_name: 'Admin' };
      publishService(audience, bot, chat, admin, { migrate_to_chat_id: newId });
      const moved = createGroup(audience, bot, newId, title);
      const supergroup = world.groupChat(newId, title);
      publishService(audience, bot, supergroup, admin, { migrate_from_chat_id: id });
      return moved;
    },
    promoteBot(by = ADMIN) {
      const was = standing();
      chat.admins.add(bot.id);
      publishMembership(clock, bot, chat, by, [was, 'administrator']);
    },
    addBot(by = ADMIN) {
      chat.blocked.delete(bot.id);
      chat.bots.add(bot.id);
      publishMembership(clock, bot, chat, by, ['left', 'member']);
      publishService(audience, bot, chat, userObject(by), { new_chat_members: [botUser(bot)] });
    },
    removeBot(by = ADMIN) {
      const was = standing();
      chat.blocked.add(bot.id);
      chat.admins.delete(bot.id);
      publishMembership(clock, bot, chat, by, [was, 'kicked']);
    },
    kickBot: () => void chat.blocked.add(bot.id),
    received: () => log.messagesIn(id).filter((message) => message.botId === bot.id),
  };
}
