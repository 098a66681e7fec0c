import type { Agent } from 'node:https';
import { z } from 'zod';
import { linked } from '../../../../src/core/linked-signal.ts';
import type { Clock } from '../../../../src/core/ports/clock.ts';
import { failureOf, isRefusedToken } from '../../errors.ts';
import { loadLibrary, request } from '../library.ts';
import type { SignIn } from './credentials.ts';

const ANSWER_WITHIN_MS = 8_000;
/** Where X does not say how long a token lives: what it usually says. */
const DEFAULT_LIFE_MS = 2 * 3_600_000;
/** A renewal is never cut by whoever waits for it: it would lose the token it is given. */
const NEVER = new AbortController().signal;

/** What X grants. */
export interface Granted {
  accessToken: string;
  /** Null: none came, so that what was granted ends with the access token. */
  refreshToken: string | null;
  endsAtMs: number;
  /** Null: X did not say. */
  scopes: readonly string[] | null;
}

/**
 * What asking for a token came to.
 * - `refused`: what was offered for it (a refresh token, a code) is worth nothing.
 * - `client_refused`: X does not know the app.
 * - `not_asked`: X surely did not act. `lost`: it may have.
 */
export type TokenAnswer =
  | { kind: 'granted'; granted: Granted }
  | { kind: 'refused'; code: string }
  | { kind: 'client_refused'; code: string }
  | { kind: 'not_asked'; reason: string }
  | { kind: 'lost'; reason: string };

const granted = z.object({
  access_token: z.string().min(1).max(20_000),
  expires_in: z.coerce.number().positive().optional(),
  refresh_token: z.string().min(1).max(20_000).optional(),
  scope: z.string().max(2_000).optional(),
});
/** RFC 6749, 5.2; older ways of X in their own form. Words of X are not passed on: they may repeat what was sent. */
const refusal = z.object({ error: z.string().regex(/^[\w-]{1,60}$/u) });

/** X's way of saying `invalid_grant` is often `invalid_request`, "Value passed for the token was invalid". */
const WORTHLESS = new Set(['invalid_grant', 'invalid_request']);

export interface TokenRequest {
  path: '/2/oauth2/token' | '/oauth2/token';
  form: Readonly<Record<string, string>>;
  sign: SignIn;
}

/** Asks one of X's token endpoints, once (RFC 6749, 4.1.3, 4.4.2 and 6). Never throws; what it answers is never quoted. */
export async function askForToken(
  { path, form, sign }: TokenRequest,
  { agent, clock }: { agent: Agent; clock: Pick<Clock, 'nowMs'> },
): Promise<TokenAnswer> {
  const askedAtMs = clock.nowMs();
  const deadline = linked(NEVER, ANSWER_WITHIN_MS);
  try {
    const library = await loadLibrary();
    const endpoint = { method: 'POST', path } as const;
    const one = { library, agent, sign, endpoint, call: { form }, timeoutMs: ANSWER_WITHIN_MS };
    const answered = await request(one, deadline.signal);
    if (answered.kind === 'lost') {
      return { kind: answered.sent === 'no' ? 'not_asked' : 'lost', reason: answered.message };
    }
    return read(answered.answer.status, answered.answer.body, askedAtMs);
  } finally {
    deadline.release();
  }
}

function read(status: number, body: unknown, askedAtMs: number): TokenAnswer {
  if (status === 200) {
    const answer = granted.safeParse(body);
    if (!answer.success) return { kind: 'lost', reason: 'X answered 200 without an access token' };
    const { access_token, expires_in, refresh_token, scope } = answer.data;
    return {
      kind: 'granted',
      granted: {
        accessToken: access_token,
        refreshToken: refresh_token ?? null,
        endsAtMs: askedAtMs + (expires_in === undefined ? DEFAULT_LIFE_MS : expires_in * 1_000),
        scopes: scope === undefined ? null : scope.split(' ').filter((one) => one !== ''),
      },
    };
  }
  const failure = failureOf({ status, headers: {}, body }, askedAtMs);
  const oldCode = failure.problem?.code ?? null;
  const code = refusal.safeParse(body).data?.error ?? (oldCode === null ? `status ${status}` : `code ${oldCode}`);
  if (isRefusedToken(failure) || code === 'invalid_client' || code === 'unauthorized_client') {
    return { kind: 'client_refused', code };
  }
  if (WORTHLESS.has(code)) return { kind: 'refused', code };
  // A refusal in the API's own words is one; a proxy's trouble leaves everything open.
  return { kind: status < 500 ? 'not_asked' : 'lost', reason: `X answered ${code}` };
}
