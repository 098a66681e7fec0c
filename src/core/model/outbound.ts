import type { OutboundAttachment } from './attachment.ts';
import type { Body } from './body.ts';
import type { Button } from './extras.ts';
import type { ThreadRef } from './inbound.ts';

/** What a use case wants to say, before any channel has rendered it. */
export interface OutboundContent {
  /** May be empty when there are attachments. */
  text: string;
  body?: Body;
  attachments?: readonly OutboundAttachment[];
  /** Rows of buttons, below the last part. */
  buttons?: readonly (readonly Button[])[];
  /** Who reads it, where that changes how much a part may hold; left out: nobody says, and it has to fit anywhere. */
  place?: ThreadRef['kind'];
}

/** `repeatable`: a second copy does no harm. `single`: what a person wrote, links and codes of verification. */
export type DeliveryClass = 'repeatable' | 'single';

export type DeliveryAction = 'send' | 'edit' | 'delete' | 'react';

/** The life of one part on its way out. */
export const DELIVERY_STATES = [
  'scheduled',
  'pending',
  'sending',
  'retry',
  'sent',
  'delivered',
  'read',
  'bounced',
  'failed',
  'unknown',
  'needs_review',
  'superseded',
  'cancelled',
] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** States in which a worker still has something to do. */
export const OPEN_DELIVERY_STATES = ['scheduled', 'pending', 'retry', 'sending', 'unknown'] as const;

/**
 * One part as a channel rendered it: a JSON object only that channel reads back (text with entities, an embed, a mail).
 * Stored on the delivery row, so a later change of the renderer never changes what was decided.
 */
export type RenderedPart = Readonly<Record<string, unknown>>;

/**
 * What one platform call came to. Only `unknown` leaves open whether the customer has it.
 * Every kind but `sent` and `unknown` means: definitely not taken.
 */
export type SendOutcome =
  /**
   * `moreExternalIds`: of the other messages, where one call made several (an album). `note`: what a person should know all the
   * same, such as a recipient of several who was refused.
   */
  | { kind: 'sent'; externalId: string | null; moreExternalIds?: readonly string[]; note?: string }
  | { kind: 'rate_limited'; retryAfterMs: number }
  | { kind: 'transient'; reason: string; retryAfterMs?: number }
  /** The token is refused: the account pauses, its backlog waits. */
  | { kind: 'auth'; reason: string }
  /** The recipient blocked us or is gone: no retry, the contact is marked. */
  | { kind: 'forbidden'; reason: string }
  /** The place or the content is at fault: no retry, say why. */
  | { kind: 'invalid'; reason: string }
  /** The place has a new address: the thread's key moves and the part is sent again. */
  | { kind: 'moved'; threadKey: string }
  | { kind: 'unknown'; reason: string };
