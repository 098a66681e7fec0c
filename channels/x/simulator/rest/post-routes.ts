import { compareSnowflakes, firstIdAt } from '../../ids.ts';
import { removePost } from '../posting.ts';
import { wantedIn } from '../views/fields.ts';
import { includesOf, viewPost, viewUser } from '../views/posts.ts';
import type { Post } from '../world.ts';
import { createPost, type RecentTexts } from './create-post.ts';
import { forbidden, invalidRequest } from './errors.ts';
import { pageOf } from './pages.ts';
import type { Platform, RestAnswer, RestRequest, RouteTable } from './route.ts';

const READ = { ways: ['oauth1', 'oauth2', 'app'], scopes: ['tweet.read', 'users.read'] } as const;
const WRITE = { ways: ['oauth1', 'oauth2'], scopes: ['tweet.read', 'tweet.write', 'users.read'] } as const;
const PAGE = { least: 5, most: 100, usual: 10 };
/** How far back the timelines go, posts. */
const MENTIONS_REACH = 800;
const OWN_REACH = 3_200;
const MOST_IDS = 100;

function timeline(
  list: readonly Post[],
  { query }: RestRequest,
  { world }: Platform,
  reach: number,
  fits?: (post: Post) => boolean,
  page: typeof PAGE = PAGE,
): RestAnswer {
  const wanted = wantedIn(query);
  const { entries, meta } = pageOf(list, query, { ...page, reach }, fits);
  if (entries.length === 0) return { body: { meta } };
  const includes = includesOf(entries, world, wanted);
  return {
    count: entries.length,
    body: {
      data: entries.map((post) => viewPost(post, world, wanted)),
      ...(includes === undefined ? {} : { includes }),
      meta: { ...meta, newest_id: entries[0]?.id, oldest_id: entries.at(-1)?.id },
    },
  };
}

function onlySelf({ params }: RestRequest, { world }: Platform): void {
  if (params['id'] !== world.selfId)
    throw forbidden('The simulated platform keeps the timelines of the account alone.');
}

const SEARCH_PAGE = { least: 10, most: 100, usual: 10 };
const SEARCH_REACH_MS = 7 * 24 * 3_600_000;
/** Of the language of searches the simulator knows the one sentence that finds quotes of an account. */
const QUOTES_OF =
  /^\(url:"x\.com\/(\w{1,15})\/status" OR url:"twitter\.com\/\1\/status"\) is:quote -is:retweet -from:\1$/u;

function search(request: RestRequest, platform: Platform): RestAnswer {
  const { query } = request;
  const { world, clock } = platform;
  const [, handle] = QUOTES_OF.exec(query.get('query') ?? '') ?? [];
  const quotedId = handle === undefined ? undefined : world.byHandle(handle)?.id;
  if (handle === undefined) throw invalidRequest('The simulated platform finds quotes of an account, and nothing else');
  const sinceId = query.get('since_id');
  if (sinceId !== null && BigInt(sinceId) < BigInt(firstIdAt(clock.nowMs() - SEARCH_REACH_MS))) {
    throw invalidRequest("'since_id' must be a tweet id created after seven days ago");
  }
  const quotes = [...world.posts.values()]
    .filter((post) => post.authorId !== quotedId && isQuoteOf(post, quotedId, platform))
    .sort((one, other) => compareSnowflakes(one.id, other.id));
  return timeline(quotes, request, platform, Number.POSITIVE_INFINITY, undefined, SEARCH_PAGE);
}

function isQuoteOf({ quotedId, history, id }: Post, authorId: string | undefined, { world }: Platform): boolean {
  if (quotedId === null || history.at(-1) !== id) return false;
  return world.posts.get(quotedId)?.authorId === authorId;
}

