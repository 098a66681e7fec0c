import type { InboundAttachment } from '../../../src/core/model/attachment.ts';
import type { MessageExtras, SpecialContent } from '../../../src/core/model/extras.ts';
import { stringOf } from '../../shared/read-unknown.ts';
import { wellFormed } from '../../shared/well-formed.ts';
import { fileOf, fileWords } from './files.ts';
import { contentWords, specialContentOf } from './special-content.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What a message carries, as far as we can tell. */
export type MessageContent =
  | {
      kind: 'content';
      /** What the customer wrote; where there is nothing of that, what was sent instead, in our words. */
      text: string;
      entities: unknown;
      extras: Pick<MessageExtras, 'standIn' | 'content'>;
      attachments: readonly InboundAttachment[];
    }
  /** Telegram's own note about the chat (somebody joined, title changed …). */
  | { kind: 'service'; what: string };

const SERVICE = new Set([
  'new_chat_members',
  'left_chat_member',
  'chat_owner_left',
  'chat_owner_changed',
  'new_chat_title',
  'new_chat_photo',
  'delete_chat_photo',
  'group_chat_created',
  'supergroup_chat_created',
  'channel_chat_created',
  'message_auto_delete_timer_changed',
  'migrate_to_chat_id',
  'migrate_from_chat_id',
  'pinned_message',
  'users_shared',
  'chat_shared',
  'connected_website',
  'write_access_allowed',
  'proximity_alert_triggered',
  'boost_added',
  'chat_background_set',
  'forum_topic_created',
  'forum_topic_edited',
  'forum_topic_closed',
  'forum_topic_reopened',
  'general_forum_topic_hidden',
  'general_forum_topic_unhidden',
  'giveaway_created',
  'giveaway_completed',
  'video_chat_scheduled',
  'video_chat_started',
  'video_chat_ended',
  'video_chat_participants_invited',
]);

/** Fields that say something about a message but are not its content. Everything not named anywhere is content. */
const ABOUT = new Set([
  'message_id',
  'message_thread_id',
  'direct_messages_topic',
  'from',
  'sender_chat',
  'sender_boost_count',
  'sender_business_bot',
  'sender_tag',
  'date',
  'business_connection_id',
  'chat',
  'forward_origin',
  'forward_from',
  'forward_from_chat',
  'forward_from_message_id',
  'forward_signature',
  'forward_sender_name',
  'forward_date',
  'is_topic_message',
  'is_automatic_forward',
  'reply_to_message',
  'reply_to_checklist_task_id',
  'external_reply',
  'quote',
  'reply_to_story',
  'via_bot',
  'edit_date',
  'has_protected_content',
  'is_from_offline',
  'is_paid_post',
  'media_group_id',
  'author_signature',
  'paid_star_count',
  'text',
  'entities',
  'link_preview_options',
  'suggested_post_info',
  'effect_id',
  'caption',
  'caption_entities',
  'show_caption_above_media',
  'has_media_spoiler',
  'reply_markup',
]);

/** Kinds of file that ask for nothing. */
const GESTURES = new Set(['sticker']);

/** Reads a message's content. Unknown kinds are kept as unsupported: a new kind of message must not vanish. */
export function contentOf(message: Fields): MessageContent {
  const text = stringOf(message['text']);
  if (text !== null && text !== '') return written(wellFormed(text), message['entities'], {}, []);
  const keys = Object.keys(message);
  const service = keys.find((key) => SERVICE.has(key));
  if (service !== undefined) return { kind: 'service', what: service };

  const file = fileOf(message);
  const attachments = file === null ? [] : [file];
  const caption = stringOf(message['caption']) ?? '';
  const special = file === null ? (specialContentOf(message) ?? unsupported(keys)) : null;
  const content = special === null ? {} : { content: special };
  if (caption !== '') return written(wellFormed(caption), message['caption_entities'], content, attachments);
  if (file !== null) {
    const standIn = GESTURES.has(file.kind) ? 'gesture' : 'file';
    return written(fileWords(file, message), null, { standIn }, attachments);
  }
  const standIn = special?.type === 'dice' ? 'gesture' : 'thing';
  return written(special === null ? '' : contentWords(special), null, { standIn, ...content }, []);
}

function written(
  text: string,
  entities: unknown,
  extras: Pick<MessageExtras, 'standIn' | 'content'>,
  attachments: readonly InboundAttachment[],
): MessageContent {
  return { kind: 'content', text, entities, extras, attachments };
}

function unsupported(keys: readonly string[]): SpecialContent {
  const what = keys.find((key) => !ABOUT.has(key)) ?? 'empty message';
  return { type: 'unsupported', kind: wellFormed(what).slice(0, 64).toWellFormed() };
}
