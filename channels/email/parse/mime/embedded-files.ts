/** A file that stood inside a text. */
export interface EmbeddedFile {
  filename: string;
  content: Buffer;
}

/** A text without the files that stood in it. */
export interface TextWithFiles {
  rest: Buffer;
  files: EmbeddedFile[];
}

const BEGIN = /^begin(?:-base64)? [0-7]{3,4} (\S.*?)\s*$/;
const YBEGIN = /^=ybegin .*?name=(.*?)\s*$/;
const MAX_FILES = 100;

/** Takes uuencoded and yEnc files out of a text part. A block without an end, or with lines that are no such code, stays text. */
export function takeEmbeddedFiles(body: Buffer): TextWithFiles {
  if (!body.includes('begin ') && !body.includes('begin-base64 ')) return { rest: body, files: [] };
  // A block without its end is text; looking for the end once spares looking from every beginning.
  const lastEnd = Math.max(body.lastIndexOf('\nend'), body.lastIndexOf('\n===='), body.lastIndexOf('\n=yend'));
  const files: EmbeddedFile[] = [];
  const kept: Buffer[] = [];
  let at = 0;
  let keptFrom = 0;
  while (at < lastEnd && files.length < MAX_FILES) {
    const next = lineEnd(body, at);
    const first = body[at];
    // "begin…" or "=ybegin…"
    if ((first === 0x62 || first === 0x3d) && next - at < 1_000) {
      const line = body.toString('latin1', at, next);
      const uu = BEGIN.exec(line);
      const yenc = uu === null ? YBEGIN.exec(line) : null;
      const taken =
        uu !== null ? takeUu(body, next, line.startsWith('begin-base64')) : yenc !== null ? takeYenc(body, next) : null;
      if (taken !== null) {
        files.push({ filename: uu?.[1] ?? yenc?.[1] ?? '', content: taken.content });
        kept.push(body.subarray(keptFrom, at));
        at = taken.end;
        keptFrom = at;
        continue;
      }
    }
    at = next;
  }
  if (files.length === 0) return { rest: body, files };
  kept.push(body.subarray(keptFrom));
  return { rest: Buffer.concat(kept), files };
}

interface Taken {
  content: Buffer;
  end: number;
}

function takeUu(body: Buffer, start: number, base64: boolean): Taken | null {
  const pieces: Buffer[] = [];
  let at = start;
  while (at < body.length) {
    const next = lineEnd(body, at);
    if (next - at > 200) return null;
    const line = body.toString('latin1', at, next).replace(/[\r\n]+$/, '');
    at = next;
    if (line === 'end' || (base64 && line === '====')) return { content: Buffer.concat(pieces), end: at };
    if (base64) pieces.push(Buffer.from(line, 'base64'));
    else {
      const piece = uuLine(line);
      if (piece === null) return null;
      pieces.push(piece);
    }
  }
  return null;
}

function uuLine(line: string): Buffer | null {
  if (line === '' || line === '`') return Buffer.alloc(0);
  const length = (line.charCodeAt(0) - 32) & 63;
  // Blanks at the end of a line get lost on the way.
  if (line.length - 1 > Math.ceil(length / 3) * 4 + 2 || line.length - 1 < Math.floor((length * 4) / 3) - 4)
    return null;
  const bytes = Buffer.alloc(Math.ceil(length / 3) * 3);
  const value = (index: number): number => (index < line.length ? (line.charCodeAt(index) - 32) & 63 : 0);
  for (let group = 0; group * 3 < length; group += 1) {
    const at = 1 + group * 4;
    const bits = (value(at) << 18) | (value(at + 1) << 12) | (value(at + 2) << 6) | value(at + 3);
    bytes[group * 3] = bits >> 16;
    bytes[group * 3 + 1] = (bits >> 8) & 255;
    bytes[group * 3 + 2] = bits & 255;
  }
  return bytes.subarray(0, length);
}

function takeYenc(body: Buffer, start: number): Taken | null {
  const out = Buffer.allocUnsafe(body.length - start);
  let length = 0;
  let at = start;
  while (at < body.length) {
    const next = lineEnd(body, at);
    if (body[at] === 0x3d && body[at + 1] === 0x79) {
      if (body.toString('latin1', at, at + 5) === '=yend')
        return { content: Buffer.from(out.subarray(0, length)), end: next };
      at = next;
      continue;
    }
    for (; at < next; at += 1) {
      let byte = body[at] ?? 0;
      if (byte === 10 || byte === 13) continue;
      if (byte === 0x3d) {
        at += 1;
        byte = ((body[at] ?? 0) - 64) & 255;
      }
      out[length] = (byte - 42) & 255;
      length += 1;
    }
    at = next;
  }
  return null;
}

function lineEnd(body: Buffer, at: number): number {
  const found = body.indexOf(10, at);
  return found === -1 ? body.length : found + 1;
}
