import { crashPoint } from '../../src/core/crash-point.ts';
import type { Correspondent } from '../../src/core/model/letter.ts';
import type { SendOutcome } from '../../src/core/model/outbound.ts';
import type { AccountRecords, FileSource, SendRequest } from '../../src/core/ports/channel.ts';
import type { Log } from '../../src/core/ports/log.ts';
import { outcomeOfFile } from '../shared/file-trouble.ts';
import type { EmailConfig } from './config.ts';
import { describeReply, outcomeOf, type SmtpResult } from './errors.ts';
import { deliveryIdOf, mailboxOf, messageIdFor, ownExternalId, replyAddressFor } from './ids.ts';
import { composeMail, isAddress, type Letter } from './outbound/compose.ts';
import { readPart } from './part.ts';
import type { RawMail } from './transport/outgoing-mail.ts';
import type { SmtpSender } from './transport/smtp-sender.ts';

export interface SendParts {
  config: Pick<EmailConfig, 'id' | 'address' | 'name' | 'replyAddressTag'>;
  records: AccountRecords;
  files: FileSource;
  smtp: SmtpSender;
  log: Log;
  /** Puts a copy where the mailbox keeps what it sent. Best effort, after the outcome. */
  fileSent(raw: RawMail, messageId: string): void;
}

/** Our mark in mails of this account, by which they are known whatever became of their ids. */
export function loopMark(records: Pick<AccountRecords, 'sign'>, accountId: string): string {
  return `parley.${records.sign(`loop:${accountId}`).slice(0, 24)}`;
}

/** Without what is ours and without the same mailbox twice. */
function others(people: readonly Correspondent[], own: string, seen: Set<string>): Correspondent[] {
  return people.filter(({ address }) => {
    const mailbox = address.toLowerCase();
    if (mailboxOf(mailbox) === mailboxOf(own) || seen.has(mailbox)) return false;
    seen.add(mailbox);
    return true;
  });
}

async function rawOf(letter: Letter, files: FileSource): Promise<RawMail> {
  if ((letter.part.files ?? []).length === 0) return composeMail(letter, files).compile().build();
  // Files are read twice rather than held in memory: once for the length, which the server is told before.
  const open = (): AsyncIterable<Uint8Array> => composeMail(letter, files).compile().createReadStream();
  let sizeBytes = 0;
  for await (const piece of open()) sizeBytes += piece.length;
  return { sizeBytes, open };
}

function noteOn(result: SmtpResult): { note?: string } {
  if (result.kind !== 'taken' || result.rejected.length === 0) return {};
  return {
    note: result.rejected
      .map((one) => `not to ${one.address}: ${describeReply(one)}`)
      .join('; ')
      .slice(0, 1_000),
  };
}

/** Name and code of an error of another module; its message may quote what nobody should read. */
function namesOf(error: unknown): { error: string; code: string | null } {
  if (!(error instanceof Error)) return { error: typeof error, code: null };
  return { error: error.name, code: 'code' in error ? String(error.code) : null };
}

/**
 * Sends one part as a mail. Who gets it, what it answers and its ids are the same on every attempt. All trouble that is foreseen is
 * an outcome. A throw is a fault of ours: whoever calls takes it for `unknown`, since it does not tell how far the mail got.
 */
export async function sendMail(parts: SendParts, request: SendRequest, signal: AbortSignal): Promise<SendOutcome> {
  const { config, records, files, smtp, log } = parts;
  if (request.action !== 'send') return { kind: 'invalid', reason: 'a mail that was sent cannot be changed' };
  const deliveryId = deliveryIdOf(request.idempotencyKey);
  const found = await records.correspondence(deliveryId).catch((error: unknown) => {
    log.warn({ deliveryId, ...namesOf(error) }, 'the store does not tell whom a mail answers');
    return undefined;
  });
  if (found === undefined) {
    return { kind: 'transient', reason: 'the store does not tell whom this answers', retryAfterMs: 1_000 };
  }
  if (found === null) return { kind: 'invalid', reason: 'nobody knows whom this answers' };
  const seen = new Set<string>();
  const to = others(found.to, config.address, seen);
  const cc = others(found.cc, config.address, seen);
  const bcc = others(found.bcc, config.address, seen);
  const everybody = [...to, ...cc, ...bcc].map(({ address }) => address);
  const wrong = everybody.find((address) => !isAddress(address));
  if (wrong !== undefined) return { kind: 'invalid', reason: `no mail can be sent to ${wrong.slice(0, 100)}` };
  if (to.length === 0) return { kind: 'invalid', reason: 'the mail has no recipient but ourselves' };

  const sign = (value: string): string => records.sign(value);
  const domain = config.address.slice(config.address.lastIndexOf('@') + 1);
  const messageId = messageIdFor(deliveryId, domain, sign);
  const letter: Letter = {
    part: readPart(request.part),
    correspondence: { ...found, to, cc, bcc },
    messageId,
    from: { name: config.name ?? '', address: config.address },
    replyTo: config.replyAddressTag ? replyAddressFor(config.address, found.threadId, sign) : null,
    loop: loopMark(records, config.id),
  };
  let raw: RawMail;
  try {
    raw = await rawOf(letter, files);
  } catch (error) {
    log.warn({ deliveryId, ...namesOf(error) }, 'a mail cannot be put together');
    return outcomeOfFile(error);
  }
  const result = await smtp.send({ envelope: { from: config.address, to: everybody }, raw }, signal);
  crashPoint('send.answered');
  const outcome = outcomeOf(result, ownExternalId(messageId));
  if (outcome.kind !== 'sent') return outcome;
  parts.fileSent(raw, messageId);
  return { ...outcome, ...noteOn(result) };
}
