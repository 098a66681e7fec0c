import { randomUUID } from 'node:crypto';
import MailComposer from 'nodemailer/lib/mail-composer';

/** A file in a mail. */
export interface MailFile {
  filename: string;
  content: Buffer | string;
  contentType?: string;
  /** With one it is an inline image, shown where the HTML says `cid:…`. */
  cid?: string;
}

/** What a person writes. */
export interface Letter {
  subject?: string;
  text?: string;
  html?: string;
  files?: readonly MailFile[];
  cc?: readonly string[];
  replyTo?: string;
  /** Message-IDs, with brackets. */
  inReplyTo?: string;
  references?: readonly string[];
  /** With brackets; default: a new one of the writer's domain. null: none at all. */
  messageId?: string | null;
  headers?: Readonly<Record<string, string>>;
  date?: Date;
}

/** Who writes to whom. */
export interface Correspondence {
  from: { address: string; name?: string };
  to: readonly string[];
}

/** Builds the bytes of a mail, CRLF line ends. Nothing is read from disk or network. */
export async function composeLetter(letter: Letter, { from, to }: Correspondence): Promise<Buffer> {
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1);
  const composer = new MailComposer({
    from: { name: from.name ?? '', address: from.address },
    to: [...to],
    messageId: letter.messageId ?? `<${randomUUID()}@${domain}>`,
    date: letter.date ?? new Date(),
    subject: letter.subject ?? '',
    text: letter.text ?? '',
    ...(letter.html === undefined ? {} : { html: letter.html }),
    ...(letter.cc === undefined ? {} : { cc: [...letter.cc] }),
    ...(letter.replyTo === undefined ? {} : { replyTo: letter.replyTo }),
    ...(letter.inReplyTo === undefined ? {} : { inReplyTo: letter.inReplyTo }),
    ...(letter.references === undefined ? {} : { references: [...letter.references] }),
    ...(letter.headers === undefined ? {} : { headers: { ...letter.headers } }),
    attachments: (letter.files ?? []).map(({ filename, content, contentType, cid }) => ({
      filename,
      content,
      ...(contentType === undefined ? {} : { contentType }),
      ...(cid === undefined ? {} : { cid, contentDisposition: 'inline' }),
    })),
    disableFileAccess: true,
    disableUrlAccess: true,
    newline: '\r\n',
  });
  const raw = await composer.compile().build();
  if (letter.messageId !== null) return raw;
  return Buffer.from(raw.toString('latin1').replace(/^Message-ID:[^\r\n]*\r\n/imu, ''), 'latin1');
}
