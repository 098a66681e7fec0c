import { isAscii } from 'node:buffer';

const HEX = new Int8Array(256).fill(-1);
for (let digit = 0; digit < 10; digit += 1) HEX[48 + digit] = digit;
for (let digit = 0; digit < 6; digit += 1) {
  HEX[65 + digit] = 10 + digit;
  HEX[97 + digit] = 10 + digit;
}

/** Undoes a Content-Transfer-Encoding. Unknown encodings are taken as they stand. */
export function decodeTransfer(body: Buffer, encoding: string, isText: boolean): Buffer {
  switch (encoding) {
    case 'base64':
      return decodeBase64(body, isText);
    case 'quoted-printable':
      return decodeQuotedPrintable(body);
    default:
      return body;
  }
}

/** Quoted-printable (RFC 2045 6.7). What is no escape stands for itself. */
export function decodeQuotedPrintable(body: Buffer): Buffer {
  let at = body.indexOf(0x3d);
  if (at === -1) return body;
  const out = Buffer.allocUnsafe(body.length);
  let length = body.copy(out, 0, 0, at);
  while (at < body.length) {
    const byte = body[at] ?? 0;
    if (byte !== 0x3d) {
      out[length] = byte;
      length += 1;
      at += 1;
      continue;
    }
    const high = HEX[body[at + 1] ?? 0] ?? -1;
    const low = HEX[body[at + 2] ?? 0] ?? -1;
    if (high >= 0 && low >= 0) {
      out[length] = high * 16 + low;
      length += 1;
      at += 3;
      continue;
    }
    const soft = softBreak(body, at + 1);
    if (soft !== -1) {
      at = soft;
      continue;
    }
    out[length] = byte;
    length += 1;
    at += 1;
  }
  return out.subarray(0, length);
}

/** Position behind a soft line break whose `=` stood before `at`; -1 when it is none. White space before the end was added on the way. */
function softBreak(body: Buffer, at: number): number {
  let end = at;
  while (end < body.length && end - at < 80 && (body[end] === 32 || body[end] === 9)) end += 1;
  if (end >= body.length) return end;
  if (body[end] === 13) return body[end + 1] === 10 ? end + 2 : end + 1;
  return body[end] === 10 ? end + 1 : -1;
}

/**
 * Base64, tolerant: several encoded pieces one behind the other, and plain text that a list or a virus scanner appended to
 * encoded text.
 */
export function decodeBase64(body: Buffer, isText: boolean): Buffer {
  if (isText && isPlainAnyway(body)) return body;
  const pad = body.indexOf(0x3d);
  if (pad === -1 || body.length - pad < 4) return Buffer.from(body.toString('latin1'), 'base64');
  const pieces: Buffer[] = [];
  let at = 0;
  while (at < body.length) {
    const stop = body.indexOf(0x3d, at);
    if (stop === -1) {
      const rest = body.subarray(at);
      pieces.push(isText && isAppendix(rest) ? rest : Buffer.from(rest.toString('latin1'), 'base64'));
      break;
    }
    pieces.push(Buffer.from(body.toString('latin1', at, stop), 'base64'));
    at = stop;
    while (at < body.length && [0x3d, 10, 13, 32, 9].includes(body[at] ?? 0)) at += 1;
    if (isText && isAppendix(body.subarray(at))) {
      pieces.push(Buffer.from('\n'), body.subarray(at));
      break;
    }
    if (pieces.length > 10_000) break;
  }
  return Buffer.concat(pieces);
}

/** Words with blanks between them are no base64. */
function isAppendix(rest: Buffer): boolean {
  const head = rest.toString('latin1', 0, 400).trim();
  return head !== '' && (/[^A-Za-z0-9+/=\s]/.test(head) || /[A-Za-z] [A-Za-z]/.test(head));
}

/** Labelled base64 and plainly not: the first line holds what base64 does not have. */
function isPlainAnyway(body: Buffer): boolean {
  const head = body.subarray(0, 2_000);
  if (!isAscii(head)) return true;
  const first = head.toString('latin1').trimStart().split('\n')[0]?.trim() ?? '';
  return first.includes(' ') || (first.match(/[^A-Za-z0-9+/=\r]/g)?.length ?? 0) > first.length / 10;
}
