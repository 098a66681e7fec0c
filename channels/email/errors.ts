import { ParleyError } from '../../src/core/errors.ts';
import type { SendOutcome } from '../../src/core/model/outbound.ts';

/**
 * Thrown by whoever takes a received mail: this mail itself cannot be read, so that trying the same again is of no use
 * for ever. It is handed over three times; the third time its taker parks it.
 */
export class MailUnreadable extends ParleyError {
  constructor(reason: string, cause?: unknown) {
    super('mail_unreadable', `this mail cannot be read: ${reason}`, {
      mend: 'it is parked after the third try; look at it in the list of parked mails',
      cause,
    });
  }
}

/** The provider no longer lets us in with what we have. Nothing changes without a person. */
export class NeedsLogin extends ParleyError {
  constructor(message: string, mend: string, cause?: unknown) {
    super('needs_login', message, { mend, cause });
  }
}

/** A token could not be had just now; the next try may well work. */
export class TokenUnavailable extends ParleyError {
  constructor(message: string, cause?: unknown) {
    super('token_unavailable', message, { mend: 'nothing: it is asked for again', cause });
  }
}

/** A server's answer in SMTP (RFC 5321, 4.2), cut to what people need. */
export interface SmtpReply {
  code: number;
  /** Enhanced status code (RFC 3463), such as 5.1.1; null where the server gives none. */
  enhanced: string | null;
  /** The server's words without the codes; at most 500 characters. */
  words: string;
}

/** One recipient the server did not take the mail for. */
export interface SmtpRejection extends SmtpReply {
  address: string;
  /** Lower case; what back-off by destination goes by. */
  domain: string;
}

/**
 * What one try to hand a mail over came to.
 * - `taken`: for at least one recipient.
 * - `refused`: the server said no; nobody has it. `at`: to which step.
 * - `auth_refused`: the credentials are refused for good.
 * - `too_large`: the server told its limit and we did not begin. `limitBytes`: null when it did not tell it.
 * - `not_sent`: lost before the end of the mail was written, so that nobody can have it.
 * - `unanswered`: lost after the end of the mail was written, or may have been, and before the answer.
 */
export type SmtpResult =
  | { kind: 'taken'; accepted: readonly string[]; rejected: readonly SmtpRejection[]; words: string }
  | { kind: 'refused'; at: SmtpStep; reply: SmtpReply; rejected: readonly SmtpRejection[] }
  | { kind: 'auth_refused'; reason: string }
  | { kind: 'too_large'; limitBytes: number | null }
  | { kind: 'not_sent'; code: string; reason: string }
  | { kind: 'unanswered'; reason: string };

export type SmtpStep = 'connection' | 'sender' | 'recipients' | 'content';

/** The provider's limit for a day: it says 5xx, but means later. */
const QUOTA_WAIT_MS = 3_600_000;
/** Statuses that say the recipient's mailbox is not there (RFC 3463, 3.2 and 3.3). */
const NO_SUCH_MAILBOX = new Set(['5.1.1', '5.1.6', '5.1.10', '5.2.1']);
const NO_SUCH_WORDS =
  /user unknown|unknown user|no such (?:user|recipient|mailbox|address)|(?:user|mailbox|account|recipient) (?:not found|does not exist|doesn't exist|unavailable|is disabled)/iu;

/** Whether a refusal says that this address does not exist or takes no more mail for good. */
export function isUnknownRecipient(reply: SmtpReply): boolean {
  if (reply.code < 500) return false;
  if (reply.enhanced !== null) return NO_SUCH_MAILBOX.has(reply.enhanced);
  return [550, 551, 553].includes(reply.code) && NO_SUCH_WORDS.test(reply.words);
}

/** One line for people: what the server said. */
export function describeReply({ code, enhanced, words }: SmtpReply): string {
  return [code === 0 ? '' : String(code), enhanced ?? '', words].filter((part) => part !== '').join(' ');
}

/**
 * What a try means for a delivery. Only `unanswered` leaves open whether somebody has the mail.
 * @param messageId of the mail; its platform id once it is taken
 */
export function outcomeOf(result: SmtpResult, messageId: string): SendOutcome {
  switch (result.kind) {
    case 'taken':
      return { kind: 'sent', externalId: messageId };
    case 'refused':
      return refused(result);
    case 'auth_refused':
      return { kind: 'auth', reason: result.reason };
    case 'too_large': {
      const limit = result.limitBytes === null ? '' : ` (its limit is ${result.limitBytes} bytes)`;
      return { kind: 'invalid', reason: `the mail is larger than the server takes${limit}` };
    }
    case 'not_sent':
      return { kind: 'transient', reason: result.reason };
    case 'unanswered':
      return { kind: 'unknown', reason: result.reason };
  }
}

function refused({ at, reply, rejected }: SmtpResult & { kind: 'refused' }): SendOutcome {
  const reason = describeReply(reply);
  // Refused as whom we are, not for this mail: the next one would be refused as well, and later perhaps none.
  if (at === 'connection') return { kind: 'transient', reason };
  if (reply.code === 530) return { kind: 'auth', reason };
  if (reply.enhanced === '5.4.5') return { kind: 'rate_limited', retryAfterMs: QUOTA_WAIT_MS };
  const replies: readonly SmtpReply[] = at === 'recipients' && rejected.length > 0 ? rejected : [reply];
  // One recipient that may still take it makes the mail worth another try.
  const later = replies.find(({ code }) => code < 500);
  if (later !== undefined) return { kind: 'transient', reason: describeReply(later) };
  return replies.every(isUnknownRecipient) ? { kind: 'forbidden', reason } : { kind: 'invalid', reason };
}
