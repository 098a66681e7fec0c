import type { z } from 'zod';
import type { Capabilities } from '../capabilities.ts';
import type { FetchOutcome } from '../model/attachment.ts';
import type { AccountId } from '../model/ids.ts';
import type { Normalised } from '../model/inbound.ts';
import type { Correspondence } from '../model/letter.ts';
import type { DeliveryAction, OutboundContent, RenderedPart, SendOutcome } from '../model/outbound.ts';
import type { AnsweredPlace, AnswerRefusal, PublicAnswers } from '../rules/public-answers.ts';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import type { PlaceLog } from './place-log.ts';

/** The platform's own limits, applied when an account says nothing else. */
export interface Pace {
  accountPerSecond: number;
  chatPerSecond: number;
  groupPerMinute: number;
  burst: number;
}

/** One call of the platform's send API. */
export interface SendRequest {
  action: DeliveryAction;
  /** External key of the thread. */
  threadKey: string;
  part: RenderedPart;
  /** Platform id of the message that is edited, deleted or reacted to. */
  targetExternalId?: string;
  replyToExternalId?: string;
  /** Of the message that is answered, among others: its `entry`. */
  entry?: string;
  /** Of a later part, among others: what the part of the same message before it is called at the platform. */
  previousExternalId?: string;
  /** When the part was made, ms since the epoch: nothing of it can be older at the platform. */
  madeAtMs: number;
  /** An earlier attempt of this part ended without anybody knowing how. */
  afterUnknown?: true;
  /** The same on every attempt of this part; for platforms that drop repeats. */
  idempotencyKey: string;
}

/**
 * What a state means to the people who look after the account, where `state` alone says too little: the platform refuses the
 * credentials, its webhook is off or somebody else's, a webhook is in a poller's way, another program receives instead of us.
 */
export type AccountTrouble = 'needs_login' | 'webhook_off' | 'webhook_set' | 'second_poller';

/** How a connection stands; shown in health, `doctor` and the page. `code` is stable and for machines. */
export type ConnectionState =
  | { state: 'connecting' }
  | { state: 'connected' }
  /**
   * It receives, but what it receives is old, or more waits at the platform. `behindMs`: age of the newest that came, or how
   * long updates have waited. `waiting`: how many wait there, where the platform says so.
   */
  | { state: 'lagging'; code: string; message: string; mend: string; behindMs: number; waiting?: number }
  /** Passing trouble: it retries by itself. `mend`: what a person can do about it, where there is something. */
  | { state: 'retrying'; code: string; message: string; mend?: string; trouble?: AccountTrouble }
  /** Nothing will change without a person. `mend` says what to do. */
  | { state: 'stopped'; code: string; message: string; mend: string; trouble?: AccountTrouble };

/** What the platform says of the account itself. */
export interface AccountDetail {
  /** How customers find it, such as `@ExampleSupportBot`; null while unknown. */
  name: string | null;
  /**
   * In groups: `all` messages reach us, only those `addressed` to the account, we take none (`off`), or we would take all and
   * the platform's privacy setting hides them (`hidden`); null while unknown.
   */
  groups: 'all' | 'addressed' | 'off' | 'hidden' | null;
  /** What the platform charges, where it does; left out: nothing is known of it. */
  spending?: Spending;
  /** What the account's plan leaves out, in words for people; left out: nothing that is known. */
  lacks?: readonly string[];
}

/** What of a day's budget is spent. Millionths of a US dollar; days are UTC. */
export interface Spending {
  spentMicros: number;
  /** Null: no limit. */
  leftMicros: number | null;
  /** When the next day begins, ms since the epoch. */
  refillsAtMs: number;
}

/** How far a connection has read one place of an account (a mailbox folder). Within an epoch it only moves forward. */
export interface Bookmark {
  /** Changes when positions begin anew. */
  epoch: string;
  position: number;
  /** What was there before us and is none of ours; 0: nothing. */
  base: number;
}

/** What a connection received, with what goes into the same commit. */
export interface InboundPayload {
  data: Buffer;
  /** Moved in the transaction that stores the payload. */
  bookmark?: Bookmark & { name: string };
  /** The message as it came, where `data` is our reading of it: kept as a file of role `original`, unless the guard hid something. */
  original?: Buffer;
}

/**
 * Where a connection puts what it received. Resolves after the commit that stored all of it, so that the caller may then
 * move its cursor. @throws {IngestRefused} when the gateway cannot take it now; nothing is stored and the cursor stays.
 */
export type InboundSink = (payloads: readonly (Buffer | InboundPayload)[]) => Promise<void>;

/** Our own files: for sending, and to keep what a channel holds already. */
export interface FileSource {
  /** The content of a blob, a piece at a time. @throws {FileLost} while reading too; anything else passes */
  open(blobId: string): AsyncIterable<Uint8Array>;
  /** Keeps content and answers its blob id once the disk has it. @throws {BlobError} `too-large` */
  put(content: Uint8Array): Promise<string>;
}

