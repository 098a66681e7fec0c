import type { Capabilities } from '../core/capabilities.ts';
import type { SendOutcome } from '../core/model/outbound.ts';
import type { HeadDelivery, Settlement } from '../core/ports/pipeline-store.ts';

/** The part of a settlement that follows from the platform's answer alone. */
export type Verdict = Omit<Settlement, 'threadId' | 'token' | 'release' | 'deliveryId'>;

/** Longest wait between two attempts that surely did not arrive. */
const MAX_BACKOFF_MS = 300_000;
/** After about a day of attempts a part fails and a person is told. */
const MAX_ATTEMPTS = 300;
/** A refused token is tried again this often. */
const AUTH_PAUSE_MS = 30_000;
/** Before the one repeat of an unknown send: long enough for the platform to finish the first. */
const REPEAT_PAUSE_MS = 500;
/** So long a platform that cannot tell now is asked again, ms: longer than a window of its limits, a quarter of an hour at most. */
const MOST_LOOKING_MS = 20 * 60_000;
const LONGEST_LOOK_PAUSE_MS = 30_000;
/** How often what may be repeated without harm is repeated while its outcome stays unknown. */
const MAX_HARMLESS_REPEATS = 5;

const NEUTRAL: Verdict = {
  nextState: 'retry',
  externalId: null,
  errorKind: null,
  error: null,
  retryMs: null,
  ambiguous: false,
  notCalled: false,
  blockChatMs: null,
  blockAccountMs: null,
  unreachable: false,
  newAddress: null,
};

/** How long a part is tried that surely did not arrive. */
const PATIENCE: NonNullable<Capabilities['patience']> = { maxPauseMs: MAX_BACKOFF_MS, maxAttempts: MAX_ATTEMPTS };

/** Doubling pause, ms: 1 s, 2 s, 4 s … five minutes. When the platform answers again nobody waits for its end. */
export function backoffMs(attempt: number): number {
  return pauseMs(attempt, MAX_BACKOFF_MS);
}

function pauseMs(attempt: number, longestMs: number): number {
  return Math.min(1_000 * 2 ** Math.max(0, attempt - 1), longestMs);
}

/** `failed` promises that nothing arrived; after an unknown attempt nobody can promise that. */
function failed(head: HeadDelivery, kind: string, reason: string): Verdict {
  return {
    ...NEUTRAL,
    nextState: head.ambiguous > 0 ? 'needs_review' : 'failed',
    errorKind: kind,
    error: head.ambiguous > 0 ? `an earlier attempt may have arrived; then: ${reason}` : reason,
  };
}

function retry(head: HeadDelivery, kind: string, reason: string, retryMs: number, patience = PATIENCE): Verdict {
  if (head.attempt >= patience.maxAttempts) {
    return failed(head, kind, `gave up after ${head.attempt} attempts: ${reason}`);
  }
  return { ...NEUTRAL, nextState: 'retry', errorKind: kind, error: reason, retryMs };
}

/** What one platform call came to, as one definite state. @param patience the channel's, where it has its own */
export function verdictOf(head: HeadDelivery, outcome: SendOutcome, patience = PATIENCE): Verdict {
  switch (outcome.kind) {
    case 'sent':
      return {
        ...NEUTRAL,
        nextState: 'sent',
        externalId: outcome.externalId,
        ...(outcome.note === undefined ? {} : { errorKind: 'partly', error: outcome.note }),
        ...(outcome.moreExternalIds === undefined ? {} : { moreExternalIds: outcome.moreExternalIds }),
      };
    case 'rate_limited':
      // Not an attempt: the chat waits, and the account when two chats are refused within 10 s.
      return {
        ...NEUTRAL,
        errorKind: 'rate_limited',
        error: 'the platform asked us to slow down',
        retryMs: outcome.retryAfterMs,
        blockChatMs: outcome.retryAfterMs,
        notCalled: true,
      };
    case 'transient':
      return retry(
        head,
        'transient',
        outcome.reason,
        outcome.retryAfterMs ?? pauseMs(head.attempt, patience.maxPauseMs),
        patience,
      );
    case 'auth':
      return {
        ...NEUTRAL,
        errorKind: 'auth',
        error: outcome.reason,
        retryMs: AUTH_PAUSE_MS,
        blockAccountMs: AUTH_PAUSE_MS,
        notCalled: true,
      };
    case 'forbidden':
      return { ...failed(head, 'forbidden', outcome.reason), unreachable: true };
    case 'invalid':
      return failed(head, 'invalid', outcome.reason);
    case 'moved':
      return {
        ...retry(head, 'moved', 'the chat has a new address', 0),
        newAddress: outcome.threadKey,
      };
    case 'unknown':
      return { ...NEUTRAL, nextState: 'unknown', errorKind: 'unknown', error: outcome.reason, ambiguous: true };
  }
}

