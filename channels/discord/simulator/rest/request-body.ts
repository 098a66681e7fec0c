import type http from 'node:http';
import { invalidForm, tooLarge } from './errors.ts';

/** Largest request, bytes (docs, "Uploading Files"). */
export const MAX_REQUEST_BYTES = 25 * 1_048_576;

export interface UploadedFile {
  /** `files[n]`: n; -1 where the field has no number. */
  index: number;
  filename: string;
  contentType: string;
  bytes: Uint8Array;
}

export interface ReadBody {
  json: unknown;
  files: UploadedFile[];
}

/** Reads a body up to the largest size. @throws {ApiError} */
export async function readBody(request: http.IncomingMessage): Promise<ReadBody> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request) {
    const bytes = piece as Buffer;
    size += bytes.byteLength;
    // What is too much is read all the same, so that the answer arrives.
    if (size <= MAX_REQUEST_BYTES) pieces.push(bytes);
  }
  if (size > MAX_REQUEST_BYTES) throw tooLarge();
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('multipart/form-data')) return readForm(Buffer.concat(pieces), type);
  return { json: parse(Buffer.concat(pieces).toString('utf8')), files: [] };
}

function parse(text: string): unknown {
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    throw invalidForm('_body', 'JSON_INVALID', 'The request body contains invalid JSON.');
  }
}

async function readForm(body: Buffer, type: string): Promise<ReadBody> {
  let form: FormData;
  try {
    form = await new Response(body, { headers: { 'content-type': type } }).formData();
  } catch {
    throw invalidForm('_body', 'FORM_INVALID', 'The form cannot be read.');
  }
  const files: UploadedFile[] = [];
  let json: unknown = {};
  for (const [name, value] of form) {
    if (typeof value === 'string') {
      if (name === 'payload_json') json = parse(value);
      continue;
    }
    const index = /^files\[(\d+)\]$/.exec(name)?.[1];
    files.push({
      index: index === undefined ? -1 : Number(index),
      filename: value.name,
      contentType: value.type === '' ? 'application/octet-stream' : value.type,
      bytes: new Uint8Array(await value.arrayBuffer()),
    });
  }
  return { json, files };
}
