import { recordOf, stringOf } from '../../shared/read-unknown.ts';
import { madeAtMs, snowflakeOf } from '../ids.ts';
import { alikeIn, type Crowd, type CrowdPost, joinCrowd } from '../noise.ts';
import type { XPayload } from '../normalise.ts';

type Fields = Readonly<Record<string, unknown>>;

const MOST_POSTS = 200;

/** Adds to what X sent or answered what is known just now, so that reading it later gives the same. */
export interface Wrapping {
  /**
   * @param selfId our own user id; null while unknown
   * @param bytes of the body as it came, which are kept; left out: it is written anew
   * @returns the bytes of an `XPayload`
   */
  wrap(body: unknown, selfId: string | null, bytes?: Buffer): Buffer;
}

/** Makes it. It remembers the public posts of the last minutes that this process saw. @param nowMs ms since the epoch */
export function createWrapping(nowMs: () => number): Wrapping {
  let crowd: Crowd = [];

  function alikeOf(posts: readonly CrowdPost[]): Record<string, number> {
    // All first: of those that came together the first is as much a part of the raid as the last.
    for (const post of posts) crowd = joinCrowd(crowd, post);
    const counts = posts.map((post) => [post.postId, alikeIn(crowd, post)] as const);
    return Object.fromEntries(counts.filter(([, alike]) => alike > 0));
  }

  return {
    wrap(body, selfId, bytes) {
      const alike = alikeOf(postsIn(body, nowMs()));
      const about: XPayload['about'] = {
        ...(selfId === null ? {} : { selfId }),
        ...(Object.keys(alike).length === 0 ? {} : { alike }),
      };
      const content = bytes ?? Buffer.from(JSON.stringify(body));
      return Buffer.concat([Buffer.from('{"v":1,"body":'), content, Buffer.from(`,"about":${JSON.stringify(about)}}`)]);
    },
  };
}

/** The public posts in a page, an activity or an older account activity. */
function postsIn(body: unknown, nowMs: number): CrowdPost[] {
  const fields = recordOf(body);
  if (fields === null) return [];
  const data: unknown = fields['data'];
  const activity = recordOf(data)?.['payload'] ?? fields['payload'];
  const older: unknown = fields['tweet_create_events'];
  const given: unknown[] = [
    ...(Array.isArray(data) ? data : []),
    ...(activity === undefined ? [] : [activity]),
    ...(Array.isArray(older) ? older : []),
  ];
  return given.slice(0, MOST_POSTS).flatMap((one: unknown) => saidIn(recordOf(one), nowMs) ?? []);
}

function saidIn(post: Fields | null, nowMs: number): CrowdPost | null {
  if (post === null) return null;
  const postId = firstVersionOf(post) ?? snowflakeOf(post['id']) ?? snowflakeOf(post['id_str']);
  const authorId = snowflakeOf(post['author_id']) ?? snowflakeOf(recordOf(post['user'])?.['id_str']);
  const text = stringOf(recordOf(post['note_tweet'])?.['text']) ?? stringOf(post['text']);
  if (postId === null || authorId === null || text === null || 'dm_conversation_id' in post) return null;
  return { postId, authorId, text: text.slice(0, 1_000), atMs: madeAtMs(postId) ?? nowMs };
}

/** Versions of an edited post have ids of their own; its reader asks for the first. */
function firstVersionOf(post: Fields): string | null {
  const history: unknown = post['edit_history_tweet_ids'];
  return Array.isArray(history) ? snowflakeOf(history[0]) : null;
}
