import { invalidRequest } from '../rest/errors.ts';

export type Json = Record<string, unknown>;

/** What a caller asked to be told; X tells little by itself (docs.x.com, "Fields" and "Expansions"). */
export interface Wanted {
  post: ReadonlySet<string>;
  user: ReadonlySet<string>;
  media: ReadonlySet<string>;
  direct: ReadonlySet<string>;
  expansions: ReadonlySet<string>;
}

/** What is told without being asked for. */
const ALWAYS = {
  post: ['id', 'text', 'edit_history_tweet_ids'],
  user: ['id', 'name', 'username'],
  media: ['media_key', 'type'],
  direct: ['id', 'event_type', 'text'],
} as const;
const EXPANSIONS: ReadonlySet<string> = new Set([
  'author_id',
  'in_reply_to_user_id',
  'attachments.media_keys',
  'entities.mentions.username',
  'referenced_tweets.id',
  'referenced_tweets.id.author_id',
  'referenced_tweets.id.attachments.media_keys',
  'referenced_posts',
  'sender_id',
  'participant_ids',
]);

/** Reads what a caller wants. @throws {ApiError} for expansions X does not know */
export function wantedIn(query: URLSearchParams): Wanted {
  const set = (...names: readonly string[]): Set<string> =>
    new Set(
      names.flatMap((name) => query.getAll(name).flatMap((value) => value.split(','))).filter((one) => one !== ''),
    );
  const expansions = set('expansions');
  for (const one of expansions) {
    if (!EXPANSIONS.has(one))
      throw invalidRequest(`The \`expansions\` query parameter value [${one}] is not one of the known`);
  }
  const fields = (kind: keyof typeof ALWAYS, ...names: readonly string[]): ReadonlySet<string> =>
    new Set([...ALWAYS[kind], ...set(...names)]);
  return {
    post: fields('post', 'tweet.fields', 'post.fields'),
    user: fields('user', 'user.fields'),
    media: fields('media', 'media.fields'),
    direct: fields('direct', 'dm_event.fields'),
    expansions,
  };
}

/** Everything, as activities are delivered. */
export const EVERYTHING: Wanted = { post: all(), user: all(), media: all(), direct: all(), expansions: all() };

/** What of a view was asked for. */
export function picked(view: Json, wanted: ReadonlySet<string>): Json {
  return Object.fromEntries(Object.entries(view).filter(([name, value]) => value !== undefined && wanted.has(name)));
}

function all(): ReadonlySet<string> {
  const everything = new Set<string>();
  everything.has = () => true;
  return everything;
}
