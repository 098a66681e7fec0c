import type { Platform } from './rest/route.ts';
import { EVERYTHING, type Json } from './views/fields.ts';
import { olderDirect, olderPost, olderUser, peopleOf } from './views/older.ts';
import { includesOf, viewPost } from './views/posts.ts';
import { namedIn, namesUs, pointsIn } from './views/wire-text.ts';
import { beforeWritten, type Direct, type Post, type User, writtenIn } from './world.ts';

export interface NewPost {
  authorId: string;
  /** What its author wrote. */
  text: string;
  replyToId?: string | null;
  quotedId?: string | null;
  media?: Post['media'];
  lang?: string;
  directLink?: string | null;
  /** People who are not to be addressed although they took part. */
  excluded?: ReadonlySet<string>;
  atMs?: number;
  /** The version before this one: an edited answer stays where it was, although what it answers may be gone. */
  before?: Post;
  /** It comes about without anybody being told. */
  isSilent?: boolean;
}

/** Everybody an answer addresses without writing so: whoever wrote what it answers, and whom that one names. */
function addressees({ world }: Platform, { authorId, replyToId, excluded }: NewPost): User[] {
  const answered = world.posts.get(replyToId ?? '');
  if (answered === undefined) return [];
  const author = world.users.get(answered.authorId);
  const named = namedIn(answered.text, world).filter(({ id }) => excluded?.has(id) !== true);
  return [...new Set(author === undefined ? named : [author, ...named])].filter(({ id }) => id !== authorId);
}

/** Puts the handles before an answer that are not there already. `start`: where what was written begins, code points. */
function addressed(text: string, handles: readonly string[]): { text: string; start: number } {
  const wanted = new Set(handles.map((handle) => handle.toLowerCase()));
  let written = 0;
  for (const match of text.matchAll(/@(\w{1,15})\s+/guy)) {
    if (!wanted.delete((match[1] ?? '').toLowerCase())) break;
    written += match[0].length;
  }
  const prefix = handles
    .filter((handle) => wanted.has(handle.toLowerCase()))
    .map((handle) => `@${handle} `)
    .join('');
  return { text: prefix + text, start: pointsIn(prefix) + written };
}

/** The handles that stand before what was written in an answer. */
function handlesBefore(post: Post): string[] {
  return Array.from(beforeWritten(post).matchAll(/@(\w{1,15})/gu), ([, handle = '']) => handle);
}

/** Makes a post, and tells of it. What it says is not checked. */
export function makePost(platform: Platform, given: NewPost): Post {
  const { world, clock } = platform;
  const answered = world.posts.get(given.replyToId ?? '');
  const { before } = given;
  const handles =
    before === undefined ? addressees(platform, given).map(({ handle }) => handle) : handlesBefore(before);
  const { text, start } = addressed(given.text.normalize('NFC'), handles);
  const id = world.newId(given.atMs);
  const post: Post = {
    id,
    authorId: given.authorId,
    text,
    displayStart: start,
    atMs: given.atMs ?? clock.nowMs(),
    conversationId: before?.conversationId ?? answered?.conversationId ?? id,
    replyTo: before?.replyTo ?? (answered === undefined ? null : { id: answered.id, userId: answered.authorId }),
    quotedId: given.quotedId ?? null,
    media: given.media ?? [],
    lang: given.lang ?? 'en',
    history: [...(before?.history ?? []), id],
    directLink: given.directLink ?? null,
  };
  const names = new Set(namedIn(post.text, world).map(({ id }) => id));
  const author = world.userOf(post.authorId);
  // Who hides their posts is heard by followers alone, and we follow nobody.
  world.addPost(post, author.isProtected ? new Set() : names);
  if (given.isSilent !== true && !author.isProtected) tellPost(platform, post);
  return post;
}

function tellPost({ world, hub }: Platform, post: Post): void {
  const { selfId } = world;
  const isOurs = post.authorId === selfId;
  const quoted = world.posts.get(post.quotedId ?? '');
  const activities = [
    { type: 'post.create', userId: post.authorId },
    // Nobody wrote the handles before an answer, so they call nobody.
    ...(!isOurs && namesUs(writtenIn(post), world) ? [{ type: 'post.mention.create', userId: selfId }] : []),
    ...(!isOurs && post.replyTo?.userId === selfId ? [{ type: 'post.reply.create', userId: selfId }] : []),
    ...(!isOurs && quoted?.authorId === selfId ? [{ type: 'post.quote.create', userId: selfId }] : []),
  ];
  hub.tell({
    activities,
    subject: `post:${post.id}`,
    userId: isOurs ? null : post.authorId,
    payload: viewPost(post, world, EVERYTHING),
    includes: includesOf([post], world, EVERYTHING),
    ...(isOurs || activities.length > 1 || namesUs(post.text, world)
      ? { older: { user_has_blocked: 'false', tweet_create_events: [olderPost(post, world)] } }
      : {}),
  });
}

/** Removes a post, and tells of it. False: there is none. */
export function removePost({ world, hub, clock }: Platform, id: string): boolean {
  const post = world.removePost(id);
  if (post === undefined) return false;
  const isOurs = post.authorId === world.selfId;
  hub.tell({
    activities: [{ type: 'post.delete', userId: post.authorId }],
    subject: `post:${id}`,
    userId: isOurs ? null : post.authorId,
    payload: { id, author_id: post.authorId },
    ...(isOurs
      ? {
          older: {
            tweet_delete_events: [{ status: { id, user_id: post.authorId }, timestamp_ms: String(clock.nowMs()) }],
          },
        }
      : {}),
  });
  return true;
}

/** Adds a message to its conversation, and tells of it. */
export function addDirect({ world, hub }: Platform, direct: Direct, isSilent = false): void {
  world.addDirect(direct);
  if (isSilent) return;
  const isOurs = direct.senderId === world.selfId;
  const people = [direct.senderId, ...direct.otherIds];
  const list: Json[] = [olderDirect(direct, world)];
  hub.tell({
    activities: [{ type: isOurs ? 'dm.sent' : 'dm.received', userId: world.selfId }],
    subject: `dm:${direct.id}`,
    userId: isOurs ? null : direct.senderId,
    payload: { direct_message_events: list, users: peopleOf(people, world) },
    older: {
      direct_message_events: list,
      users: Object.fromEntries(
        people.flatMap((id) => {
          const user = world.users.get(id);
          return user === undefined ? [] : [[id, olderUser(user)]];
        }),
      ),
    },
  });
}
