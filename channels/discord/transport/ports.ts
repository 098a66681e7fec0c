import type { AccountDetail, AccountRecords, Bookmark, ConnectionState } from '../../../src/core/ports/channel.ts';
import type { Clock } from '../../../src/core/ports/clock.ts';
import type { Log } from '../../../src/core/ports/log.ts';

/**
 * One dispatch of the gateway as it came; its JSON is what the sink gets. Nothing in `d` has been checked.
 *
 * `backfill`: a message read over REST because no session was there to bring it. `t` is then MESSAGE_CREATE and `d` the message
 * with `channel_type`, if it is known, and, in a server, `guild_id` added, which REST leaves out; `member` is missing. The same message may come
 * both ways, or twice one way: the event key must depend on neither `source` nor `shardId`.
 */
export interface DiscordGatewayPayload {
  v: 1;
  /** Name of the event, such as `MESSAGE_CREATE`. */
  t: string;
  d: unknown;
  shardId: number;
  source: 'gateway' | 'backfill';
}

/** How far a channel has been read; goes into the commit that stores the payload, as `InboundPayload.bookmark`. */
export type DiscordBookmark = Bookmark & { name: string };

/** A file that goes with a call. */
export interface DiscordUpload {
  name: string;
  contentType: string;
  sizeBytes: number;
  open(): AsyncIterable<Uint8Array>;
}

export interface DiscordCallBody {
  /** Body, or `payload_json` where there are files. */
  json?: unknown;
  files?: readonly DiscordUpload[];
  query?: Readonly<Record<string, string | number | boolean>>;
}

export type DiscordMethod = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

/** The one way to the REST API (v10). */
export interface DiscordRest {
  /**
   * One call; never repeated by itself. `path` begins with `/` and has no version: `/channels/1/messages`. Resolves to the parsed answer,
   * unchecked; null for 204. A bucket that is empty is not waited for: that is a {@link DiscordCallError} 429 with `sent: 'no'`.
   * @throws {DiscordCallError} for all that can go wrong; it never holds the token
   */
  call(method: DiscordMethod, path: string, body: DiscordCallBody | undefined, signal: AbortSignal): Promise<unknown>;
  /** Calls begun in the last second, for those that must leave others room. */
  recentCalls(): number;
  close(): void;
}

/** Why a call failed. */
export interface DiscordCallFailure {
  /** HTTP status; null without an answer. */
  status: number | null;
  /** Code of the error body, such as 50007; null where there is none. */
  code: number | null;
  /** The platform's words or ours, without secrets and without what was sent. */
  message: string;
  /** For 429: how long to wait. */
  retryAfterMs: number | null;
  /** For 429: whose limit it was; `bucket` when we knew it before asking. */
  scope: 'user' | 'global' | 'shared' | 'bucket' | null;
  /** Whether the platform may have acted: `no` when the request was not written, or was refused in words. */
  sent: 'no' | 'maybe';
}

/** A call of the REST API that did not succeed. */
export class DiscordCallError extends Error implements DiscordCallFailure {
  override readonly name = 'DiscordCallError';
  readonly status: number | null;
  readonly code: number | null;
  readonly retryAfterMs: number | null;
  readonly scope: DiscordCallFailure['scope'];
  readonly sent: 'no' | 'maybe';

  /** @param what method and path without ids that are secrets, for logs */
  constructor(what: string, failure: DiscordCallFailure) {
    super(`Discord ${what}: ${failure.message}`);
    this.status = failure.status;
    this.code = failure.code;
    this.retryAfterMs = failure.retryAfterMs;
    this.scope = failure.scope;
    this.sent = failure.sent;
  }
}

/** Who we are at the platform; known from READY on. */
export interface DiscordSelf {
  id: string;
  username: string;
  applicationId: string;
}

