import type { Normalised } from '../../src/core/model/inbound.ts';
import { payloadDigest } from '../shared/payload-digest.ts';
import { deliveryOf, mailboxOf, type Sign } from './ids.ts';
import { readLetter } from './inbound/letter.ts';
import { readReceipt } from './inbound/receipt.ts';
import { type MailPayload, mailPayload } from './payload.ts';

export interface MailContext {
  /** Our own address. */
  address: string;
  sign: Sign;
  /** Our mark against loops. */
  loop: string;
}

/** One mail, as events know it. */
export interface ReadMail {
  eventKey: string;
  payload: MailPayload;
  mail: NonNullable<MailPayload['mail']>;
}

/** Whether it is ours: one of our own ids, our mark against loops, or our own address as the sender. */
function isOwn({ mail }: ReadMail, { address, sign, loop }: MailContext): boolean {
  if (mail.messageId !== null && deliveryOf(mail.messageId, sign) !== null) return true;
  if (mail.ownLoop === loop) return !mail.isBounce && !mail.isFeedback;
  return mail.from !== null && mailboxOf(mail.from) === mailboxOf(address);
}

/** Turns one mail, as `payload.ts` keeps it, into events. Pure; what it cannot read is parked. */
export function normaliseMail(payload: unknown, context: MailContext): Normalised[] {
  const checked = mailPayload.safeParse(payload);
  if (!checked.success) {
    return [
      { outcome: 'parked', eventKey: `unknown:${payloadDigest(payload)}`, reason: 'no mail as this version keeps it' },
    ];
  }
  const { place, mail, unreadable } = checked.data;
  const eventKey = eventKeyOf(place);
  if (mail === null) return [{ outcome: 'parked', eventKey, reason: unreadable ?? 'the mail could not be read' }];
  const read: ReadMail = { eventKey, payload: checked.data, mail };
  if (isOwn(read, context)) return [{ outcome: 'filed', eventKey, reason: 'our own mail' }];
  return [readReceipt(read, context) ?? readLetter(read, context)];
}

/** Unique for every mail of an account, as long as the server keeps its numbers (RFC 3501, 2.3.1.1). */
export function eventKeyOf({
  folder,
  uidValidity,
  uid,
}: Pick<MailPayload['place'], 'folder' | 'uidValidity' | 'uid'>): string {
  return `${folder}:${uidValidity}:${uid}`;
}
