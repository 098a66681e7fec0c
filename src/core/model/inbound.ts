import type { InboundAttachment } from './attachment.ts';
import type { Body } from './body.ts';
import type { MessageExtras } from './extras.ts';

/** Where in a platform something was written. `key` is unique per account and never shown to people. */
export interface ThreadRef {
  key: string;
  kind: 'private' | 'group' | 'channel';
  /** The place whose limits this thread shares with others, such as its group; left out: `key`. */
  chatKey?: string;
  title?: string;
}

/** Who wrote, as the platform tells it. `externalId` is the lasting id, never a handle. */
export interface AuthorRef {
  externalId: string;
  /** The external id where the platform did not tell their name with this event: what is known of them then stays. */
  displayName: string;
  handle?: string;
  /** BCP 47 tag as the platform gives it; a hint for the first answer's language. */
  languageCode?: string;
  isBot: boolean;
}

interface EventBase {
  /** Unique per account over every event the platform may deliver, redeliveries included. */
  eventKey: string;
  /** The platform's time of the event, ms since the epoch. */
  occurredAtMs: number | null;
  thread: ThreadRef;
  author: AuthorRef;
}

/** A customer's message. */
export interface InboundMessage extends EventBase {
  type: 'message';
  /** The platform's id of the message, scoped so that it is unique per account. */
  externalId: string;
  /** Well-formed UTF-16 without NUL. */
  text: string;
  body?: Body;
  replyToExternalId?: string;
  /** The platform does not say where it stands: in the thread of what it answers, if that is this author's; else `thread` holds. */
  joinsAnswered?: true;
  /** Entry context such as the payload of a deep link; kept, not shown as text. */
  entry?: string;
  extras?: MessageExtras;
  /** Files, in order; fetched after the message is stored. */
  attachments?: readonly InboundAttachment[];
  /**
   * Unique per account: messages with the same key are one message of several files. The first that is stored makes it, the
   * others add their file and words to it, however late they come.
   */
  albumKey?: string;
  /** Of an album, and of interest only if another file of it is: filed where nothing of the album is stored yet. */
  joinsOnly?: true;
  /**
   * Stored and shown, and nobody has to answer: why, as a stable code such as `spam`, `machine`, `auto_reply`. It wakes, reopens
   * and moves nothing.
   */
  filedAs?: string;
  /**
   * It depends on whether we have met the author: `filedAs` holds only for strangers, and what comes in private goes on with the public
   * conversation in which they were shown the way.
   */
  meetsAgain?: true;
  /** Of the conversation it may begin. */
  subject?: string;
  /** Everybody who takes part, the author among them. */
  participants?: readonly Participant[];
  /** What it says it belongs to. It joins the first of these whose thread the author takes part in, else `thread` stands. */
  references?: References;
  /**
   * Thread key of a public place of the same account in which this customer began what goes on here: that conversation ends there and
   * knows this one.
   */
  continues?: string;
  /** What the platform waits for once this is stored (a press on a button); handed to `acknowledge`, never stored. */
  acknowledge?: Readonly<Record<string, unknown>>;
}

/** A customer changed a message; it attaches to its original or waits 24 h for it. */
export interface InboundEdit extends EventBase {
  type: 'edit';
  targetExternalId: string;
  text: string;
  body?: Body;
  extras?: MessageExtras;
  /** The message's file after the edit; left out where it had none. */
  attachments?: readonly InboundAttachment[];
  /** Of interest only if its message is stored: filed where it is not, and not waited for. */
  joinsOnly?: true;
}

/** A customer removed a message. */
export interface InboundDelete extends EventBase {
  type: 'delete';
  targetExternalId: string;
}

/** A customer's reactions on a message, the whole new set. */
export interface InboundReaction extends EventBase {
  type: 'reaction';
  targetExternalId: string;
  emoji: string[];
}

/** A customer blocked us, or can be written to again. */
export interface InboundReach extends EventBase {
  type: 'reach';
  reachable: boolean;
}

/** Somebody in a thread of several people. */
export interface Participant {
  /** The platform's lasting id of the person. */
  externalId: string;
  /** May be empty. */
  name: string;
  role: 'customer' | 'copied';
  /** The platform vouches that it was they who wrote. */
  proven: boolean;
}

/** How an event names what it belongs to, most certain first in each list. */
export interface References {
  /** Who must take part in the thread, as in {@link Participant}. */
  participant: { externalId: string; proven: boolean };
  /** Threads and parts of ours, from ids we signed. */
  threadIds: readonly string[];
  deliveryIds: readonly string[];
  /** Platform ids of messages; each ends in `#`, and stands for every id of which that is the beginning up to its first `#`. */
  externalIds: readonly string[];
}

/** What became of a message of ours after it was sent. It attaches to its part or waits for its fate; nothing else comes of it. */
export interface InboundReceipt extends EventBase {
  type: 'receipt';
  /** As the other side names it. */
  targetExternalId: string;
  /** The part; one whose fate nobody knows has no other name yet. */
  targetDeliveryId: string;
  /** `read`: this part and every earlier one of its thread. */
  fate: 'bounced' | 'delayed' | 'complaint' | 'read';
  /** The other side's words. */
  text: string;
  /** Nobody can be reached there any more. */
  unreachable: boolean;
}

export type InboundEvent =
  | InboundMessage
  | InboundEdit
  | InboundDelete
  | InboundReaction
  | InboundReach
  | InboundReceipt;

/**
 * What a channel makes of one payload.
 * - `event`: goes on into a thread.
 * - `moved`: a place has a new address; its threads follow. Keys as in `chatKey`.
 * - `filed`: understood and deliberately not a message (noise, our own echo); only its key is kept.
 * - `parked`: not understood; kept raw where a person sees it.
 */
export type Normalised =
  | { outcome: 'event'; event: InboundEvent }
  | { outcome: 'moved'; eventKey: string; fromChatKey: string; toChatKey: string }
  | { outcome: 'filed'; eventKey: string; reason: string }
  | { outcome: 'parked'; eventKey: string; reason: string };
