import { recordOf, stringOf } from '../../shared/read-unknown.ts';
import type { Bot } from './bot.ts';
import type { SentMedia, SentMessage } from './platform-log.ts';
import type { Button } from './reply-markup.ts';
import type { Chat, StoredMessage } from './world.ts';
import type { Audience } from './writing.ts';

/** One bubble: a message, or an album whose messages are shown together. */
export interface ChatEntry {
  messageIds: readonly number[];
  by: 'bot' | 'person';
  /** Text or caption; of an album the first caption there is. */
  text: string;
  /** What else it shows: `photo`, `location` …, one per message of an album. */
  shows: readonly string[];
  /** The bot's files; people's are known by their ids in the updates. */
  media: readonly SentMedia[];
  buttons: readonly (readonly Button[])[];
  edited: boolean;
  reactions: readonly string[];
}

/** A chat as it stands on the screen, oldest first; what was deleted is gone. */
export interface ChatView {
  entries: readonly ChatEntry[];
  /** What the bot is shown to be doing, such as `typing`: for five seconds, or until its next message. */
  action: string | null;
}

const ACTION_MS = 5_000;
/** Fields of content that are not shown as something of their own. */
const NOT_SHOWN = new Set([
  'text',
  'entities',
  'caption',
  'caption_entities',
  'show_caption_above_media',
  'has_media_spoiler',
]);

/** Looks at a chat of the bot's, or of a business with this connection. */
export function viewChat({ world, log }: Audience, bot: Bot, chatId: number, businessId: string | null): ChatView {
  const chat = businessId === null ? world.find(chatId) : world.businessConnections.get(businessId)?.chats.get(chatId);
  if (chat === undefined || chat === null) return { entries: [], action: null };
  const sent = new Map(
    log
      .messagesIn(chatId)
      .filter((one) => one.botId === bot.id && one.businessId === businessId)
      .map((one) => [one.messageId, one] as const),
  );
  const entries = new Map<string, ChatEntry>();
  for (const [messageId, stored] of chat.messages) {
    const album = stored.about?.['media_group_id'];
    const key = typeof album === 'string' ? `album ${album}` : `message ${messageId}`;
    const entry = entryOf(bot, messageId, stored, sent.get(messageId));
    const first = entries.get(key);
    entries.set(key, first === undefined ? entry : joined(first, entry));
  }
  return { entries: [...entries.values()], action: actionIn({ log }, bot, chat) };
}

function entryOf(bot: Bot, messageId: number, stored: StoredMessage, sent: SentMessage | undefined): ChatEntry {
  const shows = Object.keys(stored.content ?? {}).filter((name) => !NOT_SHOWN.has(name));
  return {
    messageIds: [messageId],
    by: stored.fromId === bot.id ? 'bot' : 'person',
    text: stored.text,
    // An animation is a document too, a venue a location: for clients that do not know them.
    shows: shows.filter(
      (name) =>
        !(name === 'document' && shows.includes('animation')) && !(name === 'location' && shows.includes('venue')),
    ),
    media: sent?.media === null || sent === undefined ? [] : [sent.media],
    buttons: sent?.buttons ?? [],
    edited: stored.editDate !== undefined,
    reactions: [...(stored.reactions?.values() ?? [])].flat().map(reactionName),
  };
}

function joined(first: ChatEntry, next: ChatEntry): ChatEntry {
  return {
    ...first,
    messageIds: [...first.messageIds, ...next.messageIds],
    text: first.text === '' ? next.text : first.text,
    shows: [...first.shows, ...next.shows],
    media: [...first.media, ...next.media],
    edited: first.edited || next.edited,
    reactions: [...first.reactions, ...next.reactions],
  };
}

function reactionName(reaction: object): string {
  const fields = recordOf(reaction);
  return stringOf(fields?.['emoji']) ?? `custom:${stringOf(fields?.['custom_emoji_id']) ?? ''}`;
}

function actionIn({ log }: Pick<Audience, 'log'>, bot: Bot, chat: Chat): string | null {
  const call = log.calls.findLast(
    (one) =>
      one.botId === bot.id &&
      one.chatId === chat.id &&
      (one.payload['business_connection_id'] ?? null) === chat.businessId &&
      (one.method === 'sendChatAction' || one.method.startsWith('send')),
  );
  if (call?.method !== 'sendChatAction' || Date.now() - call.atMs > ACTION_MS) return null;
  return String(call.payload['action']);
}
