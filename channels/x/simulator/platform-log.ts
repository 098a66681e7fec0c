/** A call of the API that was let through to be acted upon, or refused. */
export interface XApiCall {
  /** Counts all entries, from 1. */
  order: number;
  atMs: number;
  /** Such as `POST /2/tweets`. */
  route: string;
  /** Path and query as they came; of calls for tokens the path alone. */
  path: string;
  /** Who asked: the account by one of its two ways, the app, or nobody the platform knows. */
  as: 'oauth1' | 'oauth2' | 'app' | null;
  /** JSON of the request; null for files, and for tokens. */
  body: unknown;
  /** What X answered or would have. */
  status: number;
  /** Last part of the problem's type, or the older API's code; null: it succeeded, or says neither. */
  problem: string | number | null;
  /** Whether the platform did what it was asked. */
  acted: boolean;
  /** False: the answer was withheld or replaced by a fault. */
  answered: boolean;
  /** What it was charged, millionths of a US dollar. */
  micros: number;
}

/** A file that was sent. */
export interface SentFile {
  mediaId: string;
  category: string;
  mime: string;
  bytes: Uint8Array;
}

/** A post of the account. */
export interface SentPost {
  order: number;
  atMs: number;
  id: string;
  /** As it came. */
  text: string;
  conversationId: string;
  replyToId: string | null;
  /** Whom it answers. */
  replyToUserId: string | null;
  quotedId: string | null;
  /** The button under it that leads to a private message; null: none. */
  directLink: string | null;
  files: readonly SentFile[];
}

/** A direct message of the account. */
export interface SentDirect {
  order: number;
  atMs: number;
  id: string;
  text: string;
  conversationId: string;
  /** Null: to a group. */
  toUserId: string | null;
  files: readonly SentFile[];
}

/** Something that happened and was to be delivered, to one webhook or stream. */
export interface DeliveredEvent {
  order: number;
  atMs: number;
  uuid: string;
  eventType: string;
  /** `post:1`, `dm:2`, `chat:3` or null. */
  subject: string | null;
  userId: string | null;
  via: 'webhook' | 'stream';
  attempts: number;
  /** When a webhook answered 200, or the stream was written to; null: not yet, or never. */
  ackedAtMs: number | null;
  /** Status of the last attempt; null: none was answered. */
  lastStatus: number | null;
}

export interface PlatformLog {
  readonly calls: readonly XApiCall[];
  readonly posts: readonly SentPost[];
  readonly directs: readonly SentDirect[];
  /** Ids of posts that the account removed. */
  readonly removed: readonly string[];
  readonly events: readonly DeliveredEvent[];
  /** Checks of webhooks, in order. */
  readonly checks: readonly { atMs: number; webhookId: string; passed: boolean }[];
  /** What all calls and events came to, millionths of a US dollar. */
  readonly spentMicros: number;
  onPost(listener: (post: SentPost) => void): () => void;
  onDirect(listener: (direct: SentDirect) => void): () => void;
  clear(): void;
}

export interface WritableLog extends PlatformLog {
  call(entry: Omit<XApiCall, 'order'>): XApiCall;
  post(entry: Omit<SentPost, 'order'>): void;
  direct(entry: Omit<SentDirect, 'order'>): void;
  remove(id: string): void;
  event(entry: Omit<DeliveredEvent, 'order'>): DeliveredEvent;
  check(entry: { atMs: number; webhookId: string; passed: boolean }): void;
  spend(micros: number): void;
}

/** @param limit entries kept per list */
export function createPlatformLog(limit: number): WritableLog {
  const calls: XApiCall[] = [];
  const posts: SentPost[] = [];
  const directs: SentDirect[] = [];
  const removed: string[] = [];
  const events: DeliveredEvent[] = [];
  const checks: { atMs: number; webhookId: string; passed: boolean }[] = [];
  const postListeners = new Set<(post: SentPost) => void>();
  const directListeners = new Set<(direct: SentDirect) => void>();
  let order = 0;
  let spentMicros = 0;
  const keep = <T>(list: T[], entry: T): T => {
    list.push(entry);
    if (list.length > limit) list.splice(0, Math.ceil(limit / 10));
    return entry;
  };
  const next = (): number => {
    order += 1;
    return order;
  };

  return {
    calls,
    posts,
    directs,
    removed,
    events,
    checks,
    get spentMicros() {
      return spentMicros;
    },
    onPost(listener) {
      postListeners.add(listener);
      return () => postListeners.delete(listener);
    },
    onDirect(listener) {
      directListeners.add(listener);
      return () => directListeners.delete(listener);
    },
    clear() {
      for (const list of [calls, posts, directs, removed, events, checks]) list.length = 0;
      spentMicros = 0;
    },
    call: (entry) => keep(calls, { order: next(), ...entry }),
    post(entry) {
      const post = keep(posts, { order: next(), ...entry });
      for (const listener of postListeners) listener(post);
    },
    direct(entry) {
      const direct = keep(directs, { order: next(), ...entry });
      for (const listener of directListeners) listener(direct);
    },
    remove: (id) => void keep(removed, id),
    event: (entry) => keep(events, { order: next(), ...entry }),
    check: (entry) => void keep(checks, entry),
    spend(micros) {
      spentMicros += micros;
    },
  };
}
