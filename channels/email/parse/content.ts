import { createHash } from 'node:crypto';
import { textToHtml } from './html/sanitise.ts';
import { htmlToText, plainRole } from './html/to-text.ts';
import { type HtmlElement, parseHtml } from './html/tree.ts';
import { LIMITS } from './limits.ts';
import { decodeBytes } from './mime/charset.ts';
import { takeEmbeddedFiles } from './mime/embedded-files.ts';
import { decodeWords } from './mime/encoded-words.ts';
import { unflow } from './mime/flowed.ts';
import { firstValue } from './mime/header-block.ts';
import { messageIds } from './mime/ids-and-date.ts';
import { readTnef } from './mime/tnef.ts';
import { decodeTransfer } from './mime/transfer.ts';
import type { MimePart, MimeTree } from './mime/walk.ts';
import type { MailAttachment } from './parsed-email.ts';

/** One piece of the body: as text, as HTML, or both (alternatives of each other). */
export interface BodyPiece {
  plain: string | null;
  html: string | null;
}

const trees = new WeakMap<BodyPiece, HtmlElement>();

/** The HTML of a piece, read once. */
export function treeOf(piece: BodyPiece): HtmlElement {
  const known = trees.get(piece);
  if (known !== undefined) return known;
  const tree = parseHtml((piece.html ?? '').slice(0, LIMITS.html));
  trees.set(piece, tree);
  return tree;
}

/** Everything below the headers. */
export interface MailContent {
  pieces: BodyPiece[];
  attachments: MailAttachment[];
  /** Decoded delivery-status parts of the mail itself. */
  statusParts: string[];
  /** Decoded feedback-report and disposition-notification parts. */
  feedbackParts: string[];
  receiptParts: string[];
  /** The returned mail's header: of message/rfc822 within a report, or text/rfc822-headers. */
  returned: MimePart[];
  returnedHeaders: string[];
  calendars: string[];
  crypto: { kind: 'none' | 'signed' | 'encrypted'; method: 'smime' | 'pgp' | null };
  charsetMismatch: boolean;
}

interface Collector extends MailContent {
  mail: Buffer;
  /** Charset of the first labelled text, for names without one. */
  hint: string | null;
}

/** Reads bodies and attachments out of a split mail. */
export function readContent(mail: Buffer, tree: MimeTree): MailContent {
  const into: Collector = {
    mail,
    hint: null,
    pieces: [],
    attachments: [],
    statusParts: [],
    feedbackParts: [],
    receiptParts: [],
    returned: [],
    returnedHeaders: [],
    calendars: [],
    crypto: { kind: 'none', method: null },
    charsetMismatch: false,
  };
  collect(into, tree.root, null);
  return into;
}

function collect(into: Collector, part: MimePart, parent: MimePart | null): void {
  noteCrypto(into, part);
  if (part.type === 'multipart/alternative' && part.children.length > 0) {
    collectAlternative(into, part);
    return;
  }
  if (part.type.startsWith('multipart/') && part.children.length > 0) {
    for (const child of part.children) collect(into, child, part);
    return;
  }
  if (collectReport(into, part, parent)) return;
  if (isBody(into, part, parent)) readBody(into, part);
  else attach(into, part, parent);
}

/** Of the alternatives text and HTML are one piece; files among them are files. */
function collectAlternative(into: Collector, part: MimePart): void {
  const outer = into.pieces;
  const inner: BodyPiece[] = [];
  for (const child of part.children) {
    into.pieces = [];
    if (child.type === 'text/x-amp-html' || child.type === 'text/watch-html') continue;
    collect(into, child, part);
    inner.push(...into.pieces);
  }
  into.pieces = outer;
  const plain = inner
    .filter((piece) => piece.plain !== null && piece.plain.trim() !== '')
    .map((piece) => piece.plain ?? '');
  const html = inner.filter((piece) => piece.html !== null).map((piece) => piece.html ?? '');
  const text = inner.find((piece) => piece.plain !== null)?.plain ?? null;
  outer.push({
    plain: plain.length > 0 ? [...new Set(plain)].join('\n') : text,
    html: html.length > 0 ? html.join('\n') : null,
  });
}

