/** One part of a mail as IMAP numbers them (RFC 3501, 6.4.5). Texts are latin1: one character a byte. */
export interface MimePart {
  /** Header block with the empty line behind it. */
  head: string;
  body: string;
  type: string;
  subtype: string;
  parameters: ReadonlyMap<string, string>;
  parts: readonly MimePart[];
  /** The mail within, for message/rfc822. */
  message: MimePart | null;
}

const MAX_DEPTH = 30;
const MAX_PARTS = 500;

/** Takes a mail apart. What is broken comes as one part of text. */
export function partOf(raw: string, depth = 0): MimePart {
  const [head, body] = splitHead(raw);
  const { value, parameters } = readParameters(headerOf(head, 'content-type') ?? 'text/plain; charset=us-ascii');
  const [type = 'text', subtype = 'plain'] = value.toLowerCase().split('/');
  const boundary = parameters.get('boundary');
  const isMultipart = type === 'multipart' && boundary !== undefined && depth < MAX_DEPTH;
  const parts = isMultipart ? splitBody(body, boundary).map((part) => partOf(part, depth + 1)) : [];
  const isMessage = type === 'message' && subtype === 'rfc822' && depth < MAX_DEPTH;
  return { head, body, type, subtype, parameters, parts, message: isMessage ? partOf(body, depth + 1) : null };
}

/** The part of this number, such as `1.2`, or null. */
export function partAt(mail: MimePart, number: readonly number[]): MimePart | null {
  let part = mail;
  for (const [depth, index] of number.entries()) {
    const within: MimePart = part.message ?? part;
    if (within.parts.length > 0) {
      const next = within.parts[index - 1];
      if (next === undefined) return null;
      part = next;
      // The only part of a simple mail is number 1.
    } else if (index !== 1 || (depth > 0 && part.message === null)) return null;
    else if (part.message !== null) part = part.message;
  }
  return part;
}

/** The value of a header field, unfolded; null when there is none. */
export function headerOf(head: string, name: string): string | null {
  for (const [field, text] of headerFields(head)) {
    if (field.toLowerCase() === name)
      return text
        .slice(text.indexOf(':') + 1)
        .replaceAll(/\r?\n(?=[ \t])/gu, '')
        .trim();
  }
  return null;
}

/** Header fields in order: name, and the whole text with its line end. */
export function headerFields(head: string): [name: string, text: string][] {
  const fields: [string, string][] = [];
  for (const line of head.match(/[^\n]*\n|[^\n]+$/gu) ?? []) {
    const last = fields.at(-1);
    if (/^[ \t]/u.test(line) && last !== undefined && line.trim() !== '') last[1] += line;
    else {
      const colon = line.indexOf(':');
      if (colon > 0) fields.push([line.slice(0, colon).trim(), line]);
    }
  }
  return fields;
}

/** A value with parameters, as of Content-Type. */
export function readParameters(text: string): { value: string; parameters: ReadonlyMap<string, string> } {
  const parameters = new Map<string, string>();
  for (const [, name = '', quoted, plain] of text.matchAll(
    /;\s*([^=;\s]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))/gu,
  )) {
    parameters.set(name.toLowerCase(), quoted?.replaceAll(/\\(.)/gu, '$1') ?? plain ?? '');
  }
  return { value: (text.split(';')[0] ?? '').trim(), parameters };
}

function splitHead(raw: string): [head: string, body: string] {
  if (/^\r?\n/u.test(raw)) {
    const end = raw.indexOf('\n') + 1;
    return [raw.slice(0, end), raw.slice(end)];
  }
  const gap = /\r?\n\r?\n/u.exec(raw);
  if (gap === null) return [raw, ''];
  const end = gap.index + gap[0].length;
  return [raw.slice(0, end), raw.slice(end)];
}

function splitBody(body: string, boundary: string): string[] {
  const parts: string[] = [];
  let from = -1;
  const escaped = boundary.replaceAll(/[.*+?^${}()|[\]\\]/gu, '\\$&');
  for (const line of body.matchAll(new RegExp(`(?:^|\\r?\\n)--${escaped}(--)?[ \\t]*(?:\\r?\\n|$)`, 'gu'))) {
    if (from >= 0 && parts.length < MAX_PARTS) parts.push(body.slice(from, Math.max(from, line.index)));
    if (line[1] !== undefined) return parts;
    from = line.index + line[0].length;
  }
  if (from >= 0) parts.push(body.slice(from));
  return parts;
}
