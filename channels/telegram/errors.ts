import type { DeliveryAction, SendOutcome } from '../../src/core/model/outbound.ts';
import { type ThreadAddress, threadKeyOf } from './ids.ts';

/**
 * Why a call brought no result.
 * - `answered`: the Bot API said no (`code` and `description` as it gives them).
 * - `not_sent`: nothing of the request was written.
 * - `unanswered`: it was, or may have been, written; what became of it is not known.
 */
export type CallFailure =
  | { stage: 'answered'; code: number; description: string; retryAfterMs?: number; migrateToChatId?: number }
  | { stage: 'not_sent'; reason: string }
  | { stage: 'unanswered'; reason: string };

/** A Bot API call that brought no result. Never holds the token. */
export class TelegramCallError extends Error {
  override readonly name = 'TelegramCallError';
  readonly method: string;
  readonly failure: CallFailure;

  constructor(method: string, failure: CallFailure) {
    super(`Telegram ${method}: ${describe(failure)}`);
    this.method = method;
    this.failure = failure;
  }
}

/** When Telegram asks us to slow down without saying for how long. */
const DEFAULT_RETRY_AFTER_MS = 5_000;

/** One line for people: what the platform said. */
export function describe(failure: CallFailure): string {
  return failure.stage === 'answered' ? `${failure.code} ${failure.description}`.trim() : failure.reason;
}

/** Whether the Bot API refused the formatting, so that the same text without it may still be taken. */
export function isFormattingRefused(failure: CallFailure): boolean {
  return failure.stage === 'answered' && failure.code === 400 && /entit(?:y|ies)/iu.test(failure.description);
}

/** Whether the token is refused. 404 answers every method of a token that does not exist, and a method the server does not know. */
export function isTokenRefused(failure: CallFailure): boolean {
  if (failure.stage !== 'answered') return false;
  return failure.code === 401 || (failure.code === 404 && !isMethodUnknown(failure));
}

/** Whether the server, an older or smaller one perhaps, has no such method. */
export function isMethodUnknown(failure: CallFailure): boolean {
  return failure.stage === 'answered' && failure.code === 404 && /method not found/iu.test(failure.description);
}

/** Whether an edit, delete or reaction found the message already as wanted. */
export function isAlreadyDone(failure: CallFailure, action: DeliveryAction): boolean {
  if (failure.stage !== 'answered' || failure.code !== 400) return false;
  if (action === 'edit') return /message is not modified/iu.test(failure.description);
  return action === 'delete' && /message to delete not found/iu.test(failure.description);
}

/**
 * What a failed call means for a delivery. A `send` whose fate is open is `unknown`, since the Bot API has no
 * idempotency key; edits, deletes and reactions may be repeated, so for them the same trouble is passing.
 */
export function outcomeOf(failure: CallFailure, action: DeliveryAction, place: ThreadAddress): SendOutcome {
  if (failure.stage === 'answered') return answered(failure, action, place);
  return failure.stage === 'not_sent'
    ? { kind: 'transient', reason: describe(failure) }
    : open(action, describe(failure));
}

function answered(
  failure: CallFailure & { stage: 'answered' },
  action: DeliveryAction,
  place: ThreadAddress,
): SendOutcome {
  const reason = describe(failure);
  const { code } = failure;
  if (failure.migrateToChatId !== undefined) {
    return { kind: 'moved', threadKey: threadKeyOf({ ...place, chatId: failure.migrateToChatId }) };
  }
  if (code === 429) return { kind: 'rate_limited', retryAfterMs: failure.retryAfterMs ?? DEFAULT_RETRY_AFTER_MS };
  if (isTokenRefused(failure)) return { kind: 'auth', reason };
  if (code === 403) return { kind: 'forbidden', reason };
  if (code === 409) return { kind: 'transient', reason };
  if (code >= 400 && code < 500) return { kind: 'invalid', reason };
  return open(action, reason);
}

function open(action: DeliveryAction, reason: string): SendOutcome {
  return action === 'send' ? { kind: 'unknown', reason } : { kind: 'transient', reason };
}
