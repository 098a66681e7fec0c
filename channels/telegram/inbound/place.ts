import type { Normalised, ThreadRef } from '../../../src/core/model/inbound.ts';
import { integerOf, recordOf, stringOf } from '../../shared/read-unknown.ts';
import { nameLine, wellFormed } from '../../shared/well-formed.ts';
import type { BotIdentity } from '../group-rules.ts';
import { threadKeyOf } from '../ids.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface NormaliseContext {
  bot: BotIdentity;
  groups: 'mention' | 'all' | 'off';
}

/** One update as its reader gets it. */
export interface Update {
  id: number;
  /** As Telegram calls it: `message`, `callback_query` … */
  kind: string;
  content: Fields | null;
}

/** The chat something happened in. */
export interface Chat {
  id: number;
  isPrivate: boolean;
  fields: Fields;
}

/** A chat of a kind we serve; a string says why it is none. */
export function chatOf(fields: Fields | null): Chat | 'no chat' | 'channel' | 'unknown type' {
  const id = integerOf(fields?.['id']);
  if (fields === null || id === null) return 'no chat';
  if (fields['type'] === 'channel') return 'channel';
  if (fields['type'] === 'private') return { id, isPrivate: true, fields };
  return fields['type'] === 'group' || fields['type'] === 'supergroup'
    ? { id, isPrivate: false, fields }
    : 'unknown type';
}

/** A business connection's id as it stands in keys. */
export function businessOf(fields: Fields): { businessId?: string } {
  const businessId = stringOf(fields['business_connection_id'])?.toWellFormed();
  return businessId === undefined || businessId === '' ? {} : { businessId };
}

/** Where an author meets us in a chat. `fields`: of the message, for its topic and business connection. */
export function threadOf(chat: Chat, authorId: number, fields: Fields): ThreadRef {
  const topicId = fields['is_topic_message'] === true ? integerOf(fields['message_thread_id']) : null;
  const title = nameLine(stringOf(chat.fields['title']) ?? '');
  return {
    key: threadKeyOf({
      chatId: chat.id,
      ...(topicId === null ? {} : { topicId }),
      ...(chat.isPrivate ? {} : { authorId }),
      ...businessOf(fields),
    }),
    kind: chat.isPrivate ? 'private' : 'group',
    // Telegram limits what a group takes, whoever of its members we answer.
    ...(chat.isPrivate ? {} : { chatKey: String(chat.id) }),
    ...(title === '' ? {} : { title }),
  };
}

/** Longest key we make of what the platform calls a thing, UTF-16 units. */
const MAX_KEY = 300;

/** A key with an id of the platform's in it, such that the store can hold it whatever the id is. */
export function keyOf(key: string): string {
  return wellFormed(key).slice(0, MAX_KEY).toWellFormed();
}

/** Ms since the epoch of a Bot API date (seconds); 0 stands for none there. */
export function momentOf(date: unknown): number | null {
  const seconds = integerOf(date);
  return seconds === null || seconds <= 0 ? null : seconds * 1_000;
}

/** Files an update by a key of its own. Update ids begin anew at random after a quiet week, so the key holds chat and date too. */
export function fileUpdate(update: Update, reason: string): Normalised {
  const chatId = integerOf(recordOf(update.content?.['chat'])?.['id']) ?? '-';
  const date = integerOf(update.content?.['date']) ?? '-';
  return { outcome: 'filed', eventKey: `${update.id}:${update.kind}:${chatId}:${date}`, reason };
}

/** Parks an update that lacks what its kind must have. */
export function parkUpdate(update: Update, reason: string): Normalised {
  return { outcome: 'parked', eventKey: `${update.id}:${update.kind}`, reason };
}
