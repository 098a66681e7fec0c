import type { IncomingMessage } from 'node:http';

/** Largest body taken that is no multipart form; texts need far less. */
const MAX_BODY_BYTES = 1_000_000;

/**
 * Parameters of a call, as any of the ways the Bot API allows: query, urlencoded form, multipart form (see uploads.ts),
 * JSON.
 */
export type Parameters = Record<string, unknown>;

/** The body is no valid form of what its content type says. */
export class BodyError extends Error {
  override readonly name = 'BodyError';
}

/** Collects a body. `done` gets null when the sender went away or sent too much. */
export function readBody(request: IncomingMessage, done: (body: Buffer | null) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) request.destroy();
    else chunks.push(chunk);
  });
  request.on('end', () => done(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)));
  request.on('error', () => done(null));
}

/** Parameters in the address. */
export function queryParameters(query: string): Parameters {
  return query === '' ? {} : Object.fromEntries(new URLSearchParams(query));
}

/** Reads parameters. @throws {BodyError} */
export function parseParameters(contentType: string | undefined, body: Buffer, query: string): Parameters {
  const fromQuery = queryParameters(query);
  if (body.length === 0) return fromQuery;
  if (contentType?.startsWith('application/json') === true) {
    let parsed: unknown;
    try {
      parsed = JSON.parse(body.toString('utf8'));
    } catch {
      throw new BodyError("can't parse request JSON object");
    }
    if (typeof parsed !== 'object' || parsed === null) throw new BodyError('expected a JSON object');
    return query === '' ? { ...parsed } : { ...fromQuery, ...parsed };
  }
  return { ...fromQuery, ...Object.fromEntries(new URLSearchParams(body.toString('utf8'))) };
}

/** An integer parameter, written as a number or a string; null when it is neither. */
export function integerParameter(value: unknown): number | null {
  const number = typeof value === 'string' && /^-?\d+$/u.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : null;
}

/** An object or list, given as such or as JSON text; undefined when absent, null when unreadable. */
export function structuredParameter(value: unknown): object | null | undefined {
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'object') return value;
  if (typeof value !== 'string') return null;
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === 'object' ? parsed : null;
  } catch {
    return null;
  }
}
