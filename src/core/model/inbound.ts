import type { Body } from './body.ts';

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
  /** Entry context such as the payload of a deep link; kept, not shown as text. */
  entry?: string;
}

/** A customer changed a message; it attaches to its original or waits 24 h for it. */
export interface InboundEdit extends EventBase {
  type: 'edit';
  targetExternalId: string;
  text: string;
  body?: Body;
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

export type InboundEvent = InboundMessage | InboundEdit | InboundDelete | InboundReaction;

/**
 * What a channel makes of one payload.
 * - `event`: goes on into a thread.
 * - `filed`: understood and deliberately not a message (noise, our own echo); only its key is kept.
 * - `parked`: not understood; kept raw where a person sees it.
 */
export type Normalised =
  | { outcome: 'event'; event: InboundEvent }
  | { outcome: 'filed'; eventKey: string; reason: string }
  | { outcome: 'parked'; eventKey: string; reason: string };
