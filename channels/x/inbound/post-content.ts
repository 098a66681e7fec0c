import type { InboundAttachment } from '../../../src/core/model/attachment.ts';
import type { MessageExtras } from '../../../src/core/model/extras.ts';
import { wordsForFiles } from '../../../src/core/rules/message-words.ts';
import { recordOf } from '../../shared/read-unknown.ts';
import { authorOf, type Fields, type Included, idIn } from './event.ts';
import { filesOf, mediaOf } from './files.ts';
import { displayStartOf, type References } from './relation.ts';
import { type Words, withoutAddressees, wordsOf } from './words.ts';

/** How much of an answered post is kept with the answer, UTF-16 units. */
const MAX_QUOTE = 1_024;

/** What a post says. */
export interface PostContent {
  words: Words;
  /** What was written, without what stands for files. */
  said: string;
  text: string;
  extras: MessageExtras;
  attachments: InboundAttachment[];
}

/** Reads what a post says; where nobody wrote words, ours say what was sent. */
export function contentOf(
  post: Fields,
  id: string,
  included: Included,
  { quotedId, repliedId }: References,
): PostContent {
  const attachments = filesOf(mediaOf(post, included), { kind: 'post', id });
  const quote = quoteOf(quotedId, included) ?? quoteOf(repliedId, included);
  const quoted = quotedId !== null && included.posts.has(quotedId) ? quotedId : null;
  const words = wordsIn(post, { hasFiles: attachments.length > 0, quotedId: quoted });
  const said = repliedId !== null ? withoutAddressees(words.text, displayStartOf(post)) : words.text;
  const context: MessageExtras = quote === null ? {} : { quote };
  if (said.trim() !== '') return { words, said, text: said, extras: context, attachments };
  if (attachments.length > 0) {
    return { words, said, text: wordsForFiles(attachments), extras: { ...context, standIn: 'file' }, attachments };
  }
  const content = { type: 'unsupported', kind: 'empty post' } as const;
  return {
    words,
    said,
    text: '[unsupported: empty post]',
    extras: { ...context, standIn: 'thing', content },
    attachments,
  };
}

/** Long posts have their whole text beside the beginning. */
function wordsIn(post: Fields, shown: { hasFiles: boolean; quotedId: string | null }): Words {
  const long = recordOf(post['note_tweet'] ?? post['note_post']);
  return long !== null && typeof long['text'] === 'string'
    ? wordsOf(long['text'], { ...recordOf(post['entities']), ...recordOf(long['entities']) }, shown)
    : wordsOf(post['text'], post['entities'], shown);
}

/** The words of a post this one quotes or answers, where they came along. */
export function quoteOf(id: string | null, included: Included): { text: string; author: string | null } | null {
  const post = id === null ? undefined : included.posts.get(id);
  if (post === undefined) return null;
  const { text } = wordsIn(post, { hasFiles: false, quotedId: null });
  if (text.trim() === '') return null;
  const authorId = idIn(post, 'author_id');
  const user = authorId === null ? undefined : included.users.get(authorId);
  return {
    text: text.slice(0, MAX_QUOTE).toWellFormed(),
    author: authorId === null || user === undefined ? null : authorOf(authorId, user).displayName,
  };
}
