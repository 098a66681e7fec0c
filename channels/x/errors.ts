import type { SendOutcome } from '../../src/core/model/outbound.ts';
import { recordOf } from '../shared/read-unknown.ts';
import { messageKeyOf, snowflakeOf } from './ids.ts';
import { type Problem, readProblem } from './problem.ts';
import { type Headers, resetAfterMs } from './rate-limits.ts';

/** Why a call failed. */
export interface XCallFailure {
  /** HTTP status; null without an answer. */
  status: number | null;
  /** What the answer's body says; null where it is none of the API's. */
  problem: Problem | null;
  /** The platform's words or ours, without secrets and without what was sent. */
  message: string;
  /** Of an answer 429, or of a limit that was named: how long to wait, ms; null: nobody says. */
  retryAfterMs: number | null;
  /** Without an answer: whether the request may have been written. */
  sent: 'no' | 'maybe';
}

/** A call to X that failed. Never holds a token. */
export class XCallError extends Error {
  override readonly name = 'XCallError';
  readonly failure: XCallFailure;

  constructor(call: string, failure: XCallFailure) {
    super(`X ${call}: ${describe(failure)}`);
    this.failure = failure;
  }
}

/** What a delivery was about, as far as its failure depends on it. */
export interface Attempt {
  /** The call shows something to somebody: without an answer nobody knows whether it did. */
  shows: boolean;
  to: 'public' | 'direct';
  /** An earlier attempt of the same part ended without anybody knowing how. */
  afterUnknown: boolean;
}

/** When X asks us to slow down without saying for how long, ms: the length of its windows. */
const DEFAULT_RETRY_AFTER_MS = 15 * 60_000;
/** A refusal without a body of the API is not the API's: its shield holds our address back. */
export const SHIELD_PAUSE_MS = 60_000;

/** Codes of the older API, some of which the newer still gives (docs of v1.1, "Response codes"). */
const CODES = {
  refusedCredentials: new Set([32, 89, 99, 135, 215, 220, 261]),
  /** 64 suspended, 226 looks automated, 326 locked. */
  heldAccount: new Set([64, 226, 326]),
  /** 50, 63, 108 nobody there; 136 blocked us; 150, 349 takes no messages of ours; 179 protected. */
  recipient: new Set([50, 63, 108, 136, 150, 179, 349]),
  slowDown: new Set([88, 185]),
  duplicate: new Set([187]),
  /** Given for messages that arrived, too. */
  ambiguous: new Set([151]),
};
/** Kinds of problems that money mends; `credits` is the cap of spending, which comes with 403. */
const OUT_OF_CREDIT: ReadonlySet<string | null> = new Set(['credits', 'credits-depleted', 'usage-capped']);
const MENDS: Readonly<Record<number, string>> = {
  64: 'the account is suspended: appeal at X',
  144: 'the post is gone',
  186: 'the text is too long',
  226: "X takes us for a machine: log in with X's app, write something by hand, then resume the account",
  326: "X has locked the account: unlock it with X's app, then resume it here",
  354: 'the text is too long',
  385: 'the post that is answered is gone or hidden',
  433: "the post's author restricts who may answer",
};
const NOT_SUMMONED = /only reply to or quote posts where you are mentioned|reply to this conversation is not allowed/iu;
const NO_DIRECT_MESSAGES = /permission to (?:dm|message|send)|cannot (?:send messages to|dm) (?:this user|users)/iu;
const DUPLICATE = /duplicate content/iu;

/** Whether the credits or the cap of the plan are used up. The status varies, so it does not decide. */
export function isOutOfCredit({ status, problem }: XCallFailure): boolean {
  return status === 402 || OUT_OF_CREDIT.has(problem?.kind ?? null);
}

/** Whether X has locked, suspended or doubts the account, so that only a person can go on. */
export function isHeld({ problem }: XCallFailure): boolean {
  return problem !== null && problem.code !== null && CODES.heldAccount.has(problem.code);
}

/** Whether the credentials are refused. */
export function isRefusedToken({ status, problem }: XCallFailure): boolean {
  return status === 401 || (problem !== null && problem.code !== null && CODES.refusedCredentials.has(problem.code));
}

/** A 429 that says that too many streams are open, and nothing of a rate. */
export function isTooManyConnections({ problem }: XCallFailure): boolean {
  return problem?.kind === 'streaming-connection';
}

/** How long a refusal for its rate asks us to wait, ms; null: it is none. */
export function slowDownMs(failure: XCallFailure): number | null {
  const { status, problem, retryAfterMs } = failure;
  if (isTooManyConnections(failure) || isOutOfCredit(failure)) return null;
  const named = problem !== null && problem.code !== null && CODES.slowDown.has(problem.code);
  return status === 429 || status === 420 || named || problem?.kind === 'rate-limit-exceeded'
    ? (retryAfterMs ?? DEFAULT_RETRY_AFTER_MS)
    : null;
}

