import { createHmac } from 'node:crypto';
import type { MailContext } from '../../../../channels/email/normalise.ts';
import type { MailPayload } from '../../../../channels/email/payload.ts';

export const sign = (value: string): string => createHmac('sha256', 'a key of this test').update(value).digest('hex');

export const context: MailContext = { address: 'support@example.com', sign, loop: 'parley.mark' };

type Mail = NonNullable<MailPayload['mail']>;

/** A plain mail of Ana's to us, whose sender is proven; with what differs. */
export function mailPayload(mail: Partial<Mail> = {}, rest: Partial<Omit<MailPayload, 'mail'>> = {}): MailPayload {
  return {
    v: 1,
    place: { folder: 'INBOX', uidValidity: '7', uid: 3, spam: false, internalDateMs: 1_700_000_000_000 },
    digest: 'digest-of-it',
    trust: { proof: 'proven', reason: 'signed by customer.example' },
    unreadable: null,
    ...rest,
    mail: {
      from: 'Ana@Customer.example',
      fromName: 'Ana Lee',
      to: [{ name: '', address: 'support@example.com' }],
      cc: [],
      replyTo: [],
      subject: 'Where is my withdrawal?',
      messageId: 'one@customer.example',
      inReplyTo: null,
      references: [],
      text: 'It is gone.\n\n-- \nAna',
      replyText: 'It is gone.',
      html: null,
      files: [],
      autoSubmitted: false,
      isBounce: false,
      isFeedback: false,
      dsn: [],
      originalMessageId: null,
      crypto: { kind: 'none', method: null },
      calendar: null,
      warnings: [],
      returnPath: 'ana@customer.example',
      deliveredTo: [],
      reasons: [],
      autoReplied: false,
      ownLoop: null,
      ...mail,
    },
  };
}
