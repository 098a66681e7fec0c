import type { BotSaid } from '../answer-limits.ts';
import type { Owner } from '../model/conversation.ts';
import type { MessageExtras } from '../model/extras.ts';
import type {
  AccountId,
  ContactId,
  ConversationId,
  DeliveryId,
  IdentityId,
  InstanceId,
  MessageId,
  TeamId,
  ThreadId,
  TurnId,
} from '../model/ids.ts';
import type { InboundEvent } from '../model/inbound.ts';
import type { DeliveryAction, DeliveryClass, RenderedPart } from '../model/outbound.ts';
import type { BotDecision } from './brain.ts';

/** A secret the guard masked, as stored. `sealed` is the encrypted original of an uncertain one. */
export interface StoredFinding {
  id: string;
  rule: string;
  certain: boolean;
  path: string;
  start: number;
  length: number;
  sealed: Buffer | null;
}

/** One event on its way into the store. Ids are candidates: used only where the row does not exist yet. */
export interface IngestItem {
  accountId: AccountId;
  channel: string;
  eventKey: string;
  /** Encrypted payload, or null when it went to the file store. */
  raw: Buffer | null;
  rawBlob: string | null;
  /** Moved in the same transaction. */
  bookmark?: { name: string; epoch: string; position: number; base: number };
  /** The channel's own, ms; left out: what holds for all. */
  reopenWindowMs?: number | undefined;
  content:
    | {
        outcome: 'event';
        event: InboundEvent;
        thanks: boolean;
        /** Asks us to stop: nothing with an hourly limit is said to them by itself any more. */
        stops?: true;
        findings: readonly StoredFinding[];
      }
    | { outcome: 'moved'; fromChatKey: string; toChatKey: string }
    | { outcome: 'filed' | 'parked'; reason: string };
  ids: {
    thread: ThreadId;
    identity: IdentityId;
    contact: ContactId;
    conversation: ConversationId;
    message: MessageId;
    /** One for each attachment of the event. */
    attachments?: readonly string[];
  };
}

/** What became of one event. `due`: its thread has work for a worker now or soon. */
export interface IngestResult {
  status: 'stored' | 'duplicate' | 'parked';
  threadId: ThreadId | null;
  conversationId: ConversationId | null;
  messageId: MessageId | null;
  shard: number | null;
  due: boolean;
}

/** A message waiting for a decision. */
export interface NewMessage {
  id: MessageId;
  seq: number;
  text: string;
  /** The text is ours and says what was sent instead of words; null: the customer wrote it. */
  standIn: MessageExtras['standIn'] | null;
  /** The customer came here from a public place by our button; nothing was asked. */
  arrives: boolean;
  /** What led to it, as the channel noted it. */
  entry: string | null;
}

/** The first open part of a thread: just begun (`sending`) or to be resolved (`unknown`). */
export interface HeadDelivery {
  id: DeliveryId;
  messageId: MessageId;
  state: 'sending' | 'unknown';
  action: DeliveryAction;
  class: DeliveryClass;
  part: RenderedPart;
  target: string | null;
  replyTo: string | null;
  attempt: number;
  /** Calls that may have arrived although nobody knows. */
  ambiguous: number;
  /** Bot output whose conversation has another owner by now. */
  stale: boolean;
  /** An earlier part of its message arrived, or may have: half a message is worse than one that comes late. */
  begun: boolean;
  /** Since its `sending` commit, by the database's clock. */
  ageMs: number;
  /** When it was made, ms since the epoch. */
  createdAtMs: number;
  /** Among others: the `entry` of the message it answers, and the platform's id of the part before it; null in private. */
  around: { entry: string | null; previous: string | null } | null;
}

/** All a worker needs to take the next step on a thread it leases. */
export interface Work {
  threadId: ThreadId;
  token: number;
  accountId: AccountId;
  address: string;
  threadKind: 'private' | 'group' | 'channel';
  contactId: ContactId;
  /** Deaths of workers that drained this thread alone, in a row. */
  aloneDeaths: number;
  conversation: {
    id: ConversationId;
    ownerKind: Owner['kind'];
    ownerVersion: number;
    language: string | null;
    languageHint: string | null;
    memory: Readonly<Record<string, unknown>>;
    secretPending: boolean;
  } | null;
  /** Set when a turn is due; oldest first, at most 50. */
  messages: readonly NewMessage[] | null;
  /** A stored turn that has ended (`done`) or run out of time (`running`). */
  turn: {
    id: TurnId;
    state: 'running' | 'done';
    uptoSeq: number;
    ownerVersion: number;
    output: BotDecision | null;
  } | null;
  delivery: HeadDelivery | null;
  /** What the bot said in this thread before; null where nobody keeps it. */
  botSaid: BotSaid | null;
  /** The database's time when this was read, ms. */
  nowMs: number;
  /**
   * Until when (monotonic ms of this process) a part handed back as `sending` may be called: 800 ms after its commit at the
   * latest, counted from before the statement was sent, so that a process that was stopped in between never calls late.
   */
  callBeforeMs: number;
}

