import { addDirect, makePost, removePost } from './posting.ts';
import type { Platform } from './rest/route.ts';
import { EXTENSIONS } from './rest/uploads.ts';
import { peopleOf } from './views/older.ts';
import {
  conversationBetween,
  type Direct,
  type DirectOrigin,
  type Media,
  type Post,
  type User,
  writtenIn,
} from './world.ts';

export interface CustomerFile {
  mime: string;
  bytes: Uint8Array;
}

export interface WriteOptions {
  /** When it came about, ms since the epoch; default: now. */
  atMs?: number;
  /** Nobody is told: only asking finds it. */
  silent?: boolean;
}

export interface DirectOptions extends WriteOptions {
  file?: CustomerFile;
  /** In this group, which is made where there is none. */
  groupId?: string;
  /** Data of a quick reply that was pressed. */
  pressed?: string;
  origin?: DirectOrigin;
}

export interface PostOptions extends WriteOptions {
  replyTo?: string;
  quote?: string;
  files?: readonly CustomerFile[];
  lang?: string;
}

/** A message or post as a person sees it. */
export interface Seen {
  id: string;
  authorId: string;
  authorHandle: string;
  fromUs: boolean;
  text: string;
  atMs: number;
  replyToId: string | null;
  quotedId: string | null;
  /** Leads to a private message with us; null: no such button. */
  directLink: string | null;
  files: readonly { type: Media['type']; mime: string; bytes: Uint8Array }[];
}

/** Somebody who writes to the account. */
export interface XCustomer {
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  /** A direct message to us. */
  direct(text: string, options?: DirectOptions): { id: string; conversationId: string };
  post(text: string, options?: PostOptions): { id: string; conversationId: string };
  /** A post that names us. */
  mention(text: string, options?: PostOptions): { id: string; conversationId: string };
  reply(postId: string, text: string, options?: PostOptions): { id: string; conversationId: string };
  quote(postId: string, text: string, options?: PostOptions): { id: string; conversationId: string };
  /** Each version of a post is a post of its own. @returns the new one's id */
  edit(postId: string, text: string): string;
  remove(postId: string): void;
  repost(postId: string): void;
  /** Shows that they are writing a direct message. */
  type(): void;
  /** A message in an encrypted chat, which we cannot read. */
  encrypted(): { id: string };
  block(blocked?: boolean): void;
  /** Whom they take direct messages from. */
  takeDirects(from: User['takesDirects']): void;
  rename(changes: { handle?: string; name?: string }): void;
  protect(isProtected?: boolean): void;
  automate(isAutomated?: boolean): void;
  /** What stands in the direct conversation with us, oldest first. */
  seesDirects(): Seen[];
  /** What stands under a post, oldest first. */
  seesPosts(conversationId: string): Seen[];
}

