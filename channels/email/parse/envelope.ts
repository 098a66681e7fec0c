import { type AddressList, parseAddresses } from './mime/addresses.ts';
import { decodeWords } from './mime/encoded-words.ts';
import type { HeaderField } from './mime/header-block.ts';
import { mailDate, messageIds } from './mime/ids-and-date.ts';
import type { MailAddress, MailWarning, ParsedEmail } from './parsed-email.ts';
import { shownDomain } from './shown-domain.ts';

/** What the headers alone say. */
export type Envelope = Pick<
  ParsedEmail,
  | 'from'
  | 'fromName'
  | 'to'
  | 'cc'
  | 'replyTo'
  | 'subject'
  | 'date'
  | 'messageId'
  | 'inReplyTo'
  | 'references'
  | 'returnPath'
  | 'deliveredTo'
  | 'headers'
  | 'warnings'
> & { sender: string };

/** Headers that others judge by: trust, loops, lists, spam. */
const KEPT = new Set([
  'authentication-results',
  'arc-authentication-results',
  'arc-seal',
  'dkim-signature',
  'received-spf',
  'auto-submitted',
  'precedence',
  'list-id',
  'list-unsubscribe',
  'list-unsubscribe-post',
  'list-post',
  'x-auto-response-suppress',
  'x-loop',
  'x-autoreply',
  'x-autorespond',
  'feedback-id',
  'x-spam-flag',
  'x-spam-status',
  'x-spam-score',
  'x-spam-level',
  'x-ms-exchange-organization-scl',
  'x-forefront-antispam-report',
  'sender',
  'resent-from',
  'resent-message-id',
  'x-failed-recipients',
  'x-mailer',
  'user-agent',
  'x-priority',
  'importance',
  'x-original-from',
  'disposition-notification-to',
  'received',
  'envelope-to',
  'x-original-to',
  'delivered-to',
  'return-path',
  'thread-index',
  'thread-topic',
  'content-type',
  'mailing-list',
]);
const MAX_KEPT_EACH = 50;

/** Reads a mail's header fields. @param hint charset of the body, for raw 8-bit without a label */
export function readEnvelope(fields: readonly HeaderField[], hint: string | null): Envelope {
  const all = (name: string): string[] => fields.filter((field) => field.name === name).map((field) => field.value);
  const first = (name: string): string | null => all(name).find((value) => value !== '') ?? null;
  const list = (name: string): AddressList => merged(all(name), hint);
  const from = list('from');
  const author = from.mailboxes.find((mailbox) => mailbox.address !== '') ?? from.mailboxes[0];
  const sender = list('sender').mailboxes[0]?.address ?? '';
  const replyTo = list('reply-to').mailboxes;
  const address = author?.address ?? '';
  const fromName = author?.name ?? '';
  const returnPath = first('return-path');
  return {
    from: address === '' ? null : address,
    fromName,
    to: list('to').mailboxes,
    cc: list('cc').mailboxes,
    replyTo,
    subject: oneLine(decodeWords(first('subject') ?? '', hint)),
    date: mailDate(first('date')),
    messageId: messageIds(first('message-id') ?? first('message-id:') ?? null)[0] ?? null,
    inReplyTo: messageIds(first('in-reply-to'))[0] ?? null,
    references: messageIds(first('references')),
    returnPath: returnPath === null ? null : (/<([^<>]*)>/.exec(returnPath)?.[1] ?? returnPath).trim(),
    deliveredTo: [
      ...new Set(
        ['delivered-to', 'x-original-to', 'envelope-to', 'x-envelope-to', 'x-delivered-to'].flatMap((name) =>
          list(name).mailboxes.map((mailbox) => mailbox.address),
        ),
      ),
    ].filter((one) => one !== ''),
    headers: keptHeaders(fields, hint),
    warnings: warningsOf(from, all('from').length, fromName, address, replyTo),
    sender,
  };
}

function merged(values: readonly string[], hint: string | null): AddressList {
  const lists = values.slice(0, 20).map((value) => parseAddresses(value, hint));
  return { mailboxes: lists.flatMap((list) => list.mailboxes), group: lists.some((list) => list.group) };
}

function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim()
    .toWellFormed();
}

function keptHeaders(fields: readonly HeaderField[], hint: string | null): Record<string, string[]> {
  const headers = new Map<string, string[]>();
  for (const { name, value } of fields) {
    if (!KEPT.has(name)) continue;
    const values = headers.get(name) ?? [];
    if (values.length < MAX_KEPT_EACH) values.push(decodeWords(value.slice(0, 4_000), hint));
    headers.set(name, values);
  }
  return Object.fromEntries(headers);
}

function warningsOf(
  from: AddressList,
  fields: number,
  name: string,
  address: string,
  replyTo: readonly MailAddress[],
): MailWarning[] {
  const warnings: MailWarning[] = [];
  if (fields > 1 || from.mailboxes.length > 1) warnings.push('several_from');
  if (from.group) warnings.push('group_from');
  if (address === '') warnings.push('no_from');
  if (isLookalike(name, address)) warnings.push('lookalike_name');
  const domain = domainOf(address);
  if (replyTo.some((one) => one.address !== '' && domainOf(one.address) !== domain)) warnings.push('reply_to_mismatch');
  if (/[\u061C\u200B-\u200F\u202A-\u202E\u2066-\u2069]/.test(name + address)) warnings.push('bidi_name');
  return warnings;
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}

/** A name that shows another address, or mixes Latin letters with look-alikes of other alphabets within one word. */
function isLookalike(name: string, address: string): boolean {
  const shown = shownDomain(name);
  if (shown !== null && shown !== domainOf(address)) return true;
  return name
    .split(/[^\p{L}]+/u)
    .some(
      (word) =>
        /\p{Script=Latin}/u.test(word) &&
        /\p{Script=Cyrillic}|\p{Script=Greek}|\p{Script=Armenian}|\p{Script=Cherokee}/u.test(word),
    );
}
