import type { ServedAnswer, ServedRequest } from '../../../src/core/ports/channel.ts';

/** A request that is answered with a refusal: status, a stable code for the page, a sentence for whoever builds it in. */
export class ChatRefused extends Error {
  readonly status: number;
  readonly code: string;
  readonly retryAfterMs: number | null;

  constructor(status: number, code: string, message: string, retryAfterMs: number | null = null) {
    super(message);
    this.name = 'ChatRefused';
    this.status = status;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Of every answer that is no page: nothing keeps it, nothing guesses what it is. */
export const PLAIN_HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const;

export function json(status: number, value: unknown): ServedAnswer {
  return {
    status,
    headers: { ...PLAIN_HEADERS, 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(value),
  };
}

export function refusal({ status, code, message, retryAfterMs }: ChatRefused): ServedAnswer {
  const answer = json(status, { error: { code, message } });
  if (retryAfterMs === null) return answer;
  const seconds = String(Math.max(1, Math.ceil(retryAfterMs / 1_000)));
  return { ...answer, headers: { ...answer.headers, 'retry-after': seconds } };
}

/** One value of a header; undefined where it is not there or there several times. */
export function headerOf(request: ServedRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** Largest body of a call, bytes. */
const CALL_BYTES = 64 * 1_024;

/** The JSON body, or a refusal. @throws {BodyTooLarge} too */
export async function bodyOf(request: ServedRequest): Promise<unknown> {
  const body = await request.body(CALL_BYTES);
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new ChatRefused(400, 'not_json', 'the body is not JSON');
  }
}