/** What a channel keeps for itself between its processes and over restarts, sealed. Values are opaque text. */
export interface AccountMemory {
  read(name: string): Promise<string | null>;
  /** Runs `act` while no other process does for this account and name; `write` is committed when it resolves. */
  exclusively<T>(
    name: string,
    act: (current: string | null, write: (next: string) => Promise<void>) => Promise<T>,
  ): Promise<T>;
}

/** What a channel may ask of the store about its own account. All reject with `StoreUnavailable` while it is away. */
export interface AccountRecords {
  bookmark(name: string): Promise<Bookmark | null>;
  /**
   * Where reading begins, at the first start and in a new epoch. Some channels carry their bookmark with what is stored
   * (`InboundPayload.bookmark`), others move it by this after each commit (X, Discord): within an epoch it only moves forward.
   */
  beginAt(name: string, bookmark: Bookmark): Promise<void>;
  /** Every bookmark of the account, the furthest position first. */
  allBookmarks(): AsyncIterable<Bookmark & { name: string }>;
  /** Of these event keys those that are stored. */
  known(eventKeys: readonly string[]): Promise<string[]>;
  /** Of these platform ids those that messages of the account have already, ours or theirs. */
  taken(externalIds: readonly string[]): Promise<string[]>;
  /** What an outgoing letter needs besides its part; null: there is no such part. */
  correspondence(deliveryId: string): Promise<Correspondence | null>;
  memory: AccountMemory;
  /** What customers see, where no platform keeps it. */
  places: PlaceLog;
  /** A keyed digest of ours that nobody else can make, hex; for ids that are recognised when they come back. */
  sign(value: string): string;
}

/** What a channel gets when one of its accounts is made. */
export interface ChannelDeps {
  log: Log;
  clock: Clock;
  /** Reports the connection's state; may be called at any time. */
  onState(state: ConnectionState): void;
  /** Reports what was learned of the account itself; may be called at any time. */
  onDetail?(detail: AccountDetail): void;
  /** Best effort: the customer of this thread writes just now. Never stored; may be called as often as the platform tells. */
  onTyping?(threadKey: string): void;
  files: FileSource;
  records: AccountRecords;
}

/** A request to an account's webhook, before anything of it is trusted. */
export interface WebhookRequest {
  method: 'GET' | 'POST';
  /** What stands behind the question mark; a name that stands there twice is left out. */
  query: Readonly<Record<string, string>>;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Buffer;
  /** Who asks, as far as the trusted proxies tell: an IP address, for limits. */
  address: string;
}

/**
 * `accept`: hand the body to ingest, then 2xx; `body`: what is kept instead of it, where the account adds what it knows at that moment.
 * `answer`: a question of the platform, to which this is the answer; nothing is stored. `refuse`: answer with this status and text.
 */
export type WebhookVerdict =
  | { verdict: 'accept'; body?: Buffer }
  | { verdict: 'answer'; contentType: string; body: string }
  | { verdict: 'refuse'; status: number; message: string };

/** A request of a customer's browser to an account that serves customers itself, before anything of it is trusted. */
export interface ServedRequest {
  method: string;
  /** Below the account's own address, beginning with a slash, with its query. */
  path: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /**
   * Reads the body, once: after who asks was judged, so that nobody fills our memory who may not.
   * @throws {BodyTooLarge} as soon as it shows to be larger; anything else: the other side is gone
   */
  body(maxBytes: number): Promise<Buffer>;
  /** Who asks, as far as the trusted proxies tell: an IP address, for limits. */
  address: string;
  /** The host that was asked, with its port. */
  host: string;
  /** Aborted when the other side is gone or we stop. */
  signal: AbortSignal;
}

/** What is answered; a body in pieces goes out as they come, until it ends or the request's signal is aborted. */
export interface ServedAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string | Buffer | AsyncIterable<string | Uint8Array>;
}

/** One finding of `parley doctor`. */
export interface ProbeResult {
  ok: boolean;
  message: string;
  /** What to do; absent when ok. */
  mend?: string;
}

/** How an account's owner lets us act for it, where the platform asks them in their browser. */
export interface OwnerConsent {
  /**
   * @param redirectUri where the platform sends the owner's browser afterwards; it has to be known to it
   * @returns the page to open, and what `finish` needs, to be shown to nobody
   * @throws what says what is missing in the configuration
   */
  begin(redirectUri: string): { url: string; kept: string };
  /**
   * Keeps what the platform grants in the account's memory; running processes find it there.
   * @param redirectUrl where the browser was sent, whole
   * @returns whose consent it was, such as `@ExampleSupport`; null: the platform did not say
   * @throws what says why it was not granted
   */
  finish(redirectUrl: string, kept: string, signal: AbortSignal): Promise<{ name: string | null }>;
}

