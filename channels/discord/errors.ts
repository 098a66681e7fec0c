import type { FetchOutcome } from '../../src/core/model/attachment.ts';
import type { DeliveryAction, SendOutcome } from '../../src/core/model/outbound.ts';
import type { DiscordCallFailure } from './transport/ports.ts';

/** When Discord asks us to slow down without saying for how long, ms. */
const DEFAULT_RETRY_AFTER_MS = 5_000;
/** A refusal without a code of the API is not the API's: its shield holds our address back (topics/rate-limits). */
const SHIELD_PAUSE_MS = 60_000;

/** Codes of the API (topics/opcodes-and-status-codes#json), by what they mean for a message of ours. */
const REFUSED_TOKEN = new Set([40001, 50014]);
/** Cannot send to this user; no server in common any more. */
const UNREACHABLE = new Set([50007, 50278]);
const SLOW_DOWN = new Set([20016, 20028, 20031, 40003]);
const UNKNOWN_MESSAGE = 10008;
/** Already answered; the token of an interaction ran out. */
const TOO_LATE = new Set([40060, 10062]);

/** What people do about it, where the platform's words do not say. */
const MENDS: Readonly<Record<number, string>> = {
  10003: 'the channel is gone',
  10004: 'the server is gone, or we are no longer in it',
  10008: 'the message is gone',
  50001: 'we cannot see this channel: give the bot "View Channel"',
  50013: 'a permission is missing: give the bot "Send Messages", in threads "Send Messages in Threads"',
  50083: 'the thread is archived',
  160005: 'the thread is locked',
  200000: "the server's automod refused the text",
};

/** Whether a message is gone already, as a delete wants it. */
export function isGone({ code }: DiscordCallFailure): boolean {
  return code === UNKNOWN_MESSAGE;
}

/** Whether an answer to an interaction came too late, or was given already: no harm either way. */
export function isTooLate({ code }: DiscordCallFailure): boolean {
  return code !== null && TOO_LATE.has(code);
}

/** Whether the token is refused. */
export function isRefusedToken({ status, code }: DiscordCallFailure): boolean {
  return status === 401 || (code !== null && REFUSED_TOKEN.has(code));
}

/**
 * Whether a refusal will stay one: it is not there, or not for us. One without the API's own code comes from the shield before it, or
 * from something in between, and passes.
 */
export function isSettledRefusal(failure: DiscordCallFailure): boolean {
  const { status, code } = failure;
  if (status === null || status < 400 || status >= 500 || status === 408) return false;
  if (slowDownMs(failure) !== null || isRefusedToken(failure)) return false;
  return status === 404 || code !== null;
}

/** One line for people: what the platform said, and what it means. */
export function describe(failure: DiscordCallFailure): string {
  const mend = failure.code === null ? undefined : MENDS[failure.code];
  return mend === undefined ? failure.message : `${failure.message} (${mend})`;
}

/** How long a refusal for its rate asks us to wait, ms; null: it is none. */
function slowDownMs({ status, code, retryAfterMs }: DiscordCallFailure): number | null {
  return status === 429 || (code !== null && SLOW_DOWN.has(code)) ? (retryAfterMs ?? DEFAULT_RETRY_AFTER_MS) : null;
}

/**
 * What a failed call means for a delivery. A `send` whose fate is open is `unknown`; edits, deletes and reactions may be repeated, so
 * for them the same trouble is passing.
 */
export function outcomeOf(failure: DiscordCallFailure, action: DeliveryAction): SendOutcome {
  const reason = describe(failure);
  const { status, code } = failure;
  const waitMs = slowDownMs(failure);
  if (waitMs !== null) return { kind: 'rate_limited', retryAfterMs: waitMs };
  if (isRefusedToken(failure)) return { kind: 'auth', reason };
  if (code !== null && UNREACHABLE.has(code)) return { kind: 'forbidden', reason };
  if (status === 403 && code === null) return { kind: 'transient', reason, retryAfterMs: SHIELD_PAUSE_MS };
  if (status !== null && status >= 400 && status < 500 && status !== 408) return { kind: 'invalid', reason };
  if (failure.sent === 'no' || action !== 'send') return { kind: 'transient', reason };
  return { kind: 'unknown', reason };
}

/** What a failed look for a customer's file means. */
export function fetchOutcomeOf(failure: DiscordCallFailure): FetchOutcome {
  const reason = describe(failure);
  const { status } = failure;
  const waitMs = slowDownMs(failure);
  if (waitMs !== null) return { kind: 'transient', reason, retryAfterMs: waitMs };
  if (isRefusedToken(failure)) return { kind: 'auth', reason };
  return status !== null && status >= 400 && status < 500 && failure.code !== null
    ? { kind: 'gone', reason }
    : { kind: 'transient', reason };
}
