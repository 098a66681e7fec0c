import { LIMITS } from '../limits.ts';
import type { MailTruncation } from '../parsed-email.ts';
import { firstValue, type HeaderField, lineEnd, readHeaderBlock } from './header-block.ts';
import { parseParameters } from './parameters.ts';

/** One entity of a mail. `body` is a view into the mail: nothing is decoded, nothing copied. */
export interface MimePart {
  fields: HeaderField[];
  /** Lower-case type, such as `text/plain`. */
  type: string;
  parameters: Map<string, string>;
  /** `inline`, `attachment`, or empty. */
  disposition: string;
  dispositionParameters: Map<string, string>;
  /** Lower-case Content-Transfer-Encoding; empty when not given. */
  encoding: string;
  bodyStart: number;
  bodyEnd: number;
  children: MimePart[];
  /** The mail inside a message/rfc822 part. */
  message: MimePart | null;
}

/** A whole mail, split. */
export interface MimeTree {
  root: MimePart;
  truncated: Set<MailTruncation>;
  /** A multipart whose boundary is missing or wrong. */
  broken: boolean;
}

interface Frame {
  part: MimePart;
  boundary: string;
}

interface Walk {
  mail: Buffer;
  frames: Frame[];
  /** Level by boundary, innermost last; null after the frames changed. */
  levels: Map<string, number> | null;
  truncated: Set<MailTruncation>;
  broken: boolean;
  parts: number;
}

/**
 * Splits a mail in one pass over its bytes: every line that begins with "--" is compared with the boundaries that are open, so neither
 * nesting nor size costs more than reading once. Of the libraries we measured, postal-mime gives no raw bytes of a text (wrong charset
 * labels cannot be mended afterwards) and mailparser trusts labels, mixes reports into the text and skips what lies in broken
 * boundaries; the splitting itself is the small part.
 */
export function walkMail(mail: Buffer): MimeTree {
  const walk: Walk = { mail, frames: [], levels: null, truncated: new Set(), broken: false, parts: 0 };
  const root = openPart(walk, 0, true, 'text/plain');
  let open = descend(walk, root);
  let at = open.bodyStart;
  for (;;) {
    const found = walk.frames.length === 0 ? null : nextDelimiter(walk, at);
    if (found === null) break;
    closeDownTo(walk, open, found.level, found.lineStart);
    const frame = walk.frames[found.level];
    if (frame === undefined) break;
    at = found.next;
    if (found.closes) {
      walk.frames.length = found.level;
      walk.levels = null;
      open = frame.part;
      continue;
    }
    if (walk.parts >= LIMITS.parts) {
      walk.truncated.add('parts');
      break;
    }
    const part = openPart(walk, at, false, frame.part.type === 'multipart/digest' ? 'message/rfc822' : 'text/plain');
    frame.part.children.push(part);
    open = descend(walk, part);
    at = open.bodyStart;
  }
  return { root, truncated: walk.truncated, broken: walk.broken };
}

/** Reads a part's header. Its body reaches to the end of the mail until a boundary ends it. */
function openPart(walk: Walk, start: number, top: boolean, fallback: string): MimePart {
  walk.parts += 1;
  const block = readHeaderBlock(walk.mail, start, boundedEnd(walk, start), top);
  if (block.truncated) walk.truncated.add('headers');
  const contentType = parseParameters(firstValue(block.fields, 'content-type') ?? fallback);
  const disposition = parseParameters(firstValue(block.fields, 'content-disposition') ?? '');
  return {
    fields: block.fields,
    type: typeOf(contentType.value, fallback),
    parameters: contentType.parameters,
    disposition: disposition.value,
    dispositionParameters: disposition.parameters,
    encoding: encodingOf(firstValue(block.fields, 'content-transfer-encoding')),
    bodyStart: block.bodyStart,
    bodyEnd: walk.mail.length,
    children: [],
    message: null,
  };
}

/** A header block without its blank line must not run into the next part. */
function boundedEnd(walk: Walk, start: number): number {
  if (walk.frames.length === 0) return walk.mail.length;
  let at = start;
  for (let lines = 0; at < walk.mail.length && lines < 200; lines += 1) {
    if (
      walk.mail[at] === 0x2d &&
      walk.mail[at + 1] === 0x2d &&
      matchDelimiter(walk, at, lineEnd(walk.mail, at, walk.mail.length)) !== null
    )
      return at;
    const next = lineEnd(walk.mail, at, walk.mail.length);
    if (next - at <= 2) break;
    at = next;
  }
  return walk.mail.length;
}

/** Opens the boundaries of a multipart and the mail inside a message; @returns the innermost part that is open */
function descend(walk: Walk, part: MimePart): MimePart {
  let inner = part;
  let levels = walk.frames.length;
  for (;;) {
    if (inner.type === 'message/rfc822' || inner.type === 'message/global') {
      if (!/^(?:|7bit|8bit|binary)$/.test(inner.encoding)) return inner;
      levels += 1;
      if (levels > LIMITS.depth || walk.parts >= LIMITS.parts) return tooDeep(walk, inner);
      const child = openPart(walk, inner.bodyStart, true, 'text/plain');
      inner.message = child;
      inner = child;
      continue;
    }
    if (!inner.type.startsWith('multipart/')) return inner;
    if (walk.frames.length >= LIMITS.depth) return tooDeep(walk, inner);
    const boundary = boundaryOf(walk, inner);
    if (boundary !== null) walk.frames.push({ part: inner, boundary });
    walk.levels = null;
    return inner;
  }
}

