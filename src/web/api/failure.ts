import type { components } from './schema.d.ts';

type Envelope = components['schemas']['Failure'];
export type OwnerNow = NonNullable<Envelope['error']['owner']>;

/** A request that was refused, or never got through (`code` is `offline`). */
export class ApiFailure extends Error {
  readonly code: string;
  readonly status: number;
  readonly mend: string | undefined;
  readonly requestId: string | undefined;
  readonly owner: OwnerNow | undefined;
  readonly fields: readonly { path: string; message: string }[];
  readonly retryAfterMs: number | undefined;

  constructor(status: number, what: Partial<Envelope['error']>, retryAfterMs?: number) {
    super(what.message ?? `the server answered ${status}`);
    this.name = 'ApiFailure';
    this.status = status;
    this.code = what.code ?? `http_${status}`;
    this.mend = what.mend;
    this.requestId = what.requestId;
    this.owner = what.owner;
    this.fields = what.fields ?? [];
    this.retryAfterMs = retryAfterMs;
  }

  /**
   * True when it is about who is signed in and not about what was asked: signed out, or signed in anew in another tab (this page
   * carries the old session's token).
   */
  get ofSession(): boolean {
    return this.status === 401 || this.code === 'csrf';
  }

  /** True when the same request may succeed later by itself. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

function isEnvelope(value: unknown): value is Envelope {
  if (typeof value !== 'object' || value === null || !('error' in value)) return false;
  const { error } = value;
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string';
}

/** What an answer that is no success says. A proxy's page in place of ours counts as an answer without words. */
export function failureOf(response: Response, body: unknown): ApiFailure {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1_000 : undefined;
  if (isEnvelope(body)) return new ApiFailure(response.status, body.error, retryAfterMs);
  const requestId = response.headers.get('x-request-id');
  return new ApiFailure(response.status, requestId === null ? {} : { requestId }, retryAfterMs);
}

/** Anything thrown by a request, as a failure. */
export function asFailure(thrown: unknown): ApiFailure {
  return thrown instanceof ApiFailure
    ? thrown
    : new ApiFailure(0, { code: 'offline', message: 'the server could not be reached' });
}
