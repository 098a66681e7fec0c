import type { InboundMessage, Normalised } from '../../../src/core/model/inbound.ts';
import { integerOf, recordOf, stringOf } from '../../shared/read-unknown.ts';
import { nameLine, wellFormed } from '../../shared/well-formed.ts';
import { messageKeyOf } from '../ids.ts';
import { authorRefOf } from './author.ts';
import { businessOf, chatOf, fileUpdate, keyOf, parkUpdate, threadOf, type Update } from './place.ts';
import { contentWords } from './special-content.ts';

/** Callback data has 1–64 bytes; one that an old version of us made may be anything. */
const MAX_DATA = 256;

/** The button's label as the message shows it; the data itself where the message is too old to be told. */
function labelOf(markup: unknown, data: string | null): string {
  const rows = recordOf(markup)?.['inline_keyboard'];
  for (const row of Array.isArray(rows) ? rows.slice(0, 100) : []) {
    for (const button of Array.isArray(row) ? row.slice(0, 20) : []) {
      const fields = recordOf(button);
      if (fields !== null && stringOf(fields['callback_data']) === data)
        return nameLine(stringOf(fields['text']) ?? '');
    }
  }
  return '';
}

/** A press on a button below one of our messages: what it says is what the customer says. */
export function readPress(update: Update): Normalised {
  const query = update.content;
  const queryId = stringOf(query?.['id']);
  const author = authorRefOf(recordOf(query?.['from']));
  if (query === null || queryId === null || queryId === '' || author === null) {
    return parkUpdate(update, 'a press without id or author');
  }
  const message = recordOf(query['message']);
  const chat = chatOf(recordOf(message?.['chat']));
  const messageId = integerOf(message?.['message_id']);
  if (message === null || typeof chat === 'string' || messageId === null) {
    return fileUpdate(update, 'a press on a button that is in no chat of ours');
  }
  const said = stringOf(query['data']);
  const data = said === null ? null : wellFormed(said).slice(0, MAX_DATA).toWellFormed();
  const label = labelOf(message['reply_markup'], said) || nameLine(data ?? '') || '?';
  const content = { type: 'button', label, data } as const;
  const event: InboundMessage = {
    type: 'message',
    eventKey: keyOf(`${update.id}:${update.kind}:${chat.id}:${messageId}:${queryId}`),
    occurredAtMs: null,
    thread: threadOf(chat, author.id, message),
    author: author.ref,
    externalId: keyOf(`callback:${queryId}`),
    text: contentWords(content),
    extras: { content },
    replyToExternalId: messageKeyOf({ chatId: chat.id, messageId, ...businessOf(message) }),
    // One that is inaccessible (core.telegram.org/bots/api#inaccessiblemessage) names no topic and no business.
    ...(integerOf(message['date']) === 0 ? { joinsAnswered: true as const } : {}),
    acknowledge: { callbackQueryId: wellFormed(queryId) },
  };
  return { outcome: 'event', event };
}

/** A vote in one of our polls. It names no chat: the voter's own is where we can answer. */
export function readVote(update: Update): Normalised {
  const vote = update.content;
  const pollId = stringOf(vote?.['poll_id']);
  const author = authorRefOf(recordOf(vote?.['user']));
  if (vote === null || pollId === null) return parkUpdate(update, 'a vote without poll');
  // Of a chat that votes the user is a stand-in, for old programs (core.telegram.org/bots/api#pollanswer).
  if (author === null || recordOf(vote['voter_chat']) !== null) return fileUpdate(update, 'an anonymous vote');
  const given = Array.isArray(vote['option_ids']) ? vote['option_ids'] : [];
  const options = given.slice(0, 20).flatMap((option: unknown) => {
    const number = integerOf(option);
    return number === null || number < 0 ? [] : [number];
  });
  const content = { type: 'pollAnswer', options } as const;
  const event: InboundMessage = {
    type: 'message',
    eventKey: keyOf(`${update.id}:${update.kind}:${author.id}:${pollId}`),
    occurredAtMs: null,
    thread: { key: String(author.id), kind: 'private' },
    author: author.ref,
    // Who votes again votes anew; the update tells the votes apart.
    externalId: keyOf(`vote:${pollId}:${author.id}:${update.id}`),
    text: contentWords(content),
    extras: { standIn: 'thing', content },
  };
  return { outcome: 'event', event };
}
