import type { AuthorRef, InboundEdit, InboundMessage, Normalised, ThreadRef } from '../../src/core/model/inbound.ts';
import { payloadDigest } from '../shared/payload-digest.ts';
import { integerOf, recordOf, stringOf } from '../shared/read-unknown.ts';
import { nameLine } from '../shared/well-formed.ts';
import { bodyFromEntities } from './body-from-entities.ts';
import { answeredMessage, type BotIdentity, isAddressed } from './group-rules.ts';
import { messageKeyOf, threadKeyOf } from './ids.ts';
import { contentOf, shiftEntities } from './message-content.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface NormaliseContext {
  bot: BotIdentity;
  groups: 'mention' | 'all' | 'off';
}

/** Kinds of update that carry a customer's message. */
const NEW_MESSAGE = ['message', 'business_message'] as const;
const EDITED_MESSAGE = ['edited_message', 'edited_business_message'] as const;

/** The kinds we ask Telegram for; always sent in full, since leaving it out keeps whatever was set before. */
export const ALLOWED_UPDATES = [...NEW_MESSAGE, ...EDITED_MESSAGE, 'my_chat_member'] as const;

/** `/start PAYLOAD` of a deep link: 1–64 of these (core.telegram.org/bots/features, deep linking). */
const START_WITH_PAYLOAD = /^\/start(?:@\w+)? ([A-Za-z0-9_-]{1,64})$/u;

/** Reads one update. Pure; never throws, whatever it is given. */
export function normaliseUpdate(payload: unknown, context: NormaliseContext): Normalised[] {
  const update = recordOf(payload);
  const updateId = integerOf(update?.['update_id']);
  if (update === null || updateId === null) {
    return [{ outcome: 'parked', eventKey: `digest:${payloadDigest(payload)}`, reason: 'not a Telegram update' }];
  }
  const kind = Object.keys(update).find((key) => key !== 'update_id') ?? 'empty';
  const isNew = NEW_MESSAGE.some((known) => known === kind);
  if (!isNew && !EDITED_MESSAGE.some((known) => known === kind)) {
    return [fileUpdate(updateId, nameLine(kind, 64), recordOf(update[kind]))];
  }
  return [readMessage(updateId, kind, recordOf(update[kind]), isNew, context)];
}

/** Update ids begin anew at random after a quiet week, so a key holds chat and date too where there are any. */
function fileUpdate(updateId: number, kind: string, content: Fields | null): Normalised {
  const chatId = integerOf(recordOf(content?.['chat'])?.['id']) ?? '-';
  const date = integerOf(content?.['date']) ?? '-';
  return { outcome: 'filed', eventKey: `${updateId}:${kind}:${chatId}:${date}`, reason: `update of kind ${kind}` };
}

function readMessage(
  updateId: number,
  kind: string,
  message: Fields | null,
  isNew: boolean,
  context: NormaliseContext,
): Normalised {
  const chat = recordOf(message?.['chat']);
  const chatId = integerOf(chat?.['id']);
  const messageId = integerOf(message?.['message_id']);
  if (message === null || chat === null || chatId === null || messageId === null) {
    return { outcome: 'parked', eventKey: `${updateId}:${kind}`, reason: 'a message without chat or message id' };
  }
  const editDate = integerOf(message['edit_date']);
  const eventKey = `${updateId}:${kind}:${chatId}:${messageId}:${editDate ?? 0}`;
  const filed = (reason: string): Normalised => ({ outcome: 'filed', eventKey, reason });

  const isPrivate = chat['type'] === 'private';
  if (chat['type'] === 'channel') return filed('post in a channel');
  if (!isPrivate && chat['type'] !== 'group' && chat['type'] !== 'supergroup') {
    return { outcome: 'parked', eventKey, reason: 'a chat of unknown type' };
  }
  if (message['is_automatic_forward'] === true) return filed('post of the linked channel');
  if (!isPrivate && context.groups === 'off') return filed('groups are off for this account');
  const author = authorOf(message, isPrivate);
  if (author === null) return { outcome: 'parked', eventKey, reason: 'a message without author' };
  if (author.ref.isBot) return filed('written by a bot');
  const businessId = stringOf(message['business_connection_id'])?.toWellFormed();
  if (businessId !== undefined && author.id !== chatId) return filed('written by the business account itself');

  const content = contentOf(message);
  if (content.kind === 'service') return filed(`service message ${content.what}`);
  const entities = content.kind === 'text' ? content.entities : shiftEntities(content.entities, content.entitiesShift);
  // Edits always go on: whether the original was stored is not known here, and an edit without one is dropped later.
  if (
    !isPrivate &&
    isNew &&
    context.groups === 'mention' &&
    !isAddressed(message, content.text, entities, context.bot)
  ) {
    return filed('group message not addressed to the bot');
  }

  const business = businessId === undefined ? {} : { businessId };
  const topicId = message['is_topic_message'] === true ? integerOf(message['message_thread_id']) : null;
  const thread: ThreadRef = {
    key: threadKeyOf({
      chatId,
      ...(topicId === null ? {} : { topicId }),
      ...(isPrivate ? {} : { authorId: author.id }),
      ...business,
    }),
    kind: isPrivate ? 'private' : 'group',
    // Telegram limits what a group takes, whoever of its members we answer.
    ...(isPrivate ? {} : { chatKey: String(chatId) }),
    ...titleOf(chat),
  };
  const date = isNew ? integerOf(message['date']) : (editDate ?? integerOf(message['date']));
  const base = { eventKey, occurredAtMs: date === null ? null : date * 1_000, thread, author: author.ref };
  const externalId = messageKeyOf({ chatId, messageId, ...business });
  const start = content.kind === 'text' ? START_WITH_PAYLOAD.exec(content.text) : null;
  const text = start === null ? content.text : '/start';
  const body = start === null ? bodyFromEntities(text, entities) : null;
  const said = body === null ? { text } : { text, body };
  if (!isNew) {
    const event: InboundEdit = { type: 'edit', ...base, targetExternalId: externalId, ...said };
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
  };
  return { outcome: 'event', event };
}

function titleOf(chat: Fields): { title?: string } {
  const title = nameLine(stringOf(chat['title']) ?? '');
  return title === '' ? {} : { title };
}

/** The author: a person, or in groups the chat somebody writes as (anonymous admins, linked channels). */
function authorOf(message: Fields, isPrivate: boolean): { id: number; ref: AuthorRef } | null {
  const senderChat = isPrivate ? null : recordOf(message['sender_chat']);
  const source = senderChat ?? recordOf(message['from']);
  const id = integerOf(source?.['id']);
  if (source === null || id === null) return null;
  const handle = stringOf(source['username']);
  const languageCode = stringOf(source['language_code']);
  const name =
    stringOf(source['title']) ?? `${stringOf(source['first_name']) ?? ''} ${stringOf(source['last_name']) ?? ''}`;
  return {
    id,
    ref: {
      externalId: String(id),
      displayName: nameLine(name) || nameLine(handle ?? '') || String(id),
      ...(handle === null ? {} : { handle: nameLine(handle) }),
      ...(languageCode === null ? {} : { languageCode: nameLine(languageCode, 35) }),
      // Whoever writes as a chat is a person behind it; Telegram names a service bot as sender there.
      isBot: senderChat === null && source['is_bot'] === true,
    },
  };
}