/** @param id of somebody who is at the platform already */
export function createCustomer(platform: Platform, id: string): XCustomer {
  const { world, clock, hub } = platform;
  const selfId = world.selfId;
  const change = (changes: Partial<User>): void => world.setUser({ ...world.userOf(id), ...changes });

  function mediaFrom({ mime, bytes }: CustomerFile, isDirect: boolean): Media {
    const type = mime === 'image/gif' ? 'animated_gif' : mime.startsWith('video/') ? 'video' : 'photo';
    const mediaId = world.newId();
    return {
      id: mediaId,
      key: `${type === 'photo' ? '3' : type === 'animated_gif' ? '16' : isDirect ? '13' : '7'}_${mediaId}`,
      type,
      mime,
      width: 1_280,
      height: 720,
      durationMs: type === 'video' ? 8_120 : null,
      fileName: `${mediaId}.${EXTENSIONS[mime] ?? 'bin'}`,
      bytes,
    };
  }

  function post(text: string, options: PostOptions = {}): { id: string; conversationId: string } {
    const made = makePost(platform, {
      authorId: id,
      text,
      replyToId: options.replyTo ?? null,
      quotedId: options.quote ?? null,
      media: (options.files ?? []).map((file) => mediaFrom(file, false)),
      ...(options.lang === undefined ? {} : { lang: options.lang }),
      ...(options.atMs === undefined ? {} : { atMs: options.atMs }),
      isSilent: options.silent === true,
    });
    return { id: made.id, conversationId: made.conversationId };
  }

  function ownPost(postId: string): Post {
    const found = world.posts.get(postId);
    if (found?.authorId !== id) throw new Error(`person ${id} has no post ${postId}`);
    return found;
  }

  return {
    id,
    get handle() {
      return world.userOf(id).handle;
    },
    get name() {
      return world.userOf(id).name;
    },
    direct(text, { file, groupId, pressed, origin, atMs, silent } = {}) {
      if (groupId !== undefined) world.addGroup(groupId, [...(world.groups.get(groupId) ?? []), id]);
      const conversationId = groupId ?? conversationBetween(id, selfId);
      const direct: Direct = {
        id: world.newId(atMs),
        senderId: id,
        conversationId,
        text,
        atMs: atMs ?? clock.nowMs(),
        media: file === undefined ? null : mediaFrom(file, true),
        otherIds: [selfId],
        pressed: pressed ?? null,
        origin: origin ?? {},
      };
      addDirect(platform, direct, silent === true);
      return { id: direct.id, conversationId };
    },
    post,
    mention: (text, options) => post(`@${world.userOf(selfId).handle} ${text}`, options),
    reply: (postId, text, options) => post(text, { ...options, replyTo: postId }),
    quote: (postId, text, options) => post(text, { ...options, quote: postId }),
    edit(postId, text) {
      const before = ownPost(postId);
      world.removePost(postId);
      const made = makePost(platform, {
        authorId: id,
        text,
        quotedId: before.quotedId,
        media: before.media,
        lang: before.lang,
        before,
      });
      // Its first version can still be looked up; lists show the newest.
      world.addPost(before, new Set());
      return made.id;
    },
    remove(postId) {
      ownPost(postId);
      removePost(platform, postId);
    },
    repost(postId) {
      hub.tell({
        activities: [{ type: 'post.repost.create', userId: selfId }],
        subject: null,
        userId: id,
        payload: {
          id: world.newId(),
          author_id: id,
          text: 'RT',
          referenced_tweets: [{ type: 'retweeted', id: postId }],
        },
      });
    },
    type() {
      const entry = { created_timestamp: String(clock.nowMs()), sender_id: id, target: { recipient_id: selfId } };
      hub.tell({
        activities: [{ type: 'dm.indicate_typing', userId: selfId }],
        subject: null,
        userId: id,
        payload: { direct_message_indicate_typing_events: [entry], users: peopleOf([id, selfId], world) },
        older: { direct_message_indicate_typing_events: [entry] },
      });
    },
    encrypted() {
      const chatId = world.newId();
      hub.tell({
        activities: [{ type: 'chat.received', userId: selfId }],
        subject: `chat:${chatId}`,
        userId: id,
        payload: {
          id: chatId,
          sender_id: id,
          conversation_id: conversationBetween(id, selfId).replace('-', ':'),
          created_at_msec: String(clock.nowMs()),
          encoded_event: 'CwABAAAAEA',
        },
      });
      return { id: chatId };
    },
    block: (blocked = true) => change({ hasBlockedUs: blocked }),
    takeDirects: (from) => change({ takesDirects: from }),
    rename: (changes) => change(changes),
    protect: (isProtected = true) => change({ isProtected }),
    automate: (isAutomated = true) => change({ isAutomated }),
    seesDirects: () =>
      world.conversation(conversationBetween(id, selfId)).map(({ media, ...direct }) => ({
        id: direct.id,
        ...authorIn(platform, direct.senderId),
        text: direct.text,
        atMs: direct.atMs,
        replyToId: null,
        quotedId: null,
        directLink: null,
        files: media === null ? [] : [fileIn(media)],
      })),
    seesPosts: (conversationId) =>
      Array.from(world.posts.values())
        .filter((one) => one.conversationId === conversationId && one.history.at(-1) === one.id)
        .sort((one, other) => (BigInt(one.id) < BigInt(other.id) ? -1 : 1))
        .map((one) => ({
          id: one.id,
          ...authorIn(platform, one.authorId),
          text: writtenIn(one),
          atMs: one.atMs,
          replyToId: one.replyTo?.id ?? null,
          quotedId: one.quotedId,
          directLink: one.directLink,
          files: one.media.map(fileIn),
        })),
  };
}

function authorIn({ world }: Platform, authorId: string): Pick<Seen, 'authorId' | 'authorHandle' | 'fromUs'> {
  return { authorId, authorHandle: world.users.get(authorId)?.handle ?? '', fromUs: authorId === world.selfId };
}

function fileIn({ type, mime, bytes }: Media): Seen['files'][number] {
  return { type, mime, bytes };
}
