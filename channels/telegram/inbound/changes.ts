import type { InboundDelete, InboundReach, InboundReaction, Normalised } from '../../../src/core/model/inbound.ts';
import { integerOf, recordOf, stringOf } from '../../shared/read-unknown.ts';
import { nameLine } from '../../shared/well-formed.ts';
import { messageKeyOf } from '../ids.ts';
import { authorRefOf } from './author.ts';
import {
  businessOf,
  chatOf,
  fileUpdate,
  momentOf,
  type NormaliseContext,
  parkUpdate,
  threadOf,
  type Update,
} from './place.ts';

/** A deletion names at most 100 messages. */
const MAX_DELETED = 100;

/** What stands for reactions that are no plain emoji. */
const OTHER_REACTIONS: Readonly<Record<string, string>> = { custom_emoji: '✨', paid: '⭐' };

function emojiOf(reactions: unknown): string[] {
  const emoji = (Array.isArray(reactions) ? reactions.slice(0, 20) : []).map((reaction: unknown) => {
    const fields = recordOf(reaction);
    const other = OTHER_REACTIONS[stringOf(fields?.['type']) ?? ''];
    return other ?? nameLine(stringOf(fields?.['emoji']) ?? '', 20);
  });
  return [...new Set(emoji.filter((one) => one !== ''))];
}

/** Somebody's reactions on a message, the whole new set (core.telegram.org/bots/api#messagereactionupdated). */
export function readReaction(update: Update, context: NormaliseContext): Normalised {
  const reaction = update.content;
  const chat = chatOf(recordOf(reaction?.['chat']));
  const messageId = integerOf(reaction?.['message_id']);
  if (reaction === null || typeof chat === 'string' || messageId === null) {
    return parkUpdate(update, 'a reaction without chat or message');
  }
  const author = authorRefOf(recordOf(reaction['user']) ?? recordOf(reaction['actor_chat']));
  if (author === null) return parkUpdate(update, 'a reaction without author');
  if (author.ref.isBot) return fileUpdate(update, "a bot's reaction");
  // As admin of a group a bot hears of every reaction of everybody: that is chatter unless all of the group is ours.
  if (!chat.isPrivate && context.groups !== 'all') return fileUpdate(update, 'reaction in a group');
  const date = integerOf(reaction['date']) ?? 0;
  const event: InboundReaction = {
    type: 'reaction',
    eventKey: `${update.id}:${update.kind}:${chat.id}:${messageId}:${date}`,
    occurredAtMs: momentOf(date),
    thread: threadOf(chat, author.id, {}),
    author: author.ref,
    targetExternalId: messageKeyOf({ chatId: chat.id, messageId }),
    emoji: emojiOf(reaction['new_reaction']),
  };
  return { outcome: 'event', event };
}

/** Messages a business account's customer took back; one event each. */
export function readDeletions(update: Update): Normalised[] {
  const deleted = update.content;
  const chat = chatOf(recordOf(deleted?.['chat']));
  const ids = deleted?.['message_ids'];
  if (deleted === null || typeof chat === 'string' || !Array.isArray(ids)) {
    return [parkUpdate(update, 'deletions without chat or messages')];
  }
  // The chat is the customer's; who deleted is not told.
  const author = authorRefOf(chat.fields);
  const business = businessOf(deleted);
  if (author === null || !chat.isPrivate || business.businessId === undefined) {
    return [parkUpdate(update, 'deletions outside of a business chat')];
  }
  const events = ids.slice(0, MAX_DELETED).flatMap((id: unknown): Normalised[] => {
    const messageId = integerOf(id);
    if (messageId === null) return [];
    const event: InboundDelete = {
      type: 'delete',
      eventKey: `${update.id}:${update.kind}:${chat.id}:${messageId}`,
      occurredAtMs: null,
      thread: threadOf(chat, author.id, deleted),
      author: author.ref,
      targetExternalId: messageKeyOf({ chatId: chat.id, messageId, ...business }),
    };
    return [{ outcome: 'event', event }];
  });
  return events.length === 0 ? [parkUpdate(update, 'deletions of no message')] : events;
}

/** Statuses in which we can write; core.telegram.org/bots/api#chatmember. */
const REACHABLE = new Set(['member', 'administrator', 'creator', 'restricted']);

/** We were blocked or unblocked by a customer, or taken into a group or out of it. */
export function readMembership(update: Update): Normalised {
  const change = update.content;
  const chat = chatOf(recordOf(change?.['chat']));
  const status = stringOf(recordOf(change?.['new_chat_member'])?.['status']);
  if (change === null || chat === 'no chat' || chat === 'unknown type' || status === null) {
    return parkUpdate(update, 'a membership without chat or status');
  }
  const reachable = REACHABLE.has(status);
  if (chat === 'channel' || !chat.isPrivate) {
    return fileUpdate(
      update,
      reachable ? 'the bot was added to a group or channel' : 'the bot was removed from a group',
    );
  }
  const author = authorRefOf(recordOf(change['from']));
  if (author === null) return parkUpdate(update, 'a membership without author');
  const date = integerOf(change['date']) ?? 0;
  const event: InboundReach = {
    type: 'reach',
    eventKey: `${update.id}:${update.kind}:${chat.id}:${date}`,
    occurredAtMs: momentOf(date),
    thread: threadOf(chat, author.id, {}),
    author: author.ref,
    reachable,
  };
  return { outcome: 'event', event };
}

/** A business account connected us, changed what we may do, or disconnected us. */
export function readBusinessConnection(update: Update): Normalised {
  const connection = update.content;
  if (stringOf(connection?.['id']) === null) return parkUpdate(update, 'a business connection without id');
  const rights = recordOf(connection?.['rights']);
  const mayReply = rights === null ? connection?.['can_reply'] === true : rights['can_reply'] === true;
  const state =
    connection?.['is_enabled'] === true ? (mayReply ? 'enabled' : 'enabled without the right to reply') : 'disabled';
  return fileUpdate(update, `business connection ${state}`);
}