/** One line for people: what X said, and what they can do. */
export function describe(failure: XCallFailure): string {
  const mend = mendOf(failure);
  return mend === null ? failure.message : `${failure.message} (${mend})`;
}

function mendOf(failure: XCallFailure): string | null {
  if (isOutOfCredit(failure))
    return "the plan's credits or its spending cap are used up: add credits in X's developer console, or raise the cap there";
  const { problem, message } = failure;
  if (problem?.kind === 'client-forbidden')
    return "the app has no access to this: see its plan in X's developer console";
  if (NOT_SUMMONED.test(message)) return 'X takes public answers only where our account was mentioned or quoted';
  return problem === null || problem.code === null ? null : (MENDS[problem.code] ?? null);
}

/** Reads an answer that is no success, or a success that holds nothing but errors. `nowMs`: ms since the epoch. */
export function failureOf(answer: { status: number; headers: Headers; body: unknown }, nowMs: number): XCallFailure {
  const problem = readProblem(answer.body);
  return {
    status: answer.status,
    problem,
    message: problem?.message ?? `status ${answer.status}`,
    retryAfterMs: resetAfterMs(answer.headers, nowMs),
    sent: 'maybe',
  };
}

/**
 * What a failed call means for a delivery. X has no idempotency key, so what is shown and whose fate is open is `unknown`; it must be
 * looked up before anything is sent again.
 */
export function outcomeOf(failure: XCallFailure, attempt: Attempt): SendOutcome {
  const reason = describe(failure);
  const { status, problem } = failure;
  const code = problem?.code ?? null;
  if (isOutOfCredit(failure) || isHeld(failure)) return { kind: 'auth', reason };
  const waitMs = slowDownMs(failure);
  if (waitMs !== null) return { kind: 'rate_limited', retryAfterMs: waitMs };
  if (isRefusedToken(failure)) return { kind: 'auth', reason };
  if (isDuplicate(failure)) {
    return attempt.afterUnknown
      ? { kind: 'sent', externalId: null, note: 'X refused the same text again, so the first attempt had arrived' }
      : { kind: 'invalid', reason };
  }
  if (code !== null && CODES.ambiguous.has(code)) return open(attempt, reason);
  if (isRecipientClosed(failure, attempt)) return { kind: 'forbidden', reason };
  if (status === 403 && problem === null) return { kind: 'transient', reason, retryAfterMs: SHIELD_PAUSE_MS };
  if (status === null) return failure.sent === 'no' ? { kind: 'transient', reason } : open(attempt, reason);
  if (status >= 300 && status < 400) return { kind: 'transient', reason };
  if (status === 409 || isTooManyConnections(failure)) return { kind: 'transient', reason };
  if (status >= 400 && status < 500 && status !== 408) return { kind: 'invalid', reason };
  return open(attempt, reason);
}

/**
 * What a success says of a post or message that was sent: only an id proves it.
 * @param answer its `body` parsed and unchecked
 * @param nowMs ms since the epoch
 */
export function outcomeOfAnswer(
  answer: { status: number; headers: Headers; body: unknown },
  attempt: Attempt,
  nowMs: number,
): SendOutcome {
  const data = recordOf(recordOf(answer.body)?.['data']);
  const id = snowflakeOf(attempt.to === 'public' ? data?.['id'] : data?.['dm_event_id']);
  if (id !== null) {
    return { kind: 'sent', externalId: messageKeyOf({ kind: attempt.to === 'public' ? 'post' : 'direct', id }) };
  }
  if (readProblem(answer.body) !== null) return outcomeOf(failureOf(answer, nowMs), attempt);
  return open(attempt, 'X took the message and gave no id for it');
}

function isDuplicate({ status, problem, message }: XCallFailure): boolean {
  if (problem !== null && problem.code !== null && CODES.duplicate.has(problem.code)) return true;
  return status === 403 && DUPLICATE.test(message);
}

/** Whoever blocked us, is protected, gone, or takes no messages: no retry will change it. */
function isRecipientClosed({ status, problem, message }: XCallFailure, { to }: Attempt): boolean {
  if (problem === null) return false;
  if (problem.code !== null) return CODES.recipient.has(problem.code);
  if (problem.kind === 'not-authorized-for-resource') return true;
  if (to !== 'direct') return false;
  return (
    status === 404 || problem.kind === 'resource-not-found' || (status === 403 && NO_DIRECT_MESSAGES.test(message))
  );
}

function open({ shows }: Attempt, reason: string): SendOutcome & { kind: 'transient' | 'unknown' } {
  return shows ? { kind: 'unknown', reason } : { kind: 'transient', reason };
}
