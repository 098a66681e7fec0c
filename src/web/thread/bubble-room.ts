import type { Message } from '../api/model.ts';

/**
 * The room a bubble leaves around what it holds: `words` need most, a `thing` (a picture, a file, a card) little, and one that stands
 * alone and has an edge of its own needs no bubble at all.
 */
export function roomOf(message: Message): 'words' | 'thing' | 'none' {
  const { attachments, extras, replyTo, entry } = message;
  if (extras?.letter !== undefined) return 'words';
  const card = ['location', 'venue', 'contact', 'poll'].includes(extras?.content?.type ?? '');
  if (attachments.length === 0 && !card) return 'words';
  const alone = extras?.standIn !== undefined && replyTo === null && entry === null;
  const edged = card || attachments.every(({ kind }) => kind === 'document' || kind === 'sticker');
  const plain = extras?.forwardedFrom === undefined && extras?.quote === undefined && extras?.buttons === undefined;
  return alone && edged && plain ? 'none' : 'thing';
}
