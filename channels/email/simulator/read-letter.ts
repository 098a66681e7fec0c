import PostalMime from 'postal-mime';
import type { StoredMail } from './mailbox.ts';

/** A mail as its reader's program shows it. */
export interface ReadLetter {
  uid: number;
  /** With brackets; null without one. */
  messageId: string | null;
  inReplyTo: string | null;
  references: readonly string[];
  from: { address: string; name: string };
  to: readonly string[];
  cc: readonly string[];
  replyTo: readonly string[];
  subject: string;
  text: string;
  html: string | null;
  files: readonly { filename: string | null; contentType: string; contentId: string | null; content: Buffer }[];
  /** Every header field in order, names in lower case. */
  headers: readonly { name: string; value: string }[];
  raw: Buffer;
}

/** Reads a mail with a parser that is not ours, so that what we send is judged by somebody else. */
export async function readLetter({ uid, raw }: Pick<StoredMail, 'uid' | 'raw'>): Promise<ReadLetter> {
  const mail = await PostalMime.parse(raw);
  return {
    uid,
    messageId: mail.messageId ?? null,
    inReplyTo: mail.inReplyTo ?? null,
    references: mail.references?.match(/<[^>]*>/gu) ?? [],
    from: { address: mail.from?.address ?? '', name: mail.from?.name ?? '' },
    to: addressesOf(mail.to),
    cc: addressesOf(mail.cc),
    replyTo: addressesOf(mail.replyTo),
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    html: mail.html ?? null,
    files: mail.attachments.map(({ filename, mimeType, contentId, content }) => ({
      filename,
      contentType: mimeType,
      contentId: contentId ?? null,
      content: typeof content === 'string' ? Buffer.from(content) : Buffer.from(new Uint8Array(content)),
    })),
    headers: mail.headers.map(({ key, value }) => ({ name: key, value })),
    raw,
  };
}

function addressesOf(list: readonly { address?: string | undefined }[] | undefined): string[] {
  return (list ?? []).flatMap(({ address }) => (address === undefined ? [] : [address]));
}
