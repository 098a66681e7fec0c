import { reportGroups } from './parse/bounce/delivery-status.ts';
import { judgeBounce } from './parse/bounce/judge-bounce.ts';
import { bodyHtml, bodyText, type MailContent, readContent } from './parse/content.ts';
import { type Envelope, readEnvelope } from './parse/envelope.ts';
import { sanitiseHtml } from './parse/html/sanitise.ts';
import { LIMITS } from './parse/limits.ts';
import { machineReasons } from './parse/machine-mail.ts';
import { parseAddresses } from './parse/mime/addresses.ts';
import { firstValue } from './parse/mime/header-block.ts';
import { messageIds } from './parse/mime/ids-and-date.ts';
import { type MimePart, type MimeTree, walkMail } from './parse/mime/walk.ts';
import type {
  MailAttachment,
  MailCalendar,
  MailTruncation,
  MailWarning,
  ParsedEmail,
  PrintableEmail,
} from './parse/parsed-email.ts';
import { chooseReply } from './parse/reply/choose-reply.ts';

export type {
  DeliveryReport,
  MailAddress,
  MailAttachment,
  MailCalendar,
  MailReasons,
  MailTruncation,
  MailWarning,
  ParsedEmail,
  PrintableEmail,
} from './parse/parsed-email.ts';

/**
 * Reads one raw mail (RFC 5322, bytes as a server keeps them). Never throws for what a mail holds: whatever is broken is read as far as
 * it can be, what was left out is named in `truncated`. Takes time in proportion to the mail's size. Works on bytes of our own
 * splitting (see parse/mime/walk.ts for the reason); HTML is sanitised by sanitize-html.
 * @param raw at most some tens of MB; attachments are views into it where nothing had to be decoded
 */
// oxlint-disable-next-line typescript/require-await -- the contract is asynchronous, so that work may move elsewhere
export async function parseEmail(raw: Uint8Array): Promise<ParsedEmail> {
  const mail = withLineFeeds(Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength));
  const tree = walkMail(mail);
  const { root } = tree;
  const content = readContent(mail, tree);
  const envelope = readEnvelope(root.fields, root.parameters.get('charset') ?? firstCharset(root));
  const truncated = new Set<MailTruncation>(tree.truncated);
  const message = readEmbedded(mail, content, root);
  const { text, html } = readTexts(message, truncated);
  const reply = chooseReply(message.pieces, text, envelope.subject);
  if (reply.truncated) truncated.add('reply_text');
  const verdicts = judge(envelope, content, root, text);
  markInline(content, bodyHtml(message.pieces));
  const { sender: _, warnings, ...fields } = envelope;
  return {
    ...fields,
    text,
    replyText: reply.reply,
    html,
    attachments: content.attachments,
    ...verdicts.facts,
    isForward: reply.isForward || message.embedded,
    crypto: content.crypto,
    calendar: calendarOf(content.calendars),
    warnings: [...warnings, ...bodyWarnings(content, tree)],
    truncated: [...truncated],
    reasons: {
      ...verdicts.reasons,
      isForward: message.embedded ? ['message'] : reply.isForward ? ['forward'] : [],
      replyText: [...new Set(reply.rules)],
    },
  };
}

/** A mail as it is printed: one JSON object without the bytes of files. */
export function printableEmail(mail: ParsedEmail): PrintableEmail {
  return { ...mail, attachments: mail.attachments.map(withoutContent) };
}

function withoutContent({
  filename,
  contentType,
  size,
  inline,
  contentId,
  sha256,
  signature,
}: MailAttachment): Omit<MailAttachment, 'content'> {
  return { filename, contentType, size, inline, contentId, sha256, signature };
}

/** Mails of old systems end lines with CR alone. */
function withLineFeeds(mail: Buffer): Buffer {
  if (mail.subarray(0, 65_536).includes(10) || !mail.includes(13)) return mail;
  const copy = Buffer.from(mail);
  for (let at = copy.indexOf(13); at !== -1; at = copy.indexOf(13, at + 1)) if (copy[at + 1] !== 10) copy[at] = 10;
  return copy;
}

function firstCharset(part: MimePart): string | null {
  for (const child of part.children) {
    const found = child.parameters.get('charset') ?? firstCharset(child);
    if (found !== null) return found;
  }
  return null;
}

/** A mail that holds nothing but another mail shows that one's text. */
function readEmbedded(mail: Buffer, content: MailContent, root: MimePart): MailContent & { embedded: boolean } {
  const isEmpty = content.pieces.every(
    (piece) => (piece.plain ?? '').trim() === '' && (piece.html ?? '').trim() === '',
  );
  const inner = isEmpty && root.type !== 'multipart/report' ? onlyMessage(root) : null;
  if (inner === null) return { ...content, embedded: false };
  const within = readContent(mail, { root: inner, truncated: new Set(), broken: false });
  return { ...content, pieces: within.pieces, embedded: true };
}

function onlyMessage(root: MimePart): MimePart | null {
  if (root.message !== null) return root.message;
  const messages = root.children.filter((child) => child.message !== null);
  return messages.length === 1 ? (messages[0]?.message ?? null) : null;
}

function readTexts(content: MailContent, truncated: Set<MailTruncation>): { text: string; html: string | null } {
  let text = bodyText(content.pieces);
  if (text.length > LIMITS.text) {
    text = text.slice(0, LIMITS.text).toWellFormed();
    truncated.add('text');
  }
  const raw = bodyHtml(content.pieces);
  if (raw === null) return { text, html: null };
  const clean = sanitiseHtml(raw);
  if (clean.truncated) truncated.add('html');
  return { text, html: clean.html };
}