/** One connected account of ours on one platform. */
export interface ChannelAccount {
  readonly id: AccountId;
  readonly channel: string;
  readonly capabilities: Capabilities;
  /** Pacing in force for this account, or null when it is off. */
  readonly pace: Pace | null;
  /** How much one render may cost is bounded: splits at block boundaries, never cuts silently. Pure. */
  render(content: OutboundContent): RenderedPart[];
  /**
   * Turns one payload as received (already guarded) into events. Pure; never throws for bad input: what it cannot read
   * is `parked`. One payload may hold several events.
   */
  normalise(payload: unknown): Normalised[];
  /**
   * Leaves out of a guarded payload what says the same again in a form the guard does not see through (formatted text). Called only
   * where the guard has hidden something. Pure.
   */
  withoutCopies?(payload: unknown): unknown;
  /**
   * Where a customer presses a button with the data `GO_PRIVATE` in a public place, the account opens a private one, and the press comes
   * in there as a message that `continues` the public one. Our answers in public then carry that button. Where the channel has no
   * buttons it shows the way in a manner of its own, and what comes in private then `meetsAgain`.
   */
  readonly opensPrivately?: true;
  /** What the bot may say by itself where others read it; left out: what it says everywhere. */
  readonly publicAnswers?: PublicAnswers;
  /**
   * Why an answer cannot be sent to a place, as far as that is known before: the composer says so, and the bot does not try. Pure.
   * @param place its key and kind, and the `entry` of the message that would be answered
   */
  refusalFor?(place: AnsweredPlace): AnswerRefusal | null;
  /** Most decisions a day in which the bot answers one contact by itself, where the channel has such a limit (RFC 3834, 2). */
  readonly automaticAnswersPerDay?: number;
  /** One platform call. Never retries by itself. Failures are outcomes; a throw counts as `unknown`. */
  send(request: SendRequest, signal: AbortSignal): Promise<SendOutcome>;
  /** Longest `send` may take for a part, ms; left out: what every call may. Only uploads take longer than 10 s. */
  sendTimeMs?(part: RenderedPart): number;
  /**
   * Asks the platform for a file of a message, from `offset` bytes on. Failures are outcomes; a throw counts as transient. The
   * outcome, its reason and every error of the body are free of tokens and of links that hold one.
   */
  fetchFile?(
    remote: Readonly<Record<string, unknown>>,
    options: { offset: number; maxBytes: number },
    signal: AbortSignal,
  ): Promise<FetchOutcome>;
  /** Best effort: tells the platform that what it waits for (a press on a button) has come. After the commit. */
  acknowledge?(what: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<void>;
  /** Best effort "is typing". */
  typing?(threadKey: string, signal: AbortSignal): Promise<void>;
  /** Asks the platform whether an unknown send arrived. Only with `capabilities.reconcile`. */
  reconcile?(request: SendRequest, signal: AbortSignal): Promise<SendOutcome | { kind: 'absent' }>;
  /** Receives until aborted (poller, socket, IMAP). Absent where the account is fed by its webhook alone. */
  receive?(sink: InboundSink, signal: AbortSignal): Promise<void>;
  /** Judges a webhook request. Absent where the account has no webhook. */
  verifyWebhook?(request: WebhookRequest): WebhookVerdict;
  /**
   * Answers customers' browsers below `/chat/<account>/`, in every process that takes what comes in, and hands what they write to the
   * sink. For channels without a platform: who may ask, from which pages, and how often is judged here.
   * @throws where the store is away; the caller answers 503
   */
  serve?(request: ServedRequest, sink: InboundSink): Promise<ServedAnswer>;
  /** Registers or removes the webhook at the platform; called only by the account's owner instance. */
  registerWebhook?(url: string, signal: AbortSignal): Promise<void>;
  /**
   * Looks how the account stands at the platform, reports it and mends what it may (a webhook somebody removed). Called by
   * the owner instance alone, about once a minute. `url`: where the webhook belongs; null when no public address is configured.
   * @throws when the platform could not be asked; the state was reported
   */
  watch?(url: string | null, signal: AbortSignal): Promise<void>;
  /** Asks the account's owner at the platform for consent. Absent where the configured credentials are all it takes. */
  consent?: OwnerConsent;
  /** Checks credentials and reachability, for `doctor`. */
  probe(signal: AbortSignal): Promise<ProbeResult>;
  /** Frees sockets. */
  close(): Promise<void>;
}

/** One kind of channel. `channels/registry.ts` lists them. */
export interface ChannelFactory<Config extends { id: string; channel: string } = { id: string; channel: string }> {
  readonly channel: string;
  readonly capabilities: Capabilities;
  /** Schema of one entry of `accounts:`; strict, so that unknown keys are errors. */
  readonly configSchema: z.ZodType<Config>;
  create(config: Config, deps: ChannelDeps): ChannelAccount;
}
