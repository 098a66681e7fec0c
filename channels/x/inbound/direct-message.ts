import type { InboundAttachment } from '../../../src/core/model/attachment.ts';
import type { MessageExtras, SpecialContent } from '../../../src/core/model/extras.ts';
import type { InboundMessage, Normalised, ThreadRef } from '../../../src/core/model/inbound.ts';
import { wordsForFiles } from '../../../src/core/rules/message-words.ts';
import { createKeyOf, directAddressOf, madeAtMs, messageKeyOf, type ThreadAddress, threadKeyOf } from '../ids.ts';
import { authorOf, type Fields, filed, type Included, parked, type Reading } from './event.ts';
import { filesOf } from './files.ts';
import { quoteOf } from './post-content.ts';
import { handlesIn, type Words, wordsOf } from './words.ts';

/** A direct message, whichever API told it. */
export interface DirectMessage {
  id: string;
  senderId: string;
  place: ThreadAddress & { kind: 'direct' | 'group' };
  atMs: number | null;
  text: unknown;
  entities: unknown;
  media: readonly Fields[];
  /** The post that is passed on with it. */
  sharedPostId: string | null;
  /** A press on one of our quick replies, or a place somebody sent. */
  content: SpecialContent | null;
  /** What led to it: a welcome message of ours, a post. */
  entry: string | null;
}

/** Makes the event of a direct message that somebody wrote to us. */
export function messageOf(message: DirectMessage, included: Included, reading: Reading): Normalised {
  const { id, senderId, place } = message;
  const eventKey = createKeyOf({ kind: 'direct', id });
  if (reading.selfId === null) {
    // A payload that says it must still get through.
    return parked(`aside:${messageKeyOf({ kind: 'direct', id })}`, 'a direct message, and nobody said who we are');
  }
  if (senderId === reading.selfId) return filed(eventKey, 'our own direct message');
  const author = authorOf(senderId, included.users.get(senderId));
  if (author.isBot) return filed(eventKey, 'written by an automated account');
  const attachments = filesOf(message.media, { kind: 'direct', id });
  const quote = quoteOf(message.sharedPostId, included);
  const words = wordsOf(message.text, message.entities, {
    hasFiles: attachments.length > 0,
    quotedId: quote === null ? null : message.sharedPostId,
  });
  if (place.kind === 'group' && !namesUs(words, reading)) return filed(eventKey, 'group message not addressed to us');
  const event: InboundMessage = {
    type: 'message',
    eventKey,
    occurredAtMs: message.atMs ?? madeAtMs(id),
    thread: threadOf(place),
    author,
    externalId: messageKeyOf({ kind: 'direct', id }),
    ...saidIn(message, words.text, attachments, quote === null ? {} : { quote }),
    ...(attachments.length === 0 ? {} : { attachments }),
    ...(message.entry === null ? {} : { entry: message.entry }),
    // Whoever was shown the way here in public goes on with what they asked there.
    ...(place.kind === 'direct' ? { meetsAgain: true } : {}),
  };
  return { outcome: 'event', event };
}

function saidIn(
  { content }: DirectMessage,
  text: string,
  attachments: readonly InboundAttachment[],
  context: MessageExtras,
): { text: string; extras?: MessageExtras } {
  const extras: MessageExtras = content === null ? context : { ...context, content };
  const carried = Object.keys(extras).length === 0 ? {} : { extras };
  if (text.trim() !== '') return { text, ...carried };
  if (attachments.length > 0) return { text: wordsForFiles(attachments), extras: { ...extras, standIn: 'file' } };
  if (content !== null) return { text: `[${content.type}]`, extras: { ...extras, standIn: 'thing' } };
  return {
    text: '[unsupported: empty message]',
    extras: { ...extras, standIn: 'thing', content: { type: 'unsupported', kind: 'empty message' } },
  };
}

function threadOf(place: DirectMessage['place']): ThreadRef {
  const key = threadKeyOf(place);
  return place.kind === 'direct'
    ? { key, kind: 'private' }
    : { key, kind: 'group', chatKey: `dm:${place.conversationId}` };
}

/** The conversation of two people; null: one of them is missing. */
export function betweenTwo(one: string, other: string | null): DirectMessage['place'] | null {
  return other === null || other === one ? null : directAddressOf(one, other);
}

/** In a group somebody has to say our name; the rest is none of our business. */
function namesUs({ mentions, text }: Words, { selfId, context }: Reading): boolean {
  if (selfId !== null && mentions.some((one) => one.id === selfId)) return true;
  const handle = context.selfHandle?.toLowerCase();
  if (handle === undefined) return false;
  return handlesIn(text).some((one) => one.handle.toLowerCase() === handle);
}
