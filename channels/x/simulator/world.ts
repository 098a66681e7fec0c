import type { PlatformClock } from '../../shared/simulator/clock.ts';
import { createSnowflakes } from '../../shared/simulator/snowflakes.ts';

/** 2010-11-04T01:42:54.657Z, from which X's ids count (docs.x.com, "X IDs"). */
export const EPOCH_MS = 1_288_834_974_657;

export interface User {
  id: string;
  handle: string;
  name: string;
  /** Who may see their posts: followers alone. */
  isProtected: boolean;
  /** X's label for automated accounts. */
  isAutomated: boolean;
  /** Whom they take direct messages from: everybody, those they wrote to first, nobody. */
  takesDirects: 'all' | 'known' | 'none';
  /** They blocked the account. */
  hasBlockedUs: boolean;
}

export interface Media {
  id: string;
  /** `3_…` photo, `7_…` video of a post, `13_…` video, `16_…` animation. */
  key: string;
  type: 'photo' | 'video' | 'animated_gif';
  mime: string;
  width: number;
  height: number;
  durationMs: number | null;
  /** The name under which the file is given out. */
  fileName: string;
  bytes: Uint8Array;
}

export interface Post {
  id: string;
  authorId: string;
  /** With the handles X puts before an answer, and with links as they were written. */
  text: string;
  /** How many code points of the text stand before what its author wrote. */
  displayStart: number;
  atMs: number;
  conversationId: string;
  replyTo: { id: string; userId: string } | null;
  quotedId: string | null;
  media: readonly Media[];
  lang: string;
  /** Ids of its versions, the first first, itself last. */
  history: readonly string[];
  /** The button that leads to a private message. */
  directLink: string | null;
}

/** How a direct message came about, where X says so: a welcome message, a post. */
export interface DirectOrigin {
  welcomeMessageId?: string;
  postId?: string;
}

export interface Direct {
  id: string;
  senderId: string;
  /** Two ids with a dash between, the smaller first; a number for a group. */
  conversationId: string;
  text: string;
  atMs: number;
  media: Media | null;
  /** Whoever else is in the conversation: one, or the people of a group. */
  otherIds: readonly string[];
  /** Data of a quick reply that was pressed. */
  pressed: string | null;
  origin: DirectOrigin;
}

/** Everybody and everything at the simulated platform. Lists are oldest first. */
export interface World {
  readonly selfId: string;
  readonly users: ReadonlyMap<string, User>;
  readonly posts: ReadonlyMap<string, Post>;
  /** Posts of the account. */
  readonly own: readonly Post[];
  /** Posts of others that name the account, be it only as everybody who took part. */
  readonly mentions: readonly Post[];
  readonly directs: readonly Direct[];
  newId(atMs?: number): string;
  userOf(id: string): User;
  byHandle(handle: string): User | undefined;
  /** Adds or changes a person. */
  setUser(user: User): void;
  addPost(post: Post, names: ReadonlySet<string>): void;
  removePost(id: string): Post | undefined;
  addDirect(direct: Direct): void;
  /** The messages of one conversation. */
  conversation(id: string): readonly Direct[];
  /** People of a group; undefined: there is none of that id. */
  readonly groups: ReadonlyMap<string, ReadonlySet<string>>;
  addGroup(id: string, userIds: Iterable<string>): void;
  /** What everybody may fetch under this name: files of posts, and what moves in messages. */
  publicFile(name: string): Media | undefined;
}

/** Somebody nobody said anything about yet. */
export function newPerson(id: string): User {
  return {
    id,
    handle: `customer_${id.slice(-6)}`,
    name: `Customer ${id.slice(-6)}`,
    isProtected: false,
    isAutomated: false,
    takesDirects: 'all',
    hasBlockedUs: false,
  };
}

/** The id of two people's conversation. */
export function conversationBetween(one: string, other: string): string {
  return BigInt(one) < BigInt(other) ? `${one}-${other}` : `${other}-${one}`;
}

export function createWorld(clock: PlatformClock, self: User): World {
  const users = new Map<string, User>([[self.id, self]]);
  const handles = new Map<string, string>([[self.handle.toLowerCase(), self.id]]);
  const posts = new Map<string, Post>();
  const own: Post[] = [];
  const mentions: Post[] = [];
  const directs: Direct[] = [];
  const conversations = new Map<string, Direct[]>();
  const groups = new Map<string, ReadonlySet<string>>();
  const files = new Map<string, Media>();

  return {
    selfId: self.id,
    users,
    posts,
    own,
    mentions,
    directs,
    groups,
    newId: createSnowflakes(clock, EPOCH_MS),
    userOf(id) {
      const user = users.get(id);
      if (user === undefined) throw new Error(`the simulator has no person ${id}`);
      return user;
    },
    byHandle: (handle) => users.get(handles.get(handle.toLowerCase()) ?? ''),
    setUser(user) {
      const before = users.get(user.id);
      if (before !== undefined) handles.delete(before.handle.toLowerCase());
      users.set(user.id, user);
      handles.set(user.handle.toLowerCase(), user.id);
    },
    addPost(post, names) {
      posts.set(post.id, post);
      for (const one of post.media) files.set(one.fileName, one);
      if (post.authorId === self.id) insert(own, post);
      else if (names.has(self.id)) insert(mentions, post);
    },
    removePost(id) {
      const post = posts.get(id);
      if (post === undefined) return undefined;
      posts.delete(id);
      for (const one of post.media) files.delete(one.fileName);
      for (const list of [own, mentions]) {
        const at = indexFrom(list, id);
        if (list[at]?.id === id) list.splice(at, 1);
      }
      return post;
    },
    addDirect(direct) {
      insert(directs, direct);
      if (direct.media !== null && direct.media.type !== 'photo') files.set(direct.media.fileName, direct.media);
      const said = conversations.get(direct.conversationId) ?? [];
      conversations.set(direct.conversationId, said);
      insert(said, direct);
    },
    conversation: (id) => conversations.get(id) ?? [],
    addGroup: (id, userIds) => void groups.set(id, new Set(userIds)),
    publicFile: (name) => files.get(name),
  };
}

/** What somebody wrote: the text without the handles that X puts before an answer. */
export function writtenIn({ text, displayStart }: Pick<Post, 'text' | 'displayStart'>): string {
  return Array.from(text).slice(displayStart).join('');
}

/** The handles that stand before what was written in an answer. */
export function beforeWritten({ text, displayStart }: Pick<Post, 'text' | 'displayStart'>): string {
  return Array.from(text).slice(0, displayStart).join('');
}

/** Where the first entry stands whose id is not less; entries are in order of their ids. */
export function indexFrom(list: readonly { id: string }[], id: string): number {
  const wanted = BigInt(id);
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (BigInt(list[middle]?.id ?? '0') < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Nearly always at the end: only what is dated back goes elsewhere. */
function insert<T extends { id: string }>(list: T[], entry: T): void {
  const last = list.at(-1);
  if (last === undefined || BigInt(last.id) < BigInt(entry.id)) list.push(entry);
  else list.splice(indexFrom(list, entry.id), 0, entry);
}
