import { z } from 'zod';
import type { SmtpRejection, SmtpReply, SmtpResult, SmtpStep } from '../errors.ts';
import { describeReply } from '../errors.ts';
import type { OutgoingMail } from './outgoing-mail.ts';
import { readReply, rejectionOf } from './smtp-reply.ts';

/** What nodemailer says of a failure, as far as we look. */
const failureShape = z.object({
  code: z.string().optional(),
  originalCode: z.string().optional(),
  responseCode: z.number().optional(),
  response: z.string().optional(),
  command: z.string().optional(),
  message: z.string().default(''),
});
type Failure = z.infer<typeof failureShape>;

const rejectedShape = z.object({ recipient: z.string(), response: z.string(), responseCode: z.number() });

/** Result kinds of a connection that could not be made. */
export type NotOpened = Extract<SmtpResult, { kind: 'refused' | 'auth_refused' | 'not_sent' }>;

/** Codes of Node that tell more than nodemailer's own. */
const CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EDNS: 'dns',
  ETIMEDOUT: 'timeout',
  ETLS: 'tls',
  CERT_HAS_EXPIRED: 'tls',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls',
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls',
};

/** A failure before the server knew us: its name, the connection, TLS, the greeting. */
export function connectFailure(error: unknown): NotOpened {
  const failure = read(error);
  const reply = replyOf(failure);
  if (reply !== null) return { kind: 'refused', at: 'connection', reply, rejected: [] };
  const code = causeOf(failure);
  return { kind: 'not_sent', code, reason: `the mail server cannot be reached (${code}): ${failure.message}` };
}

/** A failure while signing in: 5xx is a refusal of the credentials, all else may pass. */
export function signInFailure(error: unknown): NotOpened {
  const failure = read(error);
  const reply = replyOf(failure);
  if (reply !== null && reply.code >= 500) {
    return { kind: 'auth_refused', reason: `the mail server refuses to let us in: ${describeReply(reply)}` };
  }
  if (reply !== null) {
    return {
      kind: 'not_sent',
      code: 'auth_later',
      reason: `the mail server lets nobody in now: ${describeReply(reply)}`,
    };
  }
  return { kind: 'not_sent', code: causeOf(failure), reason: `the connection was lost at sign-in: ${failure.message}` };
}

/** A failure after sign-in. What cannot be told from the server's words is told by how far the mail was read. */
export function sendFailure(error: unknown, mail: Pick<OutgoingMail, 'ended' | 'begun'>): SmtpResult {
  const failure = read(error);
  const reply = replyOf(failure);
  const rejected = rejectionsOf(error);
  if (reply !== null) return { kind: 'refused', at: stepOf(failure, rejected, mail.begun), reply, rejected };
  if (failure.code === 'EMESSAGE' && failure.command === 'MAIL FROM') {
    const limit = /allowed (\d+)$/u.exec(failure.message)?.[1];
    return { kind: 'too_large', limitBytes: limit === undefined ? null : Number(limit) };
  }
  if (failure.code === 'EENVELOPE') {
    // Found by us, before a word was said; put as a server would (RFC 3463, 3.2).
    const reply = { code: 553, enhanced: '5.1.3', words: failure.message };
    return { kind: 'refused', at: 'recipients', reply, rejected };
  }
  return lost(failure, mail);
}

/** The server's final yes. */
export function takenOf(info: unknown): SmtpResult {
  const { accepted, response } = z.object({ accepted: z.array(z.string()), response: z.string() }).parse(info);
  return { kind: 'taken', accepted, rejected: rejectionsOf(info), words: describeReply(readReply(response, 250)) };
}

/** The connection is gone without an answer. */
function lost(failure: Failure, mail: Pick<OutgoingMail, 'ended' | 'begun'>): SmtpResult {
  const why = failure.message === '' ? causeOf(failure) : failure.message;
  if (mail.ended) return { kind: 'unanswered', reason: `no answer to the whole mail: ${why}` };
  const where = mail.begun ? 'in the middle of the mail' : 'before the mail';
  return {
    kind: 'not_sent',
    code: mail.begun ? 'cut' : causeOf(failure),
    reason: `the connection was lost ${where}: ${why}`,
  };
}

function read(error: unknown): Failure {
  const failure = failureShape.safeParse(error);
  return failure.success ? failure.data : { message: String(error) };
}

function replyOf(failure: Failure): SmtpReply | null {
  const { responseCode, response } = failure;
  if (responseCode === undefined || response === undefined || responseCode < 400) return null;
  return readReply(response, responseCode);
}

function rejectionsOf(from: unknown): SmtpRejection[] {
  const list = z.object({ rejectedErrors: z.array(z.unknown()).default([]) }).safeParse(from);
  if (!list.success) return [];
  return list.data.rejectedErrors.flatMap((one) => {
    const found = rejectedShape.safeParse(one);
    if (!found.success) return [];
    const { recipient, response, responseCode } = found.data;
    return [rejectionOf(recipient, readReply(response, responseCode))];
  });
}

function stepOf(failure: Failure, rejected: readonly SmtpRejection[], begun: boolean): SmtpStep {
  if (failure.command === 'MAIL FROM') return 'sender';
  if (rejected.length > 0) return 'recipients';
  if (begun || failure.command === 'DATA') return 'content';
  return 'connection';
}

function causeOf(failure: Failure): string {
  for (const code of [failure.originalCode, failure.code]) {
    const cause = code === undefined ? undefined : CAUSES[code];
    if (cause !== undefined) return cause;
  }
  return 'lost';
}
