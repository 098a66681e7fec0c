import { randomUUID } from 'node:crypto';

/** What a bounce says. */
export interface BounceWords {
  recipient: string;
  /** `failed` is final; `delayed`: it goes on trying. */
  action: 'failed' | 'delayed';
  /** Enhanced status (RFC 3463), such as 5.1.1. */
  status: string;
  /** The far server's words. */
  diagnostic: string;
}

/** A delivery status notification for a mail (RFC 3464), to be delivered to its sender with a null sender. */
export function writeBounce(original: Buffer, to: string, from: string, words: BounceWords): Buffer {
  const boundary = `bounce-${randomUUID()}`;
  const text = original.toString('latin1');
  const end = /\r?\n\r?\n/u.exec(text)?.index ?? text.length;
  const head = text.slice(0, end);
  const subject =
    words.action === 'failed' ? 'Undelivered Mail Returned to Sender' : 'Delayed Mail (still being retried)';
  const lines = [
    `From: MAILER-DAEMON@${from} (Mail Delivery System)`,
    `To: ${to}`,
    `Subject: ${subject}`,
    `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${randomUUID()}@${from}>`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=delivery-status; boundary="${boundary}"`,
    '',
    'This is a MIME-encapsulated message.',
    '',
    `--${boundary}`,
    'Content-Description: Notification',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    `This is the mail system at host ${from}.`,
    '',
    words.action === 'failed'
      ? 'Your message could not be delivered to one or more recipients.'
      : 'Your message could not be delivered yet. It will be retried.',
    '',
    `<${words.recipient}>: ${words.diagnostic}`,
    '',
    `--${boundary}`,
    'Content-Description: Delivery report',
    'Content-Type: message/delivery-status',
    '',
    `Reporting-MTA: dns; ${from}`,
    '',
    `Final-Recipient: rfc822; ${words.recipient}`,
    `Original-Recipient: rfc822;${words.recipient}`,
    `Action: ${words.action}`,
    `Status: ${words.status}`,
    `Diagnostic-Code: smtp; ${words.diagnostic}`,
    '',
    `--${boundary}`,
    'Content-Description: Undelivered Message Headers',
    'Content-Type: text/rfc822-headers',
    '',
    head,
    '',
    `--${boundary}--`,
    '',
  ];
  return Buffer.from(lines.join('\r\n').replaceAll(/\r?\n/gu, '\r\n'), 'latin1');
}