interface Verdicts {
  facts: Pick<ParsedEmail, 'autoSubmitted' | 'isBounce' | 'isFeedback' | 'dsn' | 'originalMessageId'>;
  reasons: Pick<ParsedEmail['reasons'], 'autoSubmitted' | 'isBounce' | 'isFeedback'>;
}

function judge(envelope: Envelope, content: MailContent, root: MimePart, text: string): Verdicts {
  const values = (name: string): string[] =>
    root.fields.filter((field) => field.name === name).map((field) => field.value);
  const reportType = (root.parameters.get('report-type') ?? '').toLowerCase();
  const type = root.type;
  const feedback = feedbackReasons(envelope, content, root, reportType);
  const bounce = judgeBounce({
    from: envelope.from ?? '',
    fromName: envelope.fromName,
    subject: envelope.subject,
    text: text.slice(0, LIMITS.bounceText),
    nullSender: envelope.returnPath === '',
    type,
    reportType,
    statusParts: content.statusParts,
    failedRecipients: values('x-failed-recipients').flatMap((value) =>
      parseAddresses(value).mailboxes.map(({ address }) => address),
    ),
    autoSubmitted: (values('auto-submitted')[0] ?? '').toLowerCase(),
    hasReturnedMail:
      content.returned.length > 0 ||
      content.returnedHeaders.length > 0 ||
      content.attachments.some(({ contentType }) => contentType === 'message/rfc822'),
    own: new Set(
      [envelope.from ?? '', ...envelope.to.map(({ address }) => address)].map((address) => address.toLowerCase()),
    ),
  });
  const isFeedback = feedback.length > 0;
  const isBounce = bounce.isBounce && !isFeedback;
  const auto = machineReasons({
    values,
    from: envelope.from ?? '',
    sender: envelope.sender,
    subject: envelope.subject,
    returnPath: envelope.returnPath,
    type,
    reportType,
  });
  if (isBounce) auto.push('bounce');
  if (isFeedback) auto.push('feedback');
  const isReport = isBounce || isFeedback || type === 'multipart/report' || content.receiptParts.length > 0;
  return {
    facts: {
      autoSubmitted: auto.length > 0,
      isBounce,
      isFeedback,
      dsn: isFeedback ? [] : bounce.dsn,
      originalMessageId: isReport ? originalId(envelope, content, text) : null,
    },
    reasons: { autoSubmitted: auto, isBounce: isBounce ? bounce.reasons : [], isFeedback: feedback },
  };
}

function feedbackReasons(envelope: Envelope, content: MailContent, root: MimePart, reportType: string): string[] {
  if (root.type === 'multipart/report' && (reportType === 'feedback-report' || content.feedbackParts.length > 0))
    return ['feedback-report'];
  if (content.feedbackParts.length > 0 && root.children.some((child) => child.type === 'message/feedback-report'))
    return ['feedback-part'];
  if (
    /^complaint about message from /i.test(envelope.subject) &&
    content.attachments.some(({ contentType }) => contentType === 'message/rfc822')
  )
    return ['subject'];
  return [];
}

/** The Message-ID of the mail that a report is about: from its returned header, else from the report's own words. */
function originalId(envelope: Envelope, content: MailContent, text: string): string | null {
  for (const part of content.returned) {
    const found = part.message === null ? null : messageIds(firstValue(part.message.fields, 'message-id'))[0];
    if (found !== undefined && found !== null) return found;
  }
  for (const body of [
    ...content.returnedHeaders,
    ...content.receiptParts,
    ...content.feedbackParts,
    ...content.statusParts,
  ]) {
    for (const group of reportGroups(body)) {
      const field = group.find(({ name }) => /^(?:x-)?(?:original-)?message-id$/.test(name));
      const found = messageIds(field?.value ?? null)[0];
      if (found !== undefined) return found;
    }
  }
  const inText = /^[ \t>]{0,8}message-id:[ \t]{0,8}(?:\r?\n[ \t]{1,8})?<([^<>\s]{1,500})>/im.exec(
    text.slice(0, LIMITS.replyText),
  )?.[1];
  return inText ?? envelope.inReplyTo ?? envelope.references.at(-1) ?? null;
}

/** Pictures that the HTML shows are inline, whatever their disposition says. */
function markInline(content: MailContent, html: string | null): void {
  if (html === null) return;
  const shown = new Set<string>();
  for (const match of html.slice(0, LIMITS.html).matchAll(/cid:([^"'\s>)]{1,300})/gi))
    shown.add(unescaped(match[1] ?? ''));
  for (const attachment of content.attachments)
    if (attachment.contentId !== null && shown.has(attachment.contentId)) attachment.inline = true;
}

function unescaped(address: string): string {
  try {
    return decodeURIComponent(address);
  } catch {
    // A stray percent sign: the id is meant as it stands.
    return address;
  }
}

function calendarOf(calendars: readonly string[]): MailCalendar | null {
  const text = calendars[0]?.slice(0, 100_000).replaceAll(/\r?\n[ \t]/g, '');
  if (text === undefined) return null;
  const field = (name: string): string =>
    new RegExp(`^${name}(?:;[^:\\n]{0,200})?:(.{0,500})`, 'im').exec(text)?.[1]?.trim() ?? '';
  return {
    method: field('METHOD').toUpperCase(),
    summary: field('SUMMARY')
      .replaceAll(/\\([,;\\])/g, '$1')
      .replaceAll(/\\n/gi, ' '),
  };
}

function bodyWarnings(content: MailContent, tree: MimeTree): MailWarning[] {
  const warnings: MailWarning[] = [];
  if (content.charsetMismatch) warnings.push('charset_mismatch');
  if (tree.broken) warnings.push('broken_mime');
  return warnings;
}