function tooDeep(walk: Walk, part: MimePart): MimePart {
  walk.truncated.add('depth');
  return part;
}

/** The boundary that is in use: the one named, else the first line of the body that looks like one. */
function boundaryOf(walk: Walk, part: MimePart): string | null {
  const named = (part.parameters.get('boundary') ?? '').trim();
  if (named !== '' && (walk.parts > 20 || isUsed(walk, part, named))) return named;
  walk.broken = true;
  const head = walk.mail.toString('latin1', part.bodyStart, Math.min(walk.mail.length, part.bodyStart + 65_536));
  const guess =
    /(?:^|\n)--([^\s-][^\r\n]{0,200}?|-+[^\s-][^\r\n]{0,200}?)[ \t]*\r?\n(?=[Cc]ontent-[A-Za-z-]{1,40}:)/.exec(
      head,
    )?.[1];
  return guess ?? (named === '' ? null : named);
}

function isUsed(walk: Walk, part: MimePart, boundary: string): boolean {
  const line = `--${boundary}`;
  const from = Math.max(0, part.bodyStart - 1);
  const at = walk.mail.indexOf(line, from, 'latin1');
  return at !== -1 && (at === part.bodyStart || walk.mail[at - 1] === 10);
}

interface Delimiter {
  level: number;
  lineStart: number;
  next: number;
  closes: boolean;
}

const DASHES = Buffer.from('\n--');

function nextDelimiter(walk: Walk, from: number): Delimiter | null {
  const { mail } = walk;
  let at = from;
  if (!(mail[at] === 0x2d && mail[at + 1] === 0x2d && (at === 0 || mail[at - 1] === 10))) {
    const found = mail.indexOf(DASHES, Math.max(0, at - 1));
    if (found === -1) return null;
    at = found + 1;
  }
  for (;;) {
    const next = lineEnd(mail, at, mail.length);
    const match = matchDelimiter(walk, at, next);
    if (match !== null) return { ...match, lineStart: at, next };
    const found = mail.indexOf(DASHES, next - 1);
    if (found === -1) return null;
    at = found + 1;
  }
}

/** The innermost open boundary that a line is; white space at its end does not count. */
function matchDelimiter(walk: Walk, at: number, next: number): { level: number; closes: boolean } | null {
  if (next - at > 1_000) return null;
  const line = walk.mail.toString('latin1', at + 2, next).trimEnd();
  walk.levels ??= new Map(walk.frames.map(({ boundary }, level) => [boundary, level]));
  const level = walk.levels.get(line);
  if (level !== undefined) return { level, closes: false };
  const closed = line.endsWith('--') ? walk.levels.get(line.slice(0, -2)) : undefined;
  return closed === undefined ? null : { level: closed, closes: true };
}

/** Ends every part inside the frame; the line break before a boundary belongs to the boundary. */
function closeDownTo(walk: Walk, open: MimePart, level: number, lineStart: number): void {
  let end = lineStart;
  if (walk.mail[end - 1] === 10) end -= 1;
  if (walk.mail[end - 1] === 13) end -= 1;
  const finish = (part: MimePart): void => {
    if (part.bodyEnd > end) part.bodyEnd = Math.max(part.bodyStart, end);
    if (part.message !== null) finish(part.message);
  };
  for (let index = walk.frames.length - 1; index > level; index -= 1) {
    const part = walk.frames[index]?.part;
    if (part !== undefined) finish(part);
  }
  const frame = walk.frames[level];
  const last = frame?.part.children.at(-1);
  if (last !== undefined && last.bodyEnd === walk.mail.length) finish(last);
  if (open !== frame?.part) finish(open);
  walk.frames.length = level + 1;
  walk.levels = null;
}

function typeOf(value: string, fallback: string): string {
  const type = value.replaceAll(/\s+/g, '').replaceAll('"', '');
  if (/^[\w!#$&^.+-]+\/[\w!#$&^.+*-]+$/.test(type)) return type;
  // "Content-Type: text" and its like.
  if (type === 'text' || type === '') return fallback === 'message/rfc822' ? fallback : 'text/plain';
  return type === 'html' ? 'text/html' : type.startsWith('multipart') ? 'multipart/mixed' : 'application/octet-stream';
}

function encodingOf(value: string | null): string {
  const plain = (value ?? '')
    .replaceAll(/\([^()]*\)/g, '')
    .trim()
    .toLowerCase()
    .replaceAll(/["';\s].*$/g, '')
    .replaceAll(/["']/g, '');
  if (plain === 'quoted_printable' || plain === 'quotedprintable' || plain === 'quoted') return 'quoted-printable';
  return plain === 'x-uue' || plain === 'uuencode' || plain === 'uue' ? 'x-uuencode' : plain;
}
