/**
 * The keys by which the rest of the gateway knows X's places and messages, and the way back. Everybody else treats them as opaque
 * strings. Ids are strings throughout: they have 64 bits, more than a number holds.
 */

/**
 * Where a customer meets our account.
 * - `public`: under a post. Every author of a conversation has a thread of their own.
 * - `direct`: a direct message between two; `group`: one of several people, again by author.
 * - `encrypted`: a chat we cannot read or answer, between the same two people or not.
 */
export type ThreadAddress =
  | { kind: 'public'; conversationId: string; authorId: string }
  | { kind: 'direct'; userIds: readonly [smaller: string, larger: string] }
  | { kind: 'group'; conversationId: string; authorId: string }
  | { kind: 'encrypted'; conversationId: string };

/** One message at X. Direct messages and posts count their ids apart. */
export type MessageAddress = { kind: 'post' | 'direct'; id: string } | { kind: 'encrypted'; id: string };

/** A key that this file did not make. */
export class XKeyError extends Error {
  override readonly name = 'XKeyError';
}

const SNOWFLAKE = /^(?:0|[1-9]\d{0,19})$/u;
const MAX_SNOWFLAKE = 2n ** 64n - 1n;
const PUBLIC_KEY = /^post:(\d{1,20})\/u(\d{1,20})$/u;
const DIRECT_KEY = /^dm:(\d{1,20})-(\d{1,20})$/u;
const GROUP_KEY = /^dm:(\d{1,20})\/u(\d{1,20})$/u;
const ENCRYPTED_KEY = /^chat:([\w-]{1,64})$/u;
const MESSAGE_KEY = /^(post|dm|chat):([\w-]{1,64})$/u;
/** What encrypted chats name themselves and their messages by: numbers, or ids of other kinds. */
const FOREIGN_ID = /^[\w-]{1,64}$/u;

/** 2010-11-04T01:42:54.657Z, from which X's ids count (docs.x.com, "X IDs"). */
const EPOCH_MS = 1_288_834_974_657;
/** Before the first id that holds a time; older ones were counted. */
const FIRST_WITH_TIME = 29_700_859_247n;

/** An id as X gives it (a string of digits, no more than 64 bits), or null. Numbers are refused: they have lost digits. */
export function snowflakeOf(value: unknown): string | null {
  if (typeof value !== 'string' || !SNOWFLAKE.test(value)) return null;
  return BigInt(value) <= MAX_SNOWFLAKE ? value : null;
}

/** Id of an encrypted chat or one of its messages, or null. Colons, as between two people's ids, become dashes. */
export function foreignIdOf(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const id = value.replaceAll(':', '-');
  return FOREIGN_ID.test(id) ? id : null;
}

/** When what the id names was made, ms since the epoch; null: the id is older than times in ids. */
export function madeAtMs(snowflake: string): number | null {
  const id = BigInt(snowflake);
  return id < FIRST_WITH_TIME ? null : Number(id >> 22n) + EPOCH_MS;
}

/** The least id of what was made at that moment, ms since the epoch; the way back of {@link madeAtMs}. */
export function firstIdAt(atMs: number): string {
  return String(BigInt(Math.max(0, Math.floor(atMs) - EPOCH_MS)) << 22n);
}

