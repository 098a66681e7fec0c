import { Readable } from 'node:stream';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { Correspondence, Correspondent } from '../../../src/core/model/letter.ts';
import type { FileSource } from '../../../src/core/ports/channel.ts';
import { nameLine } from '../../shared/well-formed.ts';
import type { MailPart } from '../part.ts';
import { escapeHtml, htmlOfBody, htmlOfText } from './html-of-body.ts';

/** Everything a mail is made of; the same on every attempt. */
export interface Letter {
  part: MailPart;
  correspondence: Correspondence;
  /** Without brackets. */
  messageId: string;
  from: Correspondent;
  /** Where answers go, where that is not `from`. */
  replyTo: string | null;
  /** Our mark against loops (RFC 3834, 2). */
  loop: string;
}

const MAX_SUBJECT = 900;
/** One mailbox and nothing else: what a library makes of anything more is not what we meant (CVE-2025-13033). */
const ADDRESS = /^[^\s@<>"(),:;\\[\]]{1,64}@[^\s@<>"(),:;\\[\]]{1,255}$/u;

/** Whether something is one plain address (RFC 5321, 4.1.2, without quoted local parts and address literals). */
export function isAddress(address: string): boolean {
  return ADDRESS.test(address);
}

function person({ name, address }: Correspondent): { name: string; address: string } {
  return { name: nameLine(name, 200), address };
}

function minute(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** Who wrote what is quoted, and when: in no language, because the reader's is not known. */
function quoteHead({ author, atMs }: NonNullable<Correspondence['quoted']>): string {
  const name = nameLine(author.name, 100);
  return `${minute(atMs)}, ${name === '' ? author.address : `${name} <${author.address}>`}:`;
}

/** The mail as plain text: what is said, who says it, and below it what it answers (RFC 3676, 4.3 and 4.5). */
export function plainOf({ part, correspondence }: Pick<Letter, 'part' | 'correspondence'>): string {
  const { signature, quoted } = correspondence;
  const below = quoted === null ? [] : [`${quoteHead(quoted)}\n${quoted.text.replaceAll(/^/gmu, '> ')}`];
  const said = part.text.trim() === '' ? [] : [part.text];
  return [...said, ...(signature === null ? [] : [`-- \n${signature}`]), ...below].join('\n\n');
}

/** The same as HTML; what is quoted is marked up so that readers fold it. */
export function htmlOf({ part, correspondence }: Pick<Letter, 'part' | 'correspondence'>): string {
  const { signature, quoted } = correspondence;
  const said = part.body === undefined ? htmlOfText(part.text) : htmlOfBody(part.body);
  const signed = signature === null ? '' : `\n<div class="signature">-- <br>\n${htmlOfText(signature)}</div>`;
  const below =
    quoted === null
      ? ''
      : `\n<div class="gmail_quote"><p>${escapeHtml(quoteHead(quoted))}</p>\n<blockquote type="cite">${htmlOfText(quoted.text)}</blockquote></div>`;
  return `<!doctype html>\n<html><body>\n${said}${signed}${below}\n</body></html>`;
}

/**
 * Makes the mail: multipart/alternative with text first, files behind it (RFC 2046, 5.1.4). No header holds anything but what was
 * checked here; files come from our own store alone.
 */
export function composeMail(letter: Letter, files: FileSource): MailComposer {
  const { part, correspondence, messageId, from, replyTo, loop } = letter;
  const isAutomatic = correspondence.agentName === null;
  return new MailComposer({
    from: person(from),
    ...(replyTo === null ? {} : { replyTo: { name: person(from).name, address: replyTo } }),
    to: correspondence.to.map(person),
    cc: correspondence.cc.map(person),
    subject: nameLine(correspondence.subject, MAX_SUBJECT),
    messageId: `<${messageId}>`,
    date: new Date(correspondence.writtenAtMs),
    references: correspondence.references.map((id) => `<${id}>`),
    ...(correspondence.references.length === 0 ? {} : { inReplyTo: `<${correspondence.references.at(-1) ?? ''}>` }),
    headers: {
      // Of what a person wrote it says `no`, so that no vacation answer is held back (RFC 3834, 5).
      'Auto-Submitted': isAutomatic ? 'auto-replied' : 'no',
      ...(isAutomatic ? { 'X-Auto-Response-Suppress': 'All' } : {}),
      'X-Loop': loop,
    },
    text: plainOf(letter),
    html: htmlOf(letter),
    attachments: (part.files ?? []).map((file) => ({
      filename: nameLine(file.fileName ?? 'file', 200),
      ...(file.mime === null ? {} : { contentType: file.mime }),
      content: Readable.from(files.open(file.blobId)),
    })),
    disableFileAccess: true,
    disableUrlAccess: true,
    newline: 'windows',
  });
}
