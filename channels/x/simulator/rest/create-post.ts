import { snowflakeOf } from '../../ids.ts';
import { weightOf } from '../../text/weight.ts';
import { priceOfPost } from '../plan.ts';
import { makePost } from '../posting.ts';
import { EVERYTHING } from '../views/fields.ts';
import { viewPost } from '../views/posts.ts';
import { namesUs } from '../views/wire-text.ts';
import { type Post, writtenIn } from '../world.ts';
import { forbidden, invalidRequest, oldError } from './errors.ts';
import type { Platform, RestAnswer, RestRequest } from './route.ts';
import { mediaOf, type Upload } from './uploads.ts';

const SHORT_POST = 280;
const LONG_POST = 25_000;
const MOST_CASHTAGS = 1;
const DIRECT_LINK = /^https:\/\/(?:twitter|x)\.com\/messages\/compose\?recipient_id=\d{1,19}(?:&.*)?$/u;
const KNOWN = new Set([
  'text',
  'reply',
  'media',
  'quote_tweet_id',
  'direct_message_deep_link',
  'reply_settings',
  'nullcast',
  'made_with_ai',
]);

/** What the account wrote of late, by what would make another post the same. */
export interface RecentTexts {
  has(key: string): boolean;
  add(key: string, postId: string): void;
  /** A post that is removed may be written again. */
  forget(postId: string): void;
}

export function createRecentTexts(nowMs: () => number, withinMs: () => number): RecentTexts {
  const texts = new Map<string, { postId: string; atMs: number }>();
  const keys = new Map<string, string>();
  return {
    has: (key) => (texts.get(key)?.atMs ?? Number.NEGATIVE_INFINITY) > nowMs() - withinMs(),
    add(key, postId) {
      for (const [oldest, one] of texts) {
        if (one.atMs > nowMs() - withinMs()) break;
        texts.delete(oldest);
        keys.delete(one.postId);
      }
      texts.set(key, { postId, atMs: nowMs() });
      keys.set(postId, key);
    },
    forget(postId) {
      texts.delete(keys.get(postId) ?? '');
      keys.delete(postId);
    },
  };
}

/** How a post called the account: by its name or by quoting it, or by answering it. */
function isSummonedBy(post: Post, { world, plan }: Platform): boolean {
  if (post.authorId === world.selfId) return true;
  if (namesUs(writtenIn(post), world) || world.posts.get(post.quotedId ?? '')?.authorId === world.selfId) return true;
  return plan.repliesSummon && post.replyTo?.userId === world.selfId;
}

/** `POST /2/tweets`. */
export function createPost(request: RestRequest, platform: Platform, recent: RecentTexts): RestAnswer {
  const { world, log, plan } = platform;
  const asked = readAsked(request, platform);
  const { text, replyToId, quotedId, uploads, directLink, excluded } = asked;
  checkLength(text, platform, replyToId !== null);
  const answered = referenced(replyToId, platform, 'reply to');
  const quoted = referenced(quotedId, platform, 'quote');
  for (const other of [answered, quoted]) {
    if (other !== null && plan.needsSummons && !isSummonedBy(other, platform)) {
      throw forbidden(
        'Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author of the post you are replying to.',
      );
    }
  }
  const media = uploads.map(mediaOf);
  // Whom it addresses is part of what it says: the same words to two people are two texts.
  const key = [answered?.authorId ?? '', text.trim(), quotedId ?? '', ...media.map(({ id }) => id)].join('\u0000');
  if (recent.has(key)) throw forbidden('You are not allowed to create a Tweet with duplicate content.');
  const post = makePost(platform, { authorId: world.selfId, text, replyToId, quotedId, media, directLink, excluded });
  recent.add(key, post.id);
  log.post({
    atMs: post.atMs,
    id: post.id,
    text,
    conversationId: post.conversationId,
    replyToId,
    replyToUserId: post.replyTo?.userId ?? null,
    quotedId,
    directLink,
    files: uploads.map(({ id, category, mime, bytes }) => ({
      mediaId: id,
      category,
      mime,
      bytes: bytes ?? new Uint8Array(),
    })),
  });
  const price = plan.prices['POST /2/tweets'] ?? {};
  return {
    status: 201,
    body: {
      data: { id: post.id, text: viewPost(post, world, EVERYTHING)['text'], edit_history_tweet_ids: post.history },
    },
    micros: priceOfPost(text, answered !== null && answered.authorId !== world.selfId, price),
  };
}