/** By age: negative where the first is older. Both are of {@link snowflakeOf}. */
export function compareSnowflakes(one: string, other: string): number {
  const difference = BigInt(one) - BigInt(other);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Encodes a place: `post:1/u7`, `dm:3-9`, `dm:5/u7`, `chat:3-9`. */
export function threadKeyOf(address: ThreadAddress): string {
  switch (address.kind) {
    case 'public':
      return `post:${address.conversationId}/u${address.authorId}`;
    case 'direct':
      return `dm:${address.userIds.join('-')}`;
    case 'group':
      return `dm:${address.conversationId}/u${address.authorId}`;
    case 'encrypted':
      return `chat:${address.conversationId}`;
  }
}

/** @throws {XKeyError} when the key is not one of {@link threadKeyOf}. */
export function parseThreadKey(key: string): ThreadAddress {
  const [, postId, postAuthor] = PUBLIC_KEY.exec(key) ?? [];
  if (postId !== undefined && postAuthor !== undefined) {
    return { kind: 'public', conversationId: postId, authorId: postAuthor };
  }
  const [, one, other] = DIRECT_KEY.exec(key) ?? [];
  if (one !== undefined && other !== undefined) return { kind: 'direct', userIds: [one, other] };
  const [, groupId, groupAuthor] = GROUP_KEY.exec(key) ?? [];
  if (groupId !== undefined && groupAuthor !== undefined) {
    return { kind: 'group', conversationId: groupId, authorId: groupAuthor };
  }
  const [, chatId] = ENCRYPTED_KEY.exec(key) ?? [];
  if (chatId !== undefined) return { kind: 'encrypted', conversationId: chatId };
  throw new XKeyError(`not a thread key of X: ${JSON.stringify(key)}`);
}

/** The conversation of two people, whichever of them is named first; the platform's own id of it is the same without `dm:`. */
export function directAddressOf(one: string, other: string): ThreadAddress & { kind: 'direct' } {
  return { kind: 'direct', userIds: compareSnowflakes(one, other) <= 0 ? [one, other] : [other, one] };
}

/** The other person of a direct conversation. @throws {XKeyError} where `selfId` is none of the two */
export function partnerOf({ userIds }: ThreadAddress & { kind: 'direct' }, selfId: string): string {
  const [smaller, larger] = userIds;
  if (smaller === selfId) return larger;
  if (larger === selfId) return smaller;
  throw new XKeyError(`a direct conversation without us: ${threadKeyOf({ kind: 'direct', userIds })}`);
}

/**
 * The conversation X names: `smaller-larger` (also with a colon, also the wrong way round) of two people, or a number for a group; null:
 * neither.
 */
export function conversationOf(
  value: unknown,
  authorId: string,
): (ThreadAddress & { kind: 'direct' | 'group' }) | null {
  if (typeof value !== 'string') return null;
  const groupId = snowflakeOf(value);
  if (groupId !== null) return { kind: 'group', conversationId: groupId, authorId };
  const [one, other, ...more] = value.split(/[-:]/u).map(snowflakeOf);
  if (one === undefined || one === null || other === undefined || other === null || more.length > 0) return null;
  return directAddressOf(one, other);
}

const MESSAGE_PREFIX = { post: 'post', direct: 'dm', encrypted: 'chat' } as const;

/** Encodes a message: `post:1`, `dm:2`, `chat:…`. */
export function messageKeyOf({ kind, id }: MessageAddress): string {
  return `${MESSAGE_PREFIX[kind]}:${id}`;
}

/** The message a key names; null: the key is none of {@link messageKeyOf}. */
export function messageOfKey(key: string): MessageAddress | null {
  const [, prefix, id] = MESSAGE_KEY.exec(key) ?? [];
  if (prefix === undefined || id === undefined) return null;
  if (prefix === 'chat') return { kind: 'encrypted', id };
  return snowflakeOf(id) === null ? null : { kind: prefix === 'dm' ? 'direct' : 'post', id };
}

/** The key of a message's arrival, whichever way and however often it comes. */
export function createKeyOf(address: MessageAddress): string {
  return `create:${messageKeyOf(address)}`;
}

/** The chat of an encrypted message, the same whichever of two people is named first; null where it has no usable name. */
export function encryptedAddressOf(value: unknown): (ThreadAddress & { kind: 'encrypted' }) | null {
  const between = conversationOf(value, '');
  if (between?.kind === 'direct') return { kind: 'encrypted', conversationId: between.userIds.join('-') };
  const id = foreignIdOf(value);
  return id === null ? null : { kind: 'encrypted', conversationId: id };
}
