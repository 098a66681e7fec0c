import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { BodyError, type Parameters } from './request-body.ts';

/** Larger requests are refused with 413 (Bot API, sending files: 50 MB). */
const MAX_UPLOAD_BYTES = 50 * 1_024 * 1_024;
/** Files up to this size are kept; of larger ones their beginning, which says how large a picture is. */
const KEPT_BYTES = 1_000_000;
const HEAD_BYTES = 262_144;
const MAX_PART_HEAD_BYTES = 16_384;
const MAX_FIELD_BYTES = 1_000_000;

/** A file of a form: what is remembered of it. */
export class UploadedFile {
  readonly sizeBytes: number;
  /** Hex. */
  readonly sha256: string;
  readonly name: string;
  /** As the sender said; null when it did not. */
  readonly mime: string | null;
  /** All of it, or null when it is too large to be kept. */
  readonly bytes: Buffer | null;
  readonly head: Buffer;

  constructor(about: Omit<UploadedFile, 'toJSON'>) {
    this.sizeBytes = about.sizeBytes;
    this.sha256 = about.sha256;
    this.name = about.name;
    this.mime = about.mime;
    this.bytes = about.bytes;
    this.head = about.head;
  }

  /** For the log: everything but the bytes. */
  toJSON(): Record<string, unknown> {
    return { sizeBytes: this.sizeBytes, sha256: this.sha256, name: this.name, mime: this.mime };
  }
}

/** Reads a multipart form as it comes in. `done` gets null when the sender went away. */
export function readForm(
  request: IncomingMessage,
  contentType: string,
  done: (form: Parameters | BodyError | 'too large' | null) => void,
): void {
  const boundary = /boundary="?([^";]+)"?/iu.exec(contentType)?.[1];
  const reader = boundary === undefined ? null : createFormReader(boundary);
  let failure: BodyError | 'too large' | null =
    reader === null ? new BodyError('multipart form without boundary') : null;
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_UPLOAD_BYTES) failure = 'too large';
    // The rest is read all the same: whoever is still writing would not see the answer.
    if (failure !== null) return;
    failure = attempt(() => reader?.push(chunk));
  });
  request.on('end', () => {
    failure ??= attempt(() => reader?.end());
    done(failure ?? reader?.fields ?? null);
  });
  request.on('error', () => done(null));
}

function attempt(run: () => void): BodyError | null {
  try {
    run();
    return null;
  } catch (error) {
    if (error instanceof BodyError) return error;
    throw error;
  }
}

interface Part {
  name: string;
  take(bytes: Buffer): void;
  value(): string | UploadedFile;
}

interface FormReader {
  readonly fields: Parameters;
  /** @throws {BodyError} */
  push(chunk: Buffer): void;
  /** @throws {BodyError} when the form is not complete. */
  end(): void;
}

function createFormReader(boundary: string): FormReader {
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const fields: Parameters = {};
  // The first delimiter may stand at the very beginning.
  let rest: Buffer = Buffer.from('\r\n');
  let state: 'content' | 'delimited' | 'head' | 'end' = 'content';
  let part: Part | null = null;

  /** Goes one step further; false when more bytes are needed for it. */
  const step = (): boolean => {
    switch (state) {
      case 'content': {
        const at = rest.indexOf(delimiter);
        const sure = at < 0 ? Math.max(0, rest.length - delimiter.length + 1) : at;
        part?.take(rest.subarray(0, sure));
        rest = rest.subarray(at < 0 ? sure : at + delimiter.length);
        if (at < 0) return false;
        if (part !== null) fields[part.name] = part.value();
        part = null;
        state = 'delimited';
        return true;
      }
      case 'delimited': {
        if (rest.length < 2) return false;
        if (rest.subarray(0, 2).toString('latin1') === '--') {
          state = 'end';
          return true;
        }
        const at = rest.indexOf('\r\n');
        if (at < 0) return false;
        rest = rest.subarray(at + 2);
        state = 'head';
        return true;
      }
      case 'head': {
        const at = rest.indexOf('\r\n\r\n');
        if (at < 0 && rest.length > MAX_PART_HEAD_BYTES)
          throw new BodyError('multipart part without an end of its head');
        if (at < 0) return false;
        part = createPart(rest.subarray(0, at).toString('utf8'));
        rest = rest.subarray(at + 4);
        state = 'content';
        return true;
      }
      default:
        rest = Buffer.alloc(0);
        return false;
    }
  };

  return {
    fields,
    push(chunk) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      while (step());
    },
    end() {
      if (state !== 'end') throw new BodyError('multipart form ends in the middle of a part');
    },
  };
}

function createPart(head: string): Part {
  const name = parameterOf(head, 'name');
  if (name === null) throw new BodyError('multipart part without a name');
  const filename = parameterOf(head, 'filename');
  if (filename === null) return createField(name);
  return createFilePart(name, filename, /^content-type:\s*([^\s;]+)/imu.exec(head)?.[1] ?? null);
}

function parameterOf(head: string, name: string): string | null {
  return new RegExp(`[;\\s]${name}="([^"]*)"`, 'iu').exec(head)?.[1] ?? null;
}

function createField(name: string): Part {
  const chunks: Buffer[] = [];
  let size = 0;
  return {
    name,
    take(bytes) {
      size += bytes.length;
      if (size > MAX_FIELD_BYTES) throw new BodyError(`field ${name} is too long`);
      chunks.push(bytes);
    },
    value: () => Buffer.concat(chunks).toString('utf8'),
  };
}

function createFilePart(field: string, filename: string, mime: string | null): Part {
  const hash = createHash('sha256');
  const kept: Buffer[] = [];
  let sizeBytes = 0;
  return {
    name: field,
    take(bytes) {
      if (sizeBytes <= KEPT_BYTES) kept.push(Buffer.from(bytes));
      sizeBytes += bytes.length;
      hash.update(bytes);
    },
    value() {
      const all = Buffer.concat(kept);
      return new UploadedFile({
        sizeBytes,
        sha256: hash.digest('hex'),
        name: filename,
        mime,
        bytes: sizeBytes <= KEPT_BYTES ? all : null,
        head: sizeBytes <= KEPT_BYTES ? all : Buffer.from(all.subarray(0, HEAD_BYTES)),
      });
    },
  };
}