/** The platform was not called: the claim was too old or the process is stopping. */
export function notCalled(why: string): Verdict {
  return { ...NEUTRAL, errorKind: 'not_called', error: why, retryMs: 0, notCalled: true };
}

/** A worker died three times while it drained this thread alone: the part is not tried again. */
export function poisoned(head: HeadDelivery): Verdict {
  return failed(head, 'poison', 'a worker ended three times while sending this');
}

/**
 * What becomes of a send nobody knows the outcome of, where the platform drops repeats or cannot be asked:
 * an idempotent channel repeats with the same key; else the class decides, and nothing is sent a third time. A platform that can be
 * asked and cannot tell now is asked again: nothing is repeated on a guess.
 * @param looked what the platform said when it was asked; null when it cannot be asked
 */
export function resolveUnknown(
  head: HeadDelivery,
  capabilities: Pick<Capabilities, 'idempotentSend' | 'repeatsUnknownOnce'>,
  looked: SendOutcome | { kind: 'absent' } | null,
): Verdict {
  const review = (why: string): Verdict => ({
    ...NEUTRAL,
    nextState: 'needs_review',
    errorKind: 'unknown',
    error: why,
  });
  const repeat = (why: string): Verdict => ({
    ...NEUTRAL,
    nextState: 'retry',
    errorKind: 'unknown',
    error: why,
    retryMs: REPEAT_PAUSE_MS,
  });
  if (looked !== null) {
    if (looked.kind === 'sent') return { ...NEUTRAL, nextState: 'sent', externalId: looked.externalId };
    if (looked.kind === 'absent') {
      // Who took over speaks now: what never arrived is not said after all.
      if (head.stale && !head.begun) return { ...NEUTRAL, nextState: 'superseded' };
      return head.ambiguous > MAX_HARMLESS_REPEATS
        ? review('it never appears at the platform')
        : repeat('the platform does not have it: sent again');
    }
  }
  // An edit, delete or reaction changes nothing the second time, nor does a send with the same key where that is dropped.
  if (head.action !== 'send' || capabilities.idempotentSend) {
    return head.ambiguous > MAX_HARMLESS_REPEATS
      ? review('still unknown after several attempts')
      : repeat('sent again: repeating it does no harm');
  }
  if (looked !== null && capabilities.repeatsUnknownOnce !== true)
    return lookAgain(head, looked) ?? review('nobody could tell whether it arrived');
  if (head.stale) return review('a person took over meanwhile');
  if (capabilities.repeatsUnknownOnce === true && head.ambiguous < 2) return repeat('sent once more under the same id');
  if (head.class === 'repeatable' && head.ambiguous < 2) return repeat('sent once more: the first may have been lost');
  return review(head.class === 'single' ? 'probably delivered' : 'probably delivered, also on the second attempt');
}

/** Passing trouble with asking whether a part arrived: it stays as it is, and is asked for a little later. Null: it is no use. */
function lookAgain({ ageMs }: HeadDelivery, looked: SendOutcome | { kind: 'absent' }): Verdict | null {
  if (looked.kind !== 'transient' && looked.kind !== 'rate_limited' && looked.kind !== 'auth') return null;
  const askedFor = looked.kind === 'auth' ? AUTH_PAUSE_MS : (looked.retryAfterMs ?? 0);
  const retryMs = Math.max(askedFor, Math.min(LONGEST_LOOK_PAUSE_MS, Math.max(1_000, ageMs / 4)));
  if (ageMs + retryMs > MOST_LOOKING_MS) return null;
  const error = 'the platform could not say yet whether it arrived; it is asked again';
  return { ...NEUTRAL, nextState: 'unknown', errorKind: 'unknown', error, retryMs };
}
