import { createHash } from 'node:crypto';
import { z } from 'zod';
import { wellFormed } from '../shared/well-formed.ts';
import type { ParsedEmail } from './parse/parsed-email.ts';

/** Any text of a mail: a header may hold bytes that the store does not take. */
const words = z.string().transform(wellFormed);

/** Where a mail stood when it was read, and what the server said of it. */
const place = z.object({
  folder: words,
  uidValidity: words,
  uid: z.number(),
  /** From the folder of spam, or marked by the server. */
  spam: z.boolean(),
  internalDateMs: z.number().nullable(),
});

const address = z.object({ name: words, address: words });

const file = z.object({
  fileName: words.nullable(),
  mime: words,
  sizeBytes: z.number(),
  inline: z.boolean(),
  contentId: words.nullable(),
  /** The blob's id in base64url: as hex it would look like a key of somebody's wallet. Null: it was too large to be kept. */
  held: words.nullable(),
});

const mail = z.object({
  from: words.nullable(),
  fromName: words,
  to: z.array(address),
  cc: z.array(address),
  replyTo: z.array(address),
  subject: words,
  messageId: words.nullable(),
  inReplyTo: words.nullable(),
  references: z.array(words),
  text: words,
  replyText: words,
  html: words.nullable(),
  files: z.array(file),
  autoSubmitted: z.boolean(),
  isBounce: z.boolean(),
  isFeedback: z.boolean(),
  dsn: z.array(z.object({ recipient: words, status: words.nullable(), action: words, diagnostic: words })),
  originalMessageId: words.nullable(),
  crypto: z.object({ kind: z.enum(['none', 'signed', 'encrypted']), method: words.nullable() }),
  calendar: z.object({ method: words, summary: words }).nullable(),
  warnings: z.array(words),
  returnPath: words.nullable(),
  deliveredTo: z.array(words),
  /** Of what made it machine mail: reasons of the parser, names of headers and rules alone. */
  reasons: z.array(words),
  autoReplied: z.boolean(),
  ownLoop: words.nullable(),
});

/**
 * One mail as it goes through the guard into the store: read already, since what is stored raw would hold what the guard must
 * hide. The files' bytes are in the blob store by then.
 */
export const mailPayload = z.object({
  v: z.literal(1),
  place,
  digest: words,
  trust: z.object({ proof: z.enum(['proven', 'claimed']), reason: words }),
  mail: mail.nullable(),
  /** Why `mail` is null. */
  unreadable: words.nullable(),
});
export type MailPayload = z.infer<typeof mailPayload>;

/** The header by which we know our own mail, whatever became of its Message-ID (RFC 3834, 2). */
export const LOOP_HEADER = 'x-loop';

/** What two copies of one mail have in common, however they came; 22 characters. */
export function contentDigest(parsed: Pick<ParsedEmail, 'from' | 'date' | 'subject' | 'text'>): string {
  const parts = [parsed.from ?? '', parsed.date ?? '', parsed.subject, parsed.text];
  return digestOf(JSON.stringify(parts));
}

/** A short name for bytes or text. */
export function digestOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('base64url').slice(0, 22);
}

/** What of a parsed mail goes into the payload. @param held blob ids of the attachments, in order, in hex; null: not kept */
export function readableMail(parsed: ParsedEmail, held: readonly (string | null)[]): NonNullable<MailPayload['mail']> {
  const header = (name: string): string => (parsed.headers[name] ?? []).join(' ').toLowerCase();
  return {
    from: parsed.from,
    fromName: parsed.fromName,
    to: parsed.to,
    cc: parsed.cc,
    replyTo: parsed.replyTo,
    subject: parsed.subject,
    messageId: parsed.messageId,
    inReplyTo: parsed.inReplyTo,
    references: parsed.references,
    text: parsed.text,
    replyText: parsed.replyText,
    html: parsed.html,
    files: parsed.attachments.flatMap((one, index) => {
      if (one.signature) return [];
      const id = held[index] ?? null;
      return [
        {
          fileName: one.filename,
          mime: one.contentType,
          sizeBytes: one.size,
          inline: one.inline,
          contentId: one.contentId,
          held: id === null ? null : Buffer.from(id, 'hex').toString('base64url'),
        },
      ];
    }),
    autoSubmitted: parsed.autoSubmitted,
    isBounce: parsed.isBounce,
    isFeedback: parsed.isFeedback,
    dsn: parsed.dsn,
    originalMessageId: parsed.originalMessageId,
    crypto: parsed.crypto,
    calendar: parsed.calendar,
    warnings: [...parsed.warnings, ...parsed.truncated.map((what) => `truncated_${what}`)],
    returnPath: parsed.returnPath,
    deliveredTo: parsed.deliveredTo,
    reasons: parsed.reasons.autoSubmitted,
    autoReplied: header('auto-submitted').startsWith('auto-replied') || header('x-autoreply') !== '',
    ownLoop: (parsed.headers[LOOP_HEADER] ?? [])[0] ?? null,
  };
}

/** Without formatted text and without the quoted whole: in these the guard may overlook what it hid in the plain words. */
export function withoutCopies(payload: unknown): unknown {
  const read = mailPayload.safeParse(payload);
  if (!read.success || read.data.mail === null) return payload;
  const { mail, ...rest } = read.data;
  return { ...rest, mail: { ...mail, html: null, text: mail.replyText } };
}
