import { recordOf, stringOf } from '../../../shared/read-unknown.ts';
import { ENDPOINTS } from '../../endpoints.ts';
import { compareSnowflakes, snowflakeOf } from '../../ids.ts';
import type { XCall } from '../ports.ts';

/** The ways to ask what is new (docs.x.com, "Get mentions", "Search recent posts", "Get DM events"). */
export type FeedName = 'mentions' | 'quotes' | 'directEvents';

/** One of them. */
export interface Feed {
  name: FeedName;
  endpoint: 'mentions' | 'search' | 'directEvents';
  /** What the account lacks where the plan leaves it out; for people. */
  says: string;
  /** X takes no page smaller and none larger. */
  leastPage: number;
  mostPage: number;
  /** What is asked for where little is expected. The price of all of it is set aside before, and comes back where less is there. */
  firstPage: number;
  /** What one entry costs, millionths of a US dollar. */
  microsEach: number;
  /**
   * Asking costs although nothing is new: X answers with the newest entries, which were read before. Where it can be told from where on,
   * an answer without news holds nothing and costs nothing.
   */
  costsWhenQuiet: boolean;
  /** How often it is asked at most while X brings its entries by itself, ms. */
  whilePushedMs: number;
  /** How many entries X has at all; what lies behind them is gone. Null: a time limits it, which no gap of ours reaches. */
  reach: number | null;
  /** X refuses to look further back, ms; null: it does not. */
  oldestMs: number | null;
}

/** Insurance against what X lost on its way. */
const INSURANCE_MS = 6 * 3_600_000;
/**
 * X never pushes posts of protected accounts, replies to replies, nor mentions it does not call so (docs.x.com, "X Activity API"): whoever
 * wrote them waits for this.
 */
const NEVER_PUSHED_MS = 5 * 60_000;

export const FEEDS: Readonly<Record<FeedName, Feed>> = {
  mentions: {
    name: 'mentions',
    endpoint: 'mentions',
    says: 'public mentions',
    leastPage: 5,
    mostPage: 100,
    firstPage: 100,
    microsEach: ENDPOINTS.mentions.microsEach,
    costsWhenQuiet: false,
    whilePushedMs: NEVER_PUSHED_MS,
    // docs.x.com, "Timelines": up to 800 most recent mentions.
    reach: 800,
    oldestMs: null,
  },
  // Whoever quotes us and does not write our name stands in no timeline.
  quotes: {
    name: 'quotes',
    endpoint: 'search',
    says: 'quotes of our posts',
    leastPage: 10,
    mostPage: 100,
    firstPage: 10,
    microsEach: ENDPOINTS.search.microsEach,
    costsWhenQuiet: false,
    whilePushedMs: INSURANCE_MS,
    reach: null,
    // docs.x.com, "Search recent posts": the last seven days; a little less, for clocks differ.
    oldestMs: 7 * 24 * 3_600_000 - 10 * 60_000,
  },
  directEvents: {
    name: 'directEvents',
    endpoint: 'directEvents',
    says: 'direct messages',
    leastPage: 1,
    mostPage: 100,
    firstPage: 1,
    microsEach: ENDPOINTS.directEvents.microsEach,
    costsWhenQuiet: true,
    whilePushedMs: INSURANCE_MS,
    reach: null,
    oldestMs: null,
  },
};

const FIELDS = {
  'user.fields': 'id,name,username,affiliation',
  'media.fields': 'media_key,type,url,width,height,duration_ms,variants,preview_image_url',
  'tweet.fields':
    'attachments,author_id,conversation_id,created_at,display_text_range,edit_history_tweet_ids,entities,in_reply_to_user_id,lang,note_tweet,referenced_tweets,text',
};

/** What is asked for. */
export interface PageWish {
  selfId: string;
  /** Our own, without the sign; what quotes us is found by it alone. */
  handle: string;
  /** Only what is newer; where the feed cannot be asked so, its reader leaves the rest out. */
  afterId: string;
  size: number;
  /** Goes on behind the page before. */
  token: string | null;
}

/** The call for one page. */
export function callFor(feed: Feed, { selfId, handle, afterId, size, token }: PageWish): XCall {
  const page = { max_results: size, ...(token === null ? {} : { pagination_token: token }), ...FIELDS };
  const base = { endpoint: feed.endpoint, purpose: 'read', mostMicros: size * feed.microsEach } as const;
  const expansions =
    'author_id,attachments.media_keys,referenced_tweets.id,referenced_tweets.id.author_id,in_reply_to_user_id';
  if (feed.name === 'mentions')
    return { ...base, path: { id: selfId }, query: { since_id: afterId, expansions, ...page } };
  if (feed.name === 'quotes')
    return { ...base, query: { query: quotesOf(handle), since_id: afterId, expansions, ...page } };
  return {
    ...base,
    query: {
      event_types: 'MessageCreate',
      'dm_event.fields':
        'id,event_type,text,sender_id,dm_conversation_id,created_at,attachments,entities,referenced_tweets',
      expansions: 'sender_id,attachments.media_keys,referenced_tweets.id',
      ...page,
    },
  };
}

/** A quote holds the address of what it quotes, under either of the platform's names (docs.x.com, "Build a query"). */
export function quotesOf(handle: string): string {
  const places = ['x.com', 'twitter.com'].map((host) => `url:"${host}/${handle}/status"`).join(' OR ');
  return `(${places}) is:quote -is:retweet -from:${handle}`;
}

/** An entry with its id. */
export interface Entry {
  id: string;
  fields: Readonly<Record<string, unknown>>;
}

/** A page as it was answered, entries newest first. */
export interface Page {
  entries: readonly Entry[];
  includes: unknown;
  /** How to ask for what is older; null: there is nothing. */
  next: string | null;
}

/** Reads an answer. Entries without an id are left out: nobody could tell them apart. */
export function readPage(body: unknown): Page {
  const fields = recordOf(body);
  const data: unknown = fields?.['data'];
  const entries = (Array.isArray(data) ? data : []).flatMap((one: unknown): Entry[] => {
    const entry = recordOf(one);
    const id = snowflakeOf(entry?.['id']);
    return entry === null || id === null ? [] : [{ id, fields: entry }];
  });
  return {
    entries: entries.sort((one, other) => compareSnowflakes(other.id, one.id)),
    includes: fields?.['includes'],
    next: stringOf(recordOf(fields?.['meta'])?.['next_token']),
  };
}

/** What of a page is handed over, oldest first: an answer of X in form, which reads as such. */
export function bodyOf({ entries, includes }: Pick<Page, 'entries' | 'includes'>): unknown {
  return {
    data: entries.toReversed().map(({ fields }) => fields),
    ...(includes === undefined ? {} : { includes }),
  };
}
