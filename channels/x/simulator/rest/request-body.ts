import type http from 'node:http';
import { invalidRequest } from './errors.ts';

/** Largest request, bytes: a piece of an upload with what stands around it. */
const MAX_REQUEST_BYTES = 6 * 1_048_576;

export interface ReadBody {
  json: Readonly<Record<string, unknown>>;
  /** Fields of a form in the address's own way; null: it was none. */
  form: URLSearchParams | null;
  /** A piece of an upload. */
  piece: { index: number; bytes: Uint8Array } | null;
}

/** Reads a body. @throws {ApiError} for what is too large or cannot be read */
export async function readBody(request: http.IncomingMessage): Promise<ReadBody> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request) {
    const bytes = piece as Buffer;
    size += bytes.byteLength;
    // What is too much is read all the same, so that the answer arrives.
    if (size <= MAX_REQUEST_BYTES) pieces.push(bytes);
  }
  if (size > MAX_REQUEST_BYTES) throw invalidRequest('the request is too large');
  const type = request.headers['content-type'] ?? '';
  const whole = Buffer.concat(pieces);
  if (type.startsWith('multipart/form-data')) return { json: {}, form: null, piece: readPiece(whole, type) };
  if (type.startsWith('application/x-www-form-urlencoded')) {
    return { json: {}, form: new URLSearchParams(whole.toString('utf8')), piece: null };
  }
  return { json: readJson(whole.toString('utf8')), form: null, piece: null };
}

function readJson(text: string): Readonly<Record<string, unknown>> {
  if (text === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalidRequest('the body is no JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidRequest('the body is no object');
  return value as Readonly<Record<string, unknown>>;
}

/**
 * Reads `segment_index` and `media` of a form (RFC 7578). By hand: clients leave out the name of a file, and then its bytes would be
 * taken for text.
 */
function readPiece(body: Buffer, type: string): ReadBody['piece'] {
  const [, boundary = ''] = /boundary="?([^";]+)"?/iu.exec(type) ?? [];
  const fields = new Map(partsOf(body, `--${boundary}`).map((part) => [part.name, part]));
  const [media, index] = [fields.get('media'), fields.get('segment_index')];
  if (media === undefined || index === undefined) throw invalidRequest('$.segment_index and $.media are required');
  const bytes = media.isFile ? media.bytes : Buffer.from(media.bytes.toString('latin1'), 'base64');
  return { index: Number(index.bytes.toString('latin1')), bytes };
}

interface FormPart {
  name: string;
  isFile: boolean;
  bytes: Buffer;
}

function partsOf(body: Buffer, delimiter: string): FormPart[] {
  const parts: FormPart[] = [];
  let at = body.indexOf(delimiter);
  while (at >= 0) {
    const start = at + delimiter.length + 2;
    const next = body.indexOf(`\r\n${delimiter}`, start);
    const head = body.indexOf('\r\n\r\n', start);
    if (next < 0 || head < 0) break;
    const headers = body.toString('latin1', start, head);
    parts.push({
      name: /name="([^"]*)"/iu.exec(headers)?.[1] ?? '',
      isFile: /filename=|content-type:/iu.test(headers),
      bytes: body.subarray(head + 4, Math.max(head + 4, next)),
    });
    at = next + 2;
  }
  return parts;
}
