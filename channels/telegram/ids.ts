/**
 * The keys by which the rest of the gateway knows Telegram's places and messages, and the way back. Everybody else
 * treats them as opaque strings.
 */

/** Where a customer meets one of our bots. */
export interface ThreadAddress {
  /** Telegram's chat id: a person's id in private chats, negative for groups. */
  chatId: number;
  /** Forum topic, or topic of a private chat in topic mode. */
  topicId?: number;
  /** In groups: the author (a user's id, or a chat's negative id), since there every author has a thread of their own. */
  authorId?: number;
  /** Business connection: its chat ids may equal those of the bot's own chats. */
  businessId?: string;
}

/** One message at Telegram; ids count per chat, and per business connection. */
export interface MessageAddress {
  chatId: number;
  messageId: number;
  businessId?: string;
}

/** A key that this file did not make. */
export class TelegramKeyError extends Error {
  override readonly name = 'TelegramKeyError';
}

const THREAD_KEY = /^(-?\d{1,16})(?:\/t(\d{1,16}))?(?:\/u(-?\d{1,16}))?(?:\/b([^/:]+))?$/u;
const MESSAGE_KEY = /^(-?\d{1,16}):(\d{1,16})(?::([^/:]+))?$/u;

/** Encodes a place, e.g. `123`, `-100987/t5/u77`, `123/bAbC`. */
export function threadKeyOf(address: ThreadAddress): string {
  let key = String(address.chatId);
  if (address.topicId !== undefined) key += `/t${address.topicId}`;
  if (address.authorId !== undefined) key += `/u${address.authorId}`;
  if (address.businessId !== undefined) key += `/b${encodeURIComponent(address.businessId)}`;
  return key;
}

/** @throws {TelegramKeyError} when the key is not one of {@link threadKeyOf}. */
export function parseThreadKey(key: string): ThreadAddress {
  const match = THREAD_KEY.exec(key);
  if (match === null) throw new TelegramKeyError(`not a Telegram thread key: ${JSON.stringify(key)}`);
  const [, chat, topic, author, business] = match;
  return {
    chatId: Number(chat),
    ...(topic === undefined ? {} : { topicId: Number(topic) }),
    ...(author === undefined ? {} : { authorId: Number(author) }),
    ...(business === undefined ? {} : { businessId: decode(business, key) }),
  };
}

/** Encodes a message as `chat:message`, with the business connection behind it where there is one. */
export function messageKeyOf(address: MessageAddress): string {
  const key = `${address.chatId}:${address.messageId}`;
  return address.businessId === undefined ? key : `${key}:${encodeURIComponent(address.businessId)}`;
}

/** @throws {TelegramKeyError} when the key is not one of {@link messageKeyOf}. */
export function parseMessageKey(key: string): MessageAddress {
  const address = messageOfKey(key);
  if (address === null) throw new TelegramKeyError(`not a Telegram message key: ${JSON.stringify(key)}`);
  return address;
}

/** The message of a key; null: what came under it, such as a press or a vote, is no message at Telegram. */
export function messageOfKey(key: string): MessageAddress | null {
  const match = MESSAGE_KEY.exec(key);
  if (match === null) return null;
  const [, chat, message, business] = match;
  return {
    chatId: Number(chat),
    messageId: Number(message),
    ...(business === undefined ? {} : { businessId: decode(business, key) }),
  };
}

function decode(part: string, key: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new TelegramKeyError(`not a Telegram key, its last part does not decode: ${JSON.stringify(key)}`);
  }
}
