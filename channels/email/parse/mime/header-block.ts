import { LIMITS } from '../limits.ts';

/** One field as it stands: the name in lower case, the value's bytes as Latin-1, unfolded. */
export interface HeaderField {
  name: string;
  value: string;
}

/** A header block and where the body behind it begins. */
export interface HeaderBlock {
  fields: HeaderField[];
  bodyStart: number;
  truncated: boolean;
}

const NAME = /^[!-9;-~]{1,200}[ \t]*$/;
const LF = 10;

/**
 * Reads the header block that begins at `start`. Tolerates blank lines and mbox "From " lines before it, lines that are no field
 * between fields, and a missing blank line at its end: a line that is no field, followed by none, begins the body.
 */
export function readHeaderBlock(mail: Buffer, start: number, end: number, top: boolean): HeaderBlock {
  const fields: HeaderField[] = [];
  let truncated = false;
  let current: { name: string; pieces: string[]; bytes: number } | null = null;
  let at = top ? skipBlankLines(mail, start, end) : start;
  const close = (): void => {
    if (current !== null) fields.push({ name: current.name, value: current.pieces.join('').trim() });
    current = null;
  };
  while (at < end) {
    const next = lineEnd(mail, at, end);
    const line = lineText(mail, at, next);
    if (line.trim() === '') {
      if (line === '' || fields.length > 0 || current !== null) {
        at = next;
        // Some gateways put blank lines between the first headers and the rest.
        if (!(top && fields.length + (current === null ? 0 : 1) <= 1 && fieldFollows(mail, at, end))) break;
      } else at = next;
      continue;
    }
    const colon = line.indexOf(':');
    const first = line.charCodeAt(0);
    if ((first === 32 || first === 9) && current !== null) {
      if (current.bytes < LIMITS.fieldBytes) {
        current.pieces.push(line.replace(/^[ \t]+/, ' '));
        current.bytes += line.length;
      }
    } else if (colon > 0 && NAME.test(line.slice(0, colon))) {
      close();
      if (fields.length >= LIMITS.headers || at - start > LIMITS.headerBytes) truncated = true;
      else
        current = {
          name: line.slice(0, colon).trim().toLowerCase(),
          pieces: [line.slice(colon + 1, colon + 1 + LIMITS.fieldBytes)],
          bytes: line.length,
        };
    } else if (!/^>?From /.test(line) && !fieldFollows(mail, next, end)) {
      // No field and none behind it: the blank line is missing.
      break;
    }
    at = next;
  }
  close();
  return { fields, bodyStart: at, truncated };
}

/** The first value of a field; null when the block has none. */
export function firstValue(fields: readonly HeaderField[], name: string): string | null {
  return fields.find((field) => field.name === name)?.value ?? null;
}

/** Position behind the line that begins at `at`. */
export function lineEnd(mail: Buffer, at: number, end: number): number {
  const found = mail.indexOf(LF, at);
  return found === -1 || found >= end ? end : found + 1;
}

function lineText(mail: Buffer, at: number, next: number): string {
  return mail.toString('latin1', at, Math.min(next, at + LIMITS.fieldBytes)).replace(/[\r\n\0]+$/, '');
}

function skipBlankLines(mail: Buffer, start: number, end: number): number {
  let at = start;
  if (mail[at] === 0xef && mail[at + 1] === 0xbb && mail[at + 2] === 0xbf) at += 3;
  while (at < end && [10, 13, 32, 9, 0].includes(mail[at] ?? -1)) at += 1;
  return at;
}

function fieldFollows(mail: Buffer, at: number, end: number): boolean {
  const line = mail.toString('latin1', at, Math.min(lineEnd(mail, at, end), at + 200));
  return /^(?:[A-Z][A-Za-z]*(?:-[A-Za-z0-9]+)+|From|To|Cc|Date|Subject|Received|Sender):(?:\s|$)/i.test(line);
}