interface Asked {
  text: string;
  replyToId: string | null;
  quotedId: string | null;
  directLink: string | null;
  uploads: Upload[];
  excluded: ReadonlySet<string>;
}

function readAsked({ json }: RestRequest, { uploads }: Platform): Asked {
  for (const name of Object.keys(json))
    if (!KNOWN.has(name)) throw invalidRequest(`$.${name}: is not defined in the schema`);
  const text = json['text'] ?? '';
  if (typeof text !== 'string') throw invalidRequest('$.text: is no string');
  const reply = fieldsOf(json['reply'], 'reply');
  const media = fieldsOf(json['media'], 'media');
  const ids = idsIn(media?.['media_ids'], 'media.media_ids');
  const link: unknown = json['direct_message_deep_link'] ?? null;
  if (link !== null && (typeof link !== 'string' || !DIRECT_LINK.test(link))) {
    throw invalidRequest('$.direct_message_deep_link: is not a link to a direct message');
  }
  const quotedId = json['quote_tweet_id'] === undefined ? null : idOf(json['quote_tweet_id'], 'quote_tweet_id');
  if (text.trim() === '' && ids.length === 0 && quotedId === null) throw invalidRequest('$.text: is required');
  const taken = ids.map((id) => uploads.take(id, 'tweet'));
  const moving = taken.filter(({ category }) => !category.endsWith('image')).length;
  if (taken.length > 4 || (moving > 0 && taken.length > 1)) throw invalidRequest('$.media.media_ids: too many');
  return {
    text,
    replyToId: reply === null ? null : idOf(reply['in_reply_to_tweet_id'], 'reply.in_reply_to_tweet_id'),
    quotedId,
    directLink: link,
    uploads: taken,
    excluded: new Set(idsIn(reply?.['exclude_reply_user_ids'], 'reply.exclude_reply_user_ids')),
  };
}

function checkLength(text: string, { plan }: Platform, isReply: boolean): void {
  // Whom an answer addresses does not count.
  const counted = isReply ? text.replace(/^(?:@\w{1,15}\s+)+/u, '') : text;
  const most = plan.longPosts ? LONG_POST : SHORT_POST;
  if (weightOf(counted.trim()) > most) {
    throw forbidden(`You are not permitted to create a Tweet this long: it counts more than ${most}.`);
  }
  const cashtags = text.match(/(?<![\w$])\$[A-Za-z]{1,6}(?!\w)/gu) ?? [];
  if (cashtags.length > MOST_CASHTAGS)
    throw forbidden('Posts created via the API are limited to a maximum of 1 cashtag.');
}

/** A post that is answered or quoted, as far as the account may see it. */
function referenced(id: string | null, { world }: Platform, doing: string): Post | null {
  if (id === null) return null;
  const post = world.posts.get(id);
  const author = post === undefined ? undefined : world.users.get(post.authorId);
  if (post === undefined || author === undefined || author.isProtected) {
    throw forbidden(`You attempted to ${doing} a Tweet that is deleted or not visible to you.`);
  }
  if (author.hasBlockedUs) throw oldError(403, 136, 'You have been blocked from the author of this tweet.');
  return post;
}

function fieldsOf(value: unknown, name: string): Readonly<Record<string, unknown>> | null {
  if (value === undefined) return null;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidRequest(`$.${name}: is no object`);
  return value as Readonly<Record<string, unknown>>;
}

/** Ids are strings: numbers have lost digits. */
function idOf(value: unknown, name: string): string {
  const id = snowflakeOf(value);
  if (id === null) throw invalidRequest(`$.${name}: does not match the regex pattern ^[0-9]{1,19}$`);
  return id;
}

function idsIn(value: unknown, name: string): string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw invalidRequest(`$.${name}: is no array`);
  return value.map((one: unknown) => idOf(one, name));
}