/** Parts of reports (RFC 3464, 5965, 8098). @returns true when nothing else is to be done with the part */
function collectReport(into: Collector, part: MimePart, parent: MimePart | null): boolean {
  const text = (): string => decodeText(into, part);
  switch (part.type) {
    case 'message/delivery-status':
    case 'message/global-delivery-status':
      into.statusParts.push(text());
      return true;
    case 'message/feedback-report':
      into.feedbackParts.push(text());
      return true;
    case 'message/disposition-notification':
    case 'message/global-disposition-notification':
      into.receiptParts.push(text());
      return true;
    case 'text/rfc822-headers':
    case 'text/rfc822-header':
    case 'message/rfc822-headers':
    case 'message/global-headers':
      into.returnedHeaders.push(text());
      return true;
    case 'message/rfc822':
    case 'message/global':
      if (parent === null || parent.type === 'multipart/report' || into.statusParts.length > 0)
        into.returned.push(part);
      return false;
    default:
      return false;
  }
}

function filenameOf(part: MimePart): string | null {
  const raw =
    part.dispositionParameters.get('filename') ?? part.parameters.get('name') ?? part.parameters.get('filename');
  return raw === undefined ? null : cleanFilename(raw);
}

/** The last component of a name, without what could steer a screen or a file system; null when nothing is left. */
export function cleanFilename(name: string): string | null {
  const plain = name
    .replaceAll(/[\p{Cc}\u061C\u200B\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/gu, '')
    .replaceAll('\uFFFD', '_')
    .split(/[/\\]/)
    .at(-1)
    ?.trim();
  if (plain === undefined || plain === '' || plain === '.' || plain === '..') return null;
  if (plain.length <= 200) return plain;
  const dot = plain.lastIndexOf('.');
  const extension = dot > plain.length - 20 ? plain.slice(dot) : '';
  return plain.slice(0, 200 - extension.length).toWellFormed() + extension;
}

/** Text for the reader, or a file? */
function isBody(into: Collector, part: MimePart, parent: MimePart | null): boolean {
  if (
    part.type !== 'text/plain' &&
    part.type !== 'text/html' &&
    part.type !== 'text/enriched' &&
    part.type !== 'text/richtext'
  )
    return false;
  if (part.disposition === 'attachment') return false;
  const named = part.dispositionParameters.has('filename') || part.dispositionParameters.has('filename*');
  const hasName = named || part.parameters.has('name');
  if (!hasName || parent === null) return true;
  // Some programs name the body itself; a named text behind it is a file.
  return parent.type === 'multipart/alternative' || (into.pieces.length === 0 && parent.children[0] === part);
}

function decodeText(into: Collector, part: MimePart): string {
  const body = decodeTransfer(into.mail.subarray(part.bodyStart, part.bodyEnd), part.encoding, true);
  return toText(into, body, part);
}

function toText(into: Collector, body: Buffer, part: MimePart): string {
  const label = part.parameters.get('charset') ?? null;
  const meta = part.type === 'text/html' ? metaCharset(body) : null;
  const decoded = decodeBytes(body, label, meta ?? into.hint);
  if (decoded.mismatch) into.charsetMismatch = true;
  into.hint ??= label;
  return tidyLines(decoded.text);
}

function tidyLines(text: string): string {
  let plain = text;
  if (plain.includes('\r')) plain = plain.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
  if (plain.includes('\0')) plain = plain.replaceAll('\0', '');
  if (/[\uFEFF\uE0F0-\uE0FF]/.test(plain)) plain = plain.replaceAll(/[\uFEFF\uE0F0-\uE0FF]/g, '');
  return plain.isWellFormed() ? plain : plain.toWellFormed();
}

function metaCharset(body: Buffer): string | null {
  return (
    /<meta[^>]{0,200}charset\s?=\s?["']?([A-Za-z0-9_:.-]{2,40})/i.exec(body.toString('latin1', 0, 4_096))?.[1] ?? null
  );
}

function readBody(into: Collector, part: MimePart): void {
  const { type } = part;
  const decoded = decodeTransfer(into.mail.subarray(part.bodyStart, part.bodyEnd), part.encoding, true);
  if (type === 'text/html') {
    into.pieces.push({ plain: null, html: toText(into, decoded, part) });
    return;
  }
  const { rest, files } = takeEmbeddedFiles(decoded);
  for (const file of files) {
    const filename = cleanFilename(decodeWords(file.filename, into.hint));
    if (!unpackTnef(into, filename, 'application/octet-stream', file.content))
      addFile(into, { filename, contentType: typeByName(filename), content: file.content });
  }
  let text = toText(into, rest, part);
  if (type !== 'text/plain')
    text = text.replaceAll(/<param>[^<]{0,200}<\/param>/gi, '').replaceAll(/<\/?[a-z]{1,20}>/gi, '');
  if ((part.parameters.get('format') ?? '').toLowerCase() === 'flowed')
    text = unflow(text, (part.parameters.get('delsp') ?? '').toLowerCase() === 'yes');
  // HTML that was labelled as text.
  if (/^\s{0,50}(?:<!doctype html|<html[\s>])/i.test(text)) into.pieces.push({ plain: null, html: text });
  else into.pieces.push({ plain: text, html: null });
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  pdf: 'application/pdf',
  txt: 'text/plain',
  zip: 'application/zip',
  doc: 'application/msword',
  xls: 'application/vnd.ms-excel',
  rtf: 'application/rtf',
};

function typeByName(filename: string | null): string {
  return EXTENSIONS[filename?.toLowerCase().split('.').at(-1) ?? ''] ?? 'application/octet-stream';
}

interface FoundFile {
  filename: string | null;
  contentType: string;
  content: Buffer;
  contentId?: string | null;
  inline?: boolean;
  signature?: boolean;
}

function addFile(into: Collector, file: FoundFile): void {
  if (into.attachments.length >= LIMITS.parts) return;
  const { filename, contentType, content } = file;
  const sha256 = createHash('sha256').update(content).digest('hex');
  into.attachments.push({
    filename,
    contentType,
    size: content.length,
    inline: file.inline ?? false,
    contentId: file.contentId ?? null,
    content,
    sha256,
    signature: file.signature ?? false,
  });
}

function attach(into: Collector, part: MimePart, parent: MimePart | null): void {
  const raw = into.mail.subarray(part.bodyStart, part.bodyEnd);
  // An empty leaf of a multipart without boundaries is its whole body.
  const content = part.type.startsWith('multipart/') ? raw : decodeTransfer(raw, part.encoding, false);
  if (part.type.startsWith('multipart/')) {
    readAsText(into, part, content, parent);
    return;
  }
  let filename = filenameOf(part);
  if (part.type === 'message/rfc822' && filename === null) {
    const subject = part.message === null ? null : firstValue(part.message.fields, 'subject');
    filename = cleanFilename(
      `${(decodeWords(subject ?? '') || 'message')
        .replaceAll(/[/\\:*?"<>|]/g, ' ')
        .trim()
        .slice(0, 150)}.eml`,
    );
  }
  if (part.type === 'text/calendar')
    into.calendars.push(decodeBytes(content, part.parameters.get('charset') ?? null).text);
  if (unpackTnef(into, filename, part.type, content)) return;
  const signature = /^application\/(?:x-)?pkcs7-signature$|^application\/pgp-signature$/.test(part.type);
  addFile(into, {
    filename,
    contentType: part.type,
    content,
    contentId: messageIds(firstValue(part.fields, 'content-id'))[0] ?? null,
    inline: part.disposition === 'inline',
    signature,
  });
}

/** A multipart without any part: text if it stands alone, else a file. */
function readAsText(into: Collector, part: MimePart, content: Buffer, parent: MimePart | null): void {
  if (content.toString('latin1', 0, 200).trim() === '' && content.length < 1_000) return;
  const text = toText(into, content, part).trim();
  if (parent !== null && into.pieces.length > 0) addFile(into, { filename: null, contentType: part.type, content });
  else if (/^\s{0,50}<(?:!doctype|html|body|div|p|table)\b/i.test(text)) into.pieces.push({ plain: null, html: text });
  else into.pieces.push({ plain: text, html: null });
}

function unpackTnef(into: Collector, filename: string | null, type: string, content: Buffer): boolean {
  if (!/^application\/(?:vnd\.)?ms-tnef$/.test(type) && filename?.toLowerCase() !== 'winmail.dat') return false;
  const tnef = readTnef(content);
  if (tnef === null) return false;
  for (const file of tnef.files) {
    const name = cleanFilename(file.filename);
    addFile(into, {
      filename: name,
      contentType: file.contentType || typeByName(name),
      content: file.content,
      contentId: file.contentId || null,
    });
  }
  const hasText = into.pieces.some((piece) => (piece.plain ?? piece.html ?? '').trim() !== '');
  if (!hasText && (tnef.text !== '' || tnef.html !== ''))
    into.pieces.push({
      plain: tnef.text === '' ? null : tidyLines(tnef.text),
      html: tnef.html === '' ? null : tnef.html,
    });
  return tnef.files.length > 0 || tnef.text !== '' || tnef.html !== '';
}

function noteCrypto(into: Collector, part: MimePart): void {
  const protocol = (part.parameters.get('protocol') ?? '').toLowerCase();
  const smimeType = (part.parameters.get('smime-type') ?? '').toLowerCase();
  const isPkcs = /^application\/(?:x-)?pkcs7-mime$/.test(part.type);
  if (part.type === 'multipart/encrypted') into.crypto = { kind: 'encrypted', method: 'pgp' };
  else if (isPkcs) into.crypto = { kind: smimeType.startsWith('signed') ? 'signed' : 'encrypted', method: 'smime' };
  else if (part.type === 'multipart/signed' && into.crypto.kind === 'none')
    into.crypto = { kind: 'signed', method: protocol.includes('pgp') ? 'pgp' : 'smime' };
}

/** The whole body as text: what was sent as text, else the HTML as a person reads it. */
export function bodyText(pieces: readonly BodyPiece[]): string {
  return pieces
    .map((piece) => {
      const plain = piece.plain?.trimEnd() ?? '';
      if (piece.html === null) return plain;
      return isPlaceholder(plain) ? htmlToText(treeOf(piece), plainRole) : plain;
    })
    .filter((text) => text.trim() !== '')
    .join('\n\n');
}

/** "Your program cannot show HTML": an alternative that says nothing. */
export function isPlaceholder(plain: string): boolean {
  if (plain.trim() === '') return true;
  return (
    plain.length < 300 &&
    /\bhtml\b/i.test(plain) &&
    /(?:does not|doesn't|cannot|can't|unable|not) (?:support|display|show|view|read)|view(?:er|ing)? (?:this|the) (?:message|e-?mail)|html[ -](?:enabled|capable|compatible|only)/i.test(
      plain,
    )
  );
}

/** The whole body as HTML, unsanitised; null when no piece is HTML. */
export function bodyHtml(pieces: readonly BodyPiece[]): string | null {
  if (pieces.every((piece) => piece.html === null)) return null;
  return pieces
    .map((piece) => piece.html ?? (piece.plain?.trim() === '' ? '' : textToHtml(piece.plain ?? '')))
    .join('\n');
}
