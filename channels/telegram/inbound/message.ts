import type { MessageExtras } from '../../../src/core/model/extras.ts';
import type { AuthorRef, InboundEdit, InboundMessage, Normalised } from '../../../src/core/model/inbound.ts';
import { integerOf, recordOf, stringOf } from '../../shared/read-unknown.ts';
import { bodyFromEntities } from '../body-from-entities.ts';
import { answeredMessage, isAddressed } from '../group-rules.ts';
import { messageKeyOf } from '../ids.ts';
import { authorRefOf } from './author.ts';
import { contextOf } from './context.ts';
import { contentOf, type MessageContent } from './message-content.ts';
import {
  businessOf,
  type Chat,
  chatOf,
  keyOf,
  momentOf,
  type NormaliseContext,
  parkUpdate,
  threadOf,
  type Update,
} from './place.ts';

type Fields = Readonly<Record<string, unknown>>;

/** `/start PAYLOAD` of a deep link: 1–64 of these (core.telegram.org/bots/features, deep linking). */
const START_WITH_PAYLOAD = /^\/start(?:@\w+)? ([A-Za-z0-9_-]{1,64})$/u;

/** Reads a new or edited message of a customer. */
export function readMessage(update: Update, isNew: boolean, context: NormaliseContext): Normalised {
  const message = update.content;
  const messageId = integerOf(message?.['message_id']);
  const chatFields = recordOf(message?.['chat']);
  const chatId = integerOf(chatFields?.['id']);
  if (message === null || chatId === null || messageId === null) {
    return parkUpdate(update, 'a message without chat or message id');
  }
  const editDate = integerOf(message['edit_date']);
  const eventKey = `${update.id}:${update.kind}:${chatId}:${messageId}:${editDate ?? 0}`;
  const filed = (reason: string): Normalised => ({ outcome: 'filed', eventKey, reason });
  const chat = chatOf(chatFields);
  if (chat === 'channel') return filed('post in a channel');
  if (typeof chat === 'string') return { outcome: 'parked', eventKey, reason: 'a chat of unknown type' };

  const moved = moveOf(message, chat);
  if (moved !== null) return { outcome: 'moved', eventKey, ...moved };
  if (message['is_automatic_forward'] === true) return filed('post of the linked channel');
  if (!chat.isPrivate && context.groups === 'off') return filed('groups are off for this account');
  const author = authorOf(message, chat.isPrivate);
  if (author === null) return { outcome: 'parked', eventKey, reason: 'a message without author' };
  if (author.ref.isBot) return filed('written by a bot');
  const business = businessOf(message);
  if (business.businessId !== undefined && author.id !== chatId) return filed('written by the business account itself');

  const content = contentOf(message);
  if (content.kind === 'service') return filed(`service message ${content.what}`);
  const albumId = stringOf(message['media_group_id']) ?? '';
  const addressed =
    chat.isPrivate || context.groups === 'all' || isAddressed(message, content.text, content.entities, context.bot);
  // Only one file of an album carries the words, so the others may belong to a message that is for us; so may an edit.
  if (!addressed && isNew && albumId === '') return filed('group message not addressed to the bot');

  const thread = threadOf(chat, author.id, message);
  const base = {
    eventKey,
    occurredAtMs: isNew ? momentOf(message['date']) : (momentOf(editDate) ?? momentOf(message['date'])),
    thread,
    author: author.ref,
  };
  const externalId = messageKeyOf({ chatId, messageId, ...business });
  const start = START_WITH_PAYLOAD.exec(content.text);
  const said = { ...wordsOf(content, start !== null), ...extrasOf(content, message), ...filesOf(content) };
  if (!isNew) {
    const onlyIfStored = addressed ? {} : { joinsOnly: true as const };
    const event: InboundEdit = { type: 'edit', ...base, targetExternalId: externalId, ...said, ...onlyIfStored };
    return { outcome: 'event', event };
  }
  const answered = integerOf(answeredMessage(message)?.['message_id']);
  const event: InboundMessage = {
    type: 'message',
    ...base,
    externalId,
    ...said,
    ...(answered === null ? {} : { replyToExternalId: messageKeyOf({ chatId, messageId: answered, ...business }) }),
    ...(start?.[1] === undefined ? {} : { entry: start[1] }),
    ...(albumId === '' ? {} : { albumKey: keyOf(`album:${thread.key}:${albumId}`) }),
    ...(addressed ? {} : { joinsOnly: true }),
  };
  return { outcome: 'event', event };
}

/** A group that became a supergroup has a new id; both say so (core.telegram.org/bots/api#message). */
function moveOf(message: Fields, chat: Chat): { fromChatKey: string; toChatKey: string } | null {
  const to = integerOf(message['migrate_to_chat_id']);
  if (to !== null) return { fromChatKey: String(chat.id), toChatKey: String(to) };
  const from = integerOf(message['migrate_from_chat_id']);
  return from === null ? null : { fromChatKey: String(from), toChatKey: String(chat.id) };
}

/** The author: a person, or in groups the chat somebody writes as (anonymous admins, linked channels). */
function authorOf(message: Fields, isPrivate: boolean): { id: number; ref: AuthorRef } | null {
  const senderChat = isPrivate ? null : recordOf(message['sender_chat']);
  const author = authorRefOf(senderChat ?? recordOf(message['from']));
  if (author === null || senderChat === null) return author;
  // Whoever writes as a chat is a person behind it; Telegram names a service bot as sender there.
  return { ...author, ref: { ...author.ref, isBot: false } };
}

type Content = Extract<MessageContent, { kind: 'content' }>;

function wordsOf(content: Content, isStart: boolean): Pick<InboundMessage, 'text' | 'body'> {
  if (isStart) return { text: '/start' };
  const body = bodyFromEntities(content.text, content.entities);
  return body === null ? { text: content.text } : { text: content.text, body };
}

function extrasOf(content: Content, message: Fields): { extras?: MessageExtras } {
  const extras: MessageExtras = { ...content.extras, ...contextOf(message) };
  return Object.keys(extras).length === 0 ? {} : { extras };
}

function filesOf({ attachments }: Content): Pick<InboundMessage, 'attachments'> {
  return attachments.length === 0 ? {} : { attachments };
}