/** Whose post is answered or quoted: the customer a new one is about. */
function addressedBy({ json }: RestRequest, { world }: Platform): string | null {
  const reply: unknown = json['reply'];
  const id: unknown =
    typeof reply === 'object' && reply !== null && 'in_reply_to_tweet_id' in reply
      ? reply.in_reply_to_tweet_id
      : json['quote_tweet_id'];
  return typeof id === 'string' ? (world.posts.get(id)?.authorId ?? null) : null;
}

function lookUp({ query }: RestRequest, { world }: Platform): RestAnswer {
  const wanted = wantedIn(query);
  const ids = (query.get('ids') ?? '').split(',').filter((id) => id !== '');
  if (ids.length < 1 || ids.length > MOST_IDS || !ids.every((id) => /^\d{1,19}$/u.test(id))) {
    throw invalidRequest(`The \`ids\` query parameter value has to be 1–${MOST_IDS} ids`);
  }
  const found: Post[] = [];
  const errors: unknown[] = [];
  for (const id of new Set(ids)) {
    const post = world.posts.get(id);
    const isHidden = post !== undefined && world.users.get(post.authorId)?.isProtected === true;
    if (post !== undefined && !isHidden) found.push(post);
    else errors.push(missing(id, isHidden));
  }
  const includes = includesOf(found, world, wanted);
  return {
    count: found.length,
    body: {
      ...(found.length === 0 ? {} : { data: found.map((post) => viewPost(post, world, wanted)) }),
      ...(includes === undefined ? {} : { includes }),
      ...(errors.length === 0 ? {} : { errors }),
    },
  };
}

function missing(id: string, isHidden: boolean): Record<string, unknown> {
  const common = { value: id, resource_id: id, parameter: 'ids', resource_type: 'tweet' };
  return isHidden
    ? {
        ...common,
        title: 'Authorization Error',
        detail: `Sorry, you are not authorized to see the Tweet with ids: [${id}].`,
        type: 'https://api.x.com/2/problems/not-authorized-for-resource',
      }
    : {
        ...common,
        title: 'Not Found Error',
        detail: `Could not find tweet with ids: [${id}].`,
        type: 'https://api.x.com/2/problems/resource-not-found',
      };
}

/** Posts, and who the account is. */
export function postRoutes(recent: RecentTexts): RouteTable {
  return {
    'GET /2/users/me': {
      ways: ['oauth1', 'oauth2'],
      scopes: ['tweet.read', 'users.read'],
      handle: ({ query }, { world }) => ({
        count: 1,
        body: { data: viewUser(world.userOf(world.selfId), wantedIn(query)) },
      }),
    },
    'GET /2/users/:id/mentions': {
      ...READ,
      handle(request, platform) {
        onlySelf(request, platform);
        return timeline(platform.world.mentions, request, platform, MENTIONS_REACH);
      },
    },
    'GET /2/users/:id/tweets': {
      ...READ,
      handle(request, platform) {
        onlySelf(request, platform);
        const noReplies = (request.query.get('exclude') ?? '').split(',').includes('replies');
        return timeline(
          platform.world.own,
          request,
          platform,
          OWN_REACH,
          noReplies ? ({ replyTo }) => replyTo === null : undefined,
        );
      },
    },
    'GET /2/tweets/search/recent': { ...READ, handle: search },
    'GET /2/tweets': { ...READ, handle: lookUp },
    'POST /2/tweets': {
      ...WRITE,
      about: addressedBy,
      handle: (request, platform) => createPost(request, platform, recent),
    },
    'DELETE /2/tweets/:id': {
      ...WRITE,
      handle({ params }, platform) {
        const id = params['id'] ?? '';
        const post = platform.world.posts.get(id);
        if (post !== undefined && post.authorId !== platform.world.selfId) {
          throw forbidden('You are not authorized to delete this Tweet.');
        }
        recent.forget(id);
        if (removePost(platform, id)) platform.log.remove(id);
        return { body: { data: { deleted: post !== undefined } } };
      },
    },
  };
}
