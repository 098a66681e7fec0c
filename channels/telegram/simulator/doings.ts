import { recordOf } from '../../shared/read-unknown.ts';
import type { Bot } from './bot.ts';
import type { CallbackAnswer } from './callback-queries.ts';
import type { UpdateRecord } from './platform-log.ts';
import { botUser, sentMessage } from './sent-messages.ts';
import { type Chat, chatObject, type Person, userObject } from './world.ts';
import { type Audience, messageObject } from './writing.ts';

/** What people do without writing: react, press buttons, vote, block, let bots in and throw them out. */

/** A pressed button. */
export interface Pressed {
  queryId: string;
  updateId: number | null;
  /** What the bot answered; null while it has not. */
  answer(): CallbackAnswer | null;
}

/** Puts these reactions in the place of the person's earlier ones. Emoji; `custom:ID` is a custom emoji. */
export function react(
  { log, clock }: Audience,
  bot: Bot,
  chat: Chat,
  person: Person,
  messageId: number,
  emoji: readonly string[],
): number | null {
  const stored = chat.messages.get(messageId);
  if (stored === undefined) throw new Error(`chat ${chat.id} has no message ${messageId} to react to`);
  stored.reactions ??= new Map();
  const before = stored.reactions.get(person.id) ?? [];
  const after = emoji.map((one) =>
    one.startsWith('custom:')
      ? { type: 'custom_emoji', custom_emoji_id: one.slice('custom:'.length) }
      : { type: 'emoji', emoji: one },
  );
  stored.reactions.set(person.id, after);
  const sent = sentMessage(log, chat, messageId);
  if (sent !== undefined) sent.reactions = { ...sent.reactions, byCustomer: [...emoji] };
  // In groups only administrators are told.
  if (chat.type !== 'private' && !chat.admins.has(bot.id)) return null;
  const content = {
    chat: chatObject(chat),
    message_id: messageId,
    user: userObject(person),
    date: clock.nowSeconds(),
    old_reaction: before,
    new_reaction: after,
  };
  return idOf(bot.publish('message_reaction', content, { chatId: chat.id, messageId, text: null }));
}

/**
 * Presses the button that has this text or data.
 * @throws {Error} when the message has no such button, naming those it has.
 */
export function press(
  { queries }: Audience,
  bot: Bot,
  chat: Chat,
  person: Person,
  messageId: number,
  button: string,
): Pressed {
  const stored = chat.messages.get(messageId);
  const rows = stored?.markup?.['inline_keyboard'];
  const buttons = (Array.isArray(rows) ? rows.flat() : []).map((one) => recordOf(one));
  const pressed = buttons.find((one) => one?.['callback_data'] === button || one?.['text'] === button);
  const data = pressed?.['callback_data'];
  if (stored === undefined || typeof data !== 'string') {
    const there = buttons.map((one) => String(one?.['text'])).join(', ');
    throw new Error(
      `message ${messageId} has no button ${JSON.stringify(button)} that calls back; it has: ${there || 'none'}`,
    );
  }
  const queryId = queries.open(bot.id);
  const message = { ...messageObject(bot, chat, messageId, stored), from: botUser(bot), reply_markup: stored.markup };
  const content = { id: queryId, from: userObject(person), message, chat_instance: String(chat.id * 31 + 7), data };
  const update = bot.publish('callback_query', content, { chatId: chat.id, messageId, text: null });
  return { queryId, updateId: idOf(update), answer: () => queries.answerOf(queryId) };
}

/** Votes in a poll that is not anonymous; no options withdraw the vote. */
export function answerPoll(
  bot: Bot,
  chat: Chat,
  person: Person,
  pollId: string,
  options: readonly number[],
): number | null {
  const content = { poll_id: pollId, user: userObject(person), option_ids: options };
  return idOf(bot.publish('poll_answer', content, { chatId: chat.id, messageId: null, text: null }));
}

/** Tells the bot that its own standing in the chat changed. */
export function publishMembership(
  clock: Audience['clock'],
  bot: Bot,
  chat: Chat,
  person: Person,
  [was, is]: readonly [string, string],
): void {
  const user = botUser(bot);
  const content = {
    chat: chatObject(chat),
    from: userObject(person),
    date: clock.nowSeconds(),
    old_chat_member: { user, status: was },
    new_chat_member: { user, status: is },
  };
  bot.publish('my_chat_member', content, { chatId: chat.id, messageId: null, text: null });
}

/** A note of the platform's about the chat, such as `{ new_chat_members: [...] }`. Every bot in the chat sees it. */
export function publishService(
  { world, clock }: Pick<Audience, 'world' | 'clock'>,
  bot: Bot,
  chat: Chat,
  from: object,
  note: Readonly<Record<string, unknown>>,
): number {
  const messageId = world.nextMessageId(chat);
  const head = { message_id: messageId, chat: chatObject(chat), date: clock.nowSeconds(), from };
  bot.publish('message', { ...head, ...note }, { chatId: chat.id, messageId, text: null });
  return messageId;
}

function idOf(update: UpdateRecord | null): number | null {
  return update?.updateId ?? null;
}
