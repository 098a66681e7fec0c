import { integerOf } from '../../shared/read-unknown.ts';
import type { Summons } from '../summons.ts';
import { type Fields, type Included, idIn, type Reading, recordsIn } from './event.ts';
import { handlesIn, type Words } from './words.ts';

const MAX_REFERENCES = 10;

/** What a post refers to. */
export interface References {
  repliedId: string | null;
  quotedId: string | null;
  isRepost: boolean;
}

/** How a post has to do with us. */
export interface Relation {
  repliesToUs: boolean;
  quotesUs: boolean;
  /** Somebody wrote our name, and not only as the address of a reply. */
  namesUs: boolean;
  /** Our name stands there at all. */
  holdsUs: boolean;
}

/** What the platform says by sending it: each of these activities comes only for posts that do so to us. */
export type Because = 'mention' | 'quote' | 'reply' | null;

/** Reads what a post answers, quotes or repeats. */
export function referencesOf(post: Fields): References {
  const given = recordsIn(post['referenced_tweets'] ?? post['referenced_posts'], MAX_REFERENCES);
  const idOf = (type: string): string | null =>
    idIn(
      given.find((one) => one['type'] === type),
      'id',
    );
  return {
    repliedId: idOf('replied_to') ?? idIn(post, 'in_reply_to_tweet_id', 'in_reply_to_post_id'),
    quotedId: idOf('quoted'),
    isRepost: given.some((one) => one['type'] === 'retweeted'),
  };
}

/** Reads how a post has to do with us. */
export function relationOf(
  post: Fields,
  included: Included,
  { repliedId, quotedId }: References,
  words: Words,
  { selfId, context }: Reading,
  because: Because,
): Relation {
  const isUs = (id: string | null, handle: string): boolean =>
    id === null ? handle !== '' && handle.toLowerCase() === context.selfHandle?.toLowerCase() : id === selfId;
  const named = words.mentions.filter((one) => isUs(one.id, one.handle));
  // X may leave out who is mentioned (its schema has `entities` optional, those of long posts too).
  const mine = named.length > 0 ? named : handlesIn(words.text).filter((one) => isUs(null, one.handle));
  // Handles before the visible text of a reply were put there by X.
  const from = displayStartOf(post);
  const byUs = (id: string | null): boolean =>
    selfId !== null && id !== null && idIn(included.posts.get(id), 'author_id') === selfId;
  return {
    repliesToUs:
      because === 'reply' || (selfId !== null && (idIn(post, 'in_reply_to_user_id') === selfId || byUs(repliedId))),
    quotesUs: because === 'quote' || byUs(quotedId),
    namesUs: because === 'mention' || mine.some(({ start }) => start >= from),
    holdsUs: because === 'mention' || mine.length > 0,
  };
}

/** How a post called us; null: it did not. */
export function summonsOf({ namesUs, quotesUs, repliesToUs }: Relation): Summons | null {
  if (namesUs) return 'mention';
  if (quotesUs) return 'quote';
  return repliesToUs ? 'reply' : null;
}

/** Where the visible text of a post begins, in code points: before it stand the handles X put there. */
export function displayStartOf(post: Fields): number {
  const range: unknown = post['display_text_range'];
  const start = Array.isArray(range) ? integerOf(range[0]) : null;
  return start !== null && start > 0 ? start : 0;
}
