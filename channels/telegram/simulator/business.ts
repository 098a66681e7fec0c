import type { Bot } from './bot.ts';
import { connectionObject } from './business-updates.ts';
import type { Content } from './contents.ts';
import type { SentMessage } from './platform-log.ts';
import { removeMessage } from './sent-messages.ts';
import { type BusinessRights, type Chat, chatObject, type Person } from './world.ts';
import {
  type Audience,
  change,
  connectionOf,
  DEFAULT_RIGHTS,
  send,
  type WriteOptions,
  type Written,
  write,
} from './writing.ts';

/** A business whose owner lets the bot read and answer the customers of their own account. */
export interface BusinessAccount {
  readonly connectionId: string;
  /** Switches the bot on, with these rights (default: {@link DEFAULT_RIGHTS}). */
  connect(rights?: BusinessRights): void;
  /** Switches the bot off: it is told, hears nothing more and may not write. */
  disconnect(): void;
  /** A customer writes to the business. */
  write(customer: Person, text: string, options?: Omit<WriteOptions, 'businessId'>): Written;
  send(customer: Person, content: Content, options?: Omit<WriteOptions, 'businessId'>): Written;
  edit(customer: Person, messageId: number, text: string): Written;
  /** The owner answers a customer themselves; the bot sees that too. */
  ownerWrites(customer: Person, text: string): Written;
  /** Somebody deletes messages of the chat with this customer. Answers the update's id. */
  delete(customer: Person, messageIds: readonly number[]): number | null;
  /** What the bot wrote to the customer in the business's name. */
  received(customer: Person): SentMessage[];
}

/** The owner's account, with the bot not yet switched on. */
export function createBusiness(audience: Audience, bot: Bot, owner: Person, connectionId: string): BusinessAccount {
  const { world, log } = audience;
  const isNew = !world.businessConnections.has(connectionId);
  const connection = connectionOf(audience, bot, connectionId, owner);
  if (isNew) connection.isEnabled = false;
  const chatOf = (customer: Person): Chat => world.businessChat(connection, customer);
  const publish = (): void => {
    const about = { chatId: null, messageId: null, text: null };
    bot.publish('business_connection', connectionObject(connection), about);
  };
  /** While the bot is off, chats go on without it. */
  const unheard = (chat: Chat): Written => ({ messageId: world.nextMessageId(chat), updateId: null });
  return {
    connectionId,
    connect(rights = DEFAULT_RIGHTS) {
      connection.isEnabled = true;
      connection.rights = rights;
      publish();
    },
    disconnect() {
      connection.isEnabled = false;
      publish();
    },
    write(customer, text, options) {
      const chat = chatOf(customer);
      return connection.isEnabled ? write(audience, bot, chat, customer, text, options) : unheard(chat);
    },
    send(customer, content, options) {
      const chat = chatOf(customer);
      return connection.isEnabled ? send(audience, bot, chat, customer, content, options) : unheard(chat);
    },
    edit: (customer, messageId, text) =>
      connection.isEnabled
        ? change(audience, bot, chatOf(customer), customer, messageId, { text })
        : { messageId, updateId: null },
    ownerWrites(customer, text) {
      const chat = chatOf(customer);
      return connection.isEnabled ? write(audience, bot, chat, connection.owner, text) : unheard(chat);
    },
    delete(customer, messageIds) {
      const chat = chatOf(customer);
      for (const messageId of messageIds) removeMessage(log, chat, messageId);
      if (!connection.isEnabled) return null;
      const content = { business_connection_id: connectionId, chat: chatObject(chat), message_ids: messageIds };
      const about = { chatId: chat.id, messageId: null, text: null };
      return bot.publish('deleted_business_messages', content, about)?.updateId ?? null;
    },
    received: (customer) => log.messagesIn(customer.id).filter((sent) => sent.businessId === connectionId),
  };
}
