import type { InboundReceipt, Normalised } from '../../../src/core/model/inbound.ts';
import { nameLine } from '../../shared/well-formed.ts';
import { deliveryOf, ownExternalId } from '../ids.ts';
import type { MailContext, ReadMail } from '../normalise.ts';

/** Nobody is reached there by any mail (RFC 3463, 3.2 and 3.3): unknown mailbox, moved, null MX, mailbox disabled. */
const HOPELESS = new Set(['5.1.0', '5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10', '5.2.1']);
const MAX_WORDS = 1_000;

type Report = ReadMail['mail']['dsn'][number];

function wordsOf(report: Report | undefined): string {
  if (report === undefined) return 'the mail came back';
  const parts = [report.recipient, report.status ?? '', report.diagnostic].filter((part) => part !== '');
  return nameLine(parts.join(' · '), MAX_WORDS);
}

/**
 * What a bounce, a delay or a complaint says of a mail of ours; null: it is none of these, or of no mail of ours, by an id that
 * nobody else can make (RFC 3464, 5965).
 */
export function readReceipt({ eventKey, payload, mail }: ReadMail, { sign }: MailContext): Normalised | null {
  if (!mail.isBounce && !mail.isFeedback) return null;
  const about = [mail.originalMessageId, mail.inReplyTo, ...mail.references.toReversed()];
  const messageId = about.find((id): id is string => id !== null && deliveryOf(id, sign) !== null);
  const deliveryId = messageId === undefined ? null : deliveryOf(messageId, sign);
  if (messageId === undefined || deliveryId === null) return null;
  const failed = mail.dsn.find(({ action, status }) => action === 'failed' && !(status ?? '').startsWith('4'));
  const delayed = mail.dsn.find(({ action, status }) => action === 'delayed' || (status ?? '').startsWith('4'));
  const harmless = mail.isBounce && failed === undefined && delayed === undefined && mail.dsn.length > 0;
  if (harmless) return { outcome: 'filed', eventKey, reason: 'a report of a mail that arrived' };
  const report = failed ?? delayed;
  const fate = mail.isFeedback ? 'complaint' : failed === undefined && delayed !== undefined ? 'delayed' : 'bounced';
  const event: InboundReceipt = {
    type: 'receipt',
    eventKey,
    occurredAtMs: payload.place.internalDateMs,
    thread: { key: `receipt:${deliveryId}`, kind: 'private' },
    author: { externalId: `receipt:${deliveryId}`, displayName: '', isBot: true },
    targetExternalId: ownExternalId(messageId),
    targetDeliveryId: deliveryId,
    fate,
    text: mail.isFeedback ? 'the recipient reported the mail as spam' : wordsOf(report),
    unreachable: mail.isFeedback || (fate === 'bounced' && HOPELESS.has(report?.status ?? '')),
  };
  return { outcome: 'event', event };
}
