import { type AlbumOptions, sendAlbum } from './albums.ts';
import type { Bot } from './bot.ts';
import type { Content } from './contents.ts';
import { answerPoll, type Pressed, press, publishMembership, react } from './doings.ts';
import type { SentMessage } from './platform-log.ts';
import { type Person, storeMessage } from './world.ts';
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

/** A person at their phone, in the private chat with one bot. */
export interface Customer {
  readonly id: number;
  readonly chatId: number;
  write(text: string, options?: WriteOptions): Written;
  /** Sends a file, a place, a poll …; see {@link Content}. */
  send(content: Content, options?: WriteOptions): Written;
  /** Sends a message with these fields, of whatever kind. */
  raw(fields: Readonly<Record<string, unknown>>, options?: WriteOptions): Written;
  /** Sends several together; with `gapMs` one after the other, and so in several batches. */
  album(items: readonly Content[], options?: AlbumOptions): Promise<Written[]>;
  /** Opens the chat by a link; `payload` is what the link carried. */
  start(payload?: string): Written;
  edit(messageId: number, text: string, entities?: readonly object[]): Written;
  editCaption(messageId: number, caption: string, entities?: readonly object[]): Written;
  /** Puts other content into a message: another file, or where a live location has moved to. */
  editContent(messageId: number, content: Content): Written;
  /** Puts these reactions (emoji, or `custom:ID`) on a message, in place of earlier ones. Answers the update's id. */
  react(messageId: number, emoji: readonly string[]): number | null;
  /** Presses the button with this text or data. @throws {Error} when there is none. */
  press(messageId: number, button: string): Pressed;
  answerPoll(pollId: string, options: readonly number[]): number | null;
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

const DEFAULT_WAIT_MS = 5_000;

export function createCustomer(audience: Audience, bot: Bot, person: Person): Customer {
  const { world, log, clock } = audience;
  const chat = world.privateChat(person);
  const returned = new Set<SentMessage>();
  const received = (): SentMessage[] => log.messagesIn(chat.id).filter((message) => message.botId === bot.id);
  const sendOne = (content: Content, options?: WriteOptions): Written =>
    send(audience, bot, chat, person, content, options);
  return {
    id: person.id,
    chatId: chat.id,
    write: (text, options) => write(audience, bot, chat, person, text, options),
    send: sendOne,
    raw: (fields, options) => sendOne({ kind: 'raw', fields }, options),
    album: (items, options = {}) => sendAlbum(items, options, sendOne),
    start: (payload) => write(audience, bot, chat, person, payload === undefined ? '/start' : `/start ${payload}`),
    edit: (messageId, text, entities) =>
      change(audience, bot, chat, person, messageId, {
        text,
        ...(entities === undefined ? {} : { content: { text, entities } }),
      }),
    editCaption: (messageId, caption, entities) =>
      changeCaption(audience, bot, chat, person, messageId, caption, entities),
    editContent: (messageId, content) => changeContent(audience, bot, chat, person, messageId, content),
    react: (messageId, emoji) => react(audience, bot, chat, person, messageId, emoji),
    press: (messageId, button) => press(audience, bot, chat, person, messageId, button),
    answerPoll: (pollId, options) => answerPoll(bot, chat, person, pollId, options),
    restore(messages) {
      chat.bots.add(bot.id);
      for (const { messageId, byBot, text, atMs } of messages) {
        storeMessage(chat, messageId, { fromId: byBot ? bot.id : person.id, text, date: Math.floor(atMs / 1_000) });
        chat.lastMessageId = Math.max(chat.lastMessageId, messageId);
      }
    },
    block() {
      chat.blocked.add(bot.id);
      publishMembership(clock, bot, chat, person, ['member', 'kicked']);
    },
    unblock() {
      chat.blocked.delete(bot.id);
      publishMembership(clock, bot, chat, person, ['kicked', 'member']);
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