/** A channel or thread of a server, as GUILD_CREATE tells. */
export interface ServerChannel {
  id: string;
  guildId: string;
  /** Channel type of the API: 0 text, 5 announcement, 10–12 threads, 15 forum. */
  type: number;
  /** For threads: the channel they are in. */
  parentId: string | null;
  /** For threads: who opened it. */
  ownerId: string | null;
}

/** Times of the connection, milliseconds; changed only by tests. */
export interface GatewayTimes {
  firstRetryMs: number;
  maxRetryMs: number;
  /** Until the server's HELLO, and from IDENTIFY to READY. */
  handshakeMs: number;
  /** Wait after a payload was not stored. */
  storeRetryMs: number;
  /** Least time between two IDENTIFYs of one slot of `max_concurrency`. */
  identifyGapMs: number;
  /** After a refusal that only a person can end: time until it is tried again. */
  refusedRetryMs: number;
  /** How long a live message waits for its turn to read what came before it in its channel. */
  orderWaitMs: number;
  /** How long looking through channels counts as lagging; then it goes on beside the account's work. */
  lagShownMs: number;
  /** By how much our clock and the platform's may differ. */
  clockSkewMs: number;
  /** Calls a second that reading after a gap may take. */
  backfillPerSecond: number;
}

export interface GatewayOptions {
  config: {
    token: string;
    /** Such as `https://discord.com/api`; without a version. */
    apiRoot: string;
    /** Bits of gateway intents; see `INTENTS`. */
    intents: number;
  };
  rest: DiscordRest;
  log: Log;
  clock: Clock;
  onState(state: ConnectionState): void;
  onDetail?(detail: AccountDetail): void;
  /** Somebody else writes in a direct message just now. */
  onTyping?(channelId: string): void;
  /** After every READY, before anything of its session is handed on. */
  onReady(self: DiscordSelf): void;
  /**
   * Stores one payload; `bookmark`, where given, belongs into the same commit. Called for one channel in order, for many
   * at once. Rejected: the same payload comes again.
   */
  take(payload: DiscordGatewayPayload, bookmark?: DiscordBookmark): Promise<void>;
  /**
   * The account's own. `allBookmarks` tells of every channel and direct message with something stored, which is all that is known of the latter:
   * the API has no list of them.
   */
  records: Pick<AccountRecords, 'bookmark' | 'beginAt' | 'allBookmarks'>;
  /** False: a dispatch that is of no use to anybody; it is neither stored nor does it move a bookmark. Default: all are wanted. */
  wants?(payload: DiscordGatewayPayload): boolean;
  /** A dispatch has come that may be handed on; called at once, before it waits for its turn. */
  onArrival?(payload: DiscordGatewayPayload): void;
  /** Whether all that is written in this channel counts, so that it is read after a gap even when nothing of it is stored. */
  covers?(channel: ServerChannel): boolean;
  times?: Partial<GatewayTimes>;
}

/** GUILDS, GUILD_MESSAGES, their reactions, DIRECT_MESSAGES, their reactions and typing, MESSAGE_CONTENT (privileged). */
export const INTENTS = (1 << 0) | (1 << 9) | (1 << 10) | (1 << 12) | (1 << 13) | (1 << 14) | (1 << 15);

/**
 * Receives until aborted; see `open-gateway.ts`. Never rejects for trouble at the platform: that is told as a state.
 */
export type OpenGateway = (options: GatewayOptions, signal: AbortSignal) => Promise<void>;

/** An attachment as the platform knows it now. Its link runs out (`ex` in its query): use it at once, never log or store it. */
export interface FreshAttachment {
  url: string;
  sizeBytes: number | null;
  contentType: string | null;
}

/**
 * Asks for the message of an attachment again, which signs its link anew; null: the message or the attachment is gone. See
 * `refresh-attachment.ts`. @throws {DiscordCallError}
 */
export type RefreshAttachment = (
  rest: DiscordRest,
  place: { channelId: string; messageId: string; attachmentId: string },
  signal: AbortSignal,
) => Promise<FreshAttachment | null>;