/** How long after its `sending` commit a call may still start, ms. */
export const CALL_WINDOW_MS = 800;

/**
 * After a step: go on with `work`; `released` (with `dueNow`: somebody should be woken); or `fenced`: the lease is
 * somebody else's and nothing of the step was written.
 */
export type StepResult =
  | { status: 'work'; work: Work }
  | { status: 'released'; dueNow: boolean }
  | { status: 'fenced' };

/** A message to be written to the outbox, already rendered. */
export interface OutboundDraft {
  id: MessageId;
  text: string;
  body: object | null;
  class: DeliveryClass;
  causeId: MessageId | null;
  parts: readonly { id: DeliveryId; part: RenderedPart; replyTo: string | null }[];
  /** Buttons and the like, as shown. */
  extras?: MessageExtras;
  /** Uploads that become part of this message. */
  attachmentIds?: readonly string[];
}

interface Step {
  threadId: ThreadId;
  token: number;
  /** Give the lease back after this step even if work is left. */
  release: boolean;
}

/** A bot's or rule's decision on new messages: written whole or, when the owner changed meanwhile, not at all. */
export interface Decision extends Step {
  conversationId: ConversationId;
  ownerVersion: number;
  messageIds: readonly MessageId[];
  messageState: 'answered' | 'routed' | 'parked' | 'filed' | null;
  why: string;
  memory: Readonly<Record<string, unknown>> | null;
  language: string | null;
  handoffTeam: TeamId | null;
  secretTold: boolean;
  urgent: boolean;
  usedTurn: { id: TurnId; state: 'used' | 'superseded' | 'expired' } | null;
  newTurn: { id: TurnId; uptoSeq: number; deadlineMs: number } | null;
  outbound: readonly OutboundDraft[];
  /** Take the turn no sooner than in this time; the messages stay new and nothing else is written. */
  waitMs?: number;
  /** Replaces what is known of what the bot said in the thread. */
  botSaid?: BotSaid;
  /** The first of `outbound` is the greeting: left out if the contact was greeted in another place meanwhile. */
  greets?: boolean;
  /** Beyond so many of these for the contact in a day nothing of it is said, and the conversation goes to this team. */
  automaticLimit?: { perDay: number; perHour?: number; team: TeamId };
  /** Kept for a person to send, where nothing of `outbound` is said. */
  suggestion?: { text: string; messageId: MessageId };
}

/** What one platform call came to, or how an unknown one was resolved. */
export interface Settlement extends Step {
  deliveryId: DeliveryId;
  nextState: 'sent' | 'retry' | 'failed' | 'unknown' | 'needs_review' | 'superseded';
  externalId: string | null;
  /** Of the other messages one call made (an album). */
  moreExternalIds?: readonly string[];
  errorKind: string | null;
  error: string | null;
  retryMs: number | null;
  /** This call may have arrived. */
  ambiguous: boolean;
  /** The platform was not called after all; the attempt does not count. */
  notCalled: boolean;
  blockChatMs: number | null;
  blockAccountMs: number | null;
  unreachable: boolean;
  newAddress: string | null;
}

/** Which due threads to claim. */
export interface ClaimQuery {
  /** Only threads of this shard; null: any. */
  shard: number | null;
  limit: number;
  /** Only what has been due for this long, ms. */
  overdueMs: number;
  suspicion: Suspicion;
}

/**
 * How a thread's last claims ended. 0: cleanly. 1: with its process, among whatever that worked on. 2: so did a claim after that,
 * among few; such a thread is claimed one at a time. A suspect that is claimed by itself counts as drained alone.
 */
export type Suspicion = 0 | 1 | 2;

/** The hot path of the store: one call per batch, fenced by the leases of one instance. */
export interface PipelineStore {
  /** Resolves after the commit. Rejects with StoreUnavailable when nothing was acknowledged. */
  ingest(item: IngestItem): Promise<IngestResult>;
  claim(query: ClaimQuery): Promise<Work[]>;
  decide(decision: Decision): Promise<StepResult>;
  settle(settlement: Settlement): Promise<StepResult>;
  /** Reads a leased thread afresh after a lost answer, or gives the lease back. */
  resume(step: Step): Promise<StepResult>;
  /**
   * Gives back every lease of this instance but those of `working`: what a claim whose answer was lost took. The caller
   * makes sure that no claim is under way.
   */
  reclaim(working: readonly ThreadId[]): Promise<number>;
  /** Stores what a waiting brain said; false when the conversation moved on. */
  finishTurn(id: TurnId, output: BotDecision): Promise<boolean>;
  /**
   * A platform that could not be reached answers again: what waits for its next try there is due now. Answers how many threads.
   */
  hasten(account: AccountId): Promise<number>;
  /** Milliseconds until the nearest thread that is due later, or null. */
  nextDueMs(): Promise<number | null>;
  /** Whether a due thread's last claim ended uncleanly. */
  hasSuspects(): Promise<boolean>;
  /** The instance whose leases these calls carry. Changes when it was declared dead and registered anew. */
  useInstance(id: InstanceId): void;
}
