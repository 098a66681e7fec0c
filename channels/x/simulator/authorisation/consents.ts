import { createHash, randomBytes } from 'node:crypto';
import type { PlatformClock } from '../../../shared/simulator/clock.ts';
import { ALL_SCOPES, type XSimulatorCredentials } from '../credentials.ts';
import { type ApiError, tokenError } from '../rest/errors.ts';

export interface TokenTimes {
  accessTokenMs: number;
  codeMs: number;
}

/** One consent of the account's owner: a family of tokens, of which one of each kind is good at a time. */
interface Consent {
  scopes: readonly string[];
  refreshToken: string;
  accessTokens: Map<string, number>;
  isRevoked: boolean;
}

interface Code {
  scopes: readonly string[];
  challenge: string;
  redirectUri: string;
  untilMs: number;
}

/** OAuth 2.0 with PKCE: consents, single-use refresh tokens, access tokens that end. */
export interface Consents {
  /** What an access token allows; null: it is worth nothing. */
  scopesOf(accessToken: string): readonly string[] | null;
  /** Whether the owner allows it at the moment, by any consent. */
  allows(scope: string): boolean;
  /** An access token of the first consent, for tests that want one without asking. */
  issue(scopes?: readonly string[]): string;
  /** The owner says yes. @returns the code, good for a short while and once */
  allow(asked: { scopes: readonly string[]; challenge: string; redirectUri: string }): string;
  /** Takes what a form offers for tokens. @throws {ApiError} */
  exchange(form: URLSearchParams): Record<string, unknown>;
  /** The owner takes their consent back: every token is worth nothing. */
  revoke(): void;
  /** Access tokens end now; refresh tokens stay good. */
  expire(): void;
  /** How often a refresh token was taken. */
  readonly refreshes: number;
}

const worthless = (): ApiError => tokenError(400, 'invalid_request', 'Value passed for the token was invalid.');

export function createConsents(
  { refreshToken }: XSimulatorCredentials,
  clock: PlatformClock,
  times: TokenTimes,
): Consents {
  const consents: Consent[] = [{ scopes: ALL_SCOPES, refreshToken, accessTokens: new Map(), isRevoked: false }];
  const byRefresh = new Map<string, Consent>(consents.map((consent) => [consent.refreshToken, consent]));
  const byAccess = new Map<string, Consent>();
  const codes = new Map<string, Code>();
  let refreshes = 0;

  const token = (): string => randomBytes(32).toString('base64url');

  function issueTo(consent: Consent): string {
    const accessToken = token();
    for (const [old, untilMs] of consent.accessTokens) {
      if (untilMs > clock.nowMs()) continue;
      consent.accessTokens.delete(old);
      byAccess.delete(old);
    }
    consent.accessTokens.set(accessToken, clock.nowMs() + times.accessTokenMs);
    byAccess.set(accessToken, consent);
    return accessToken;
  }

  function answer(consent: Consent): Record<string, unknown> {
    return {
      token_type: 'bearer',
      expires_in: times.accessTokenMs / 1_000,
      access_token: issueTo(consent),
      scope: consent.scopes.join(' '),
      ...(consent.scopes.includes('offline.access') ? { refresh_token: consent.refreshToken } : {}),
    };
  }

  function refresh(given: string): Record<string, unknown> {
    const consent = byRefresh.get(given);
    if (consent === undefined || consent.isRevoked) throw worthless();
    if (consent.refreshToken !== given) {
      // Used before: whoever has it may have stolen it, so nothing of this consent is good any more.
      end(consent);
      throw worthless();
    }
    refreshes += 1;
    consent.refreshToken = token();
    byRefresh.set(consent.refreshToken, consent);
    return answer(consent);
  }

  function redeem(form: URLSearchParams): Record<string, unknown> {
    const given = form.get('code') ?? '';
    const code = codes.get(given);
    codes.delete(given);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (
      code === undefined ||
      code.untilMs <= clock.nowMs() ||
      code.redirectUri !== form.get('redirect_uri') ||
      code.challenge !== challenge
    ) {
      throw tokenError(400, 'invalid_request', 'Value passed for the authorization code was invalid.');
    }
    const consent = { scopes: code.scopes, refreshToken: token(), accessTokens: new Map(), isRevoked: false };
    consents.push(consent);
    byRefresh.set(consent.refreshToken, consent);
    return answer(consent);
  }

  function end(consent: Consent): void {
    consent.isRevoked = true;
    for (const accessToken of consent.accessTokens.keys()) byAccess.delete(accessToken);
    consent.accessTokens.clear();
  }

  return {
    scopesOf(accessToken) {
      const consent = byAccess.get(accessToken);
      const untilMs = consent?.accessTokens.get(accessToken) ?? 0;
      return consent === undefined || untilMs <= clock.nowMs() ? null : consent.scopes;
    },
    allows: (scope) => consents.some(({ isRevoked, scopes }) => !isRevoked && scopes.includes(scope)),
    issue(scopes = ALL_SCOPES) {
      const consent = { scopes, refreshToken: token(), accessTokens: new Map(), isRevoked: false };
      consents.push(consent);
      return issueTo(consent);
    },
    allow(asked) {
      const code = token();
      codes.set(code, { ...asked, untilMs: clock.nowMs() + times.codeMs });
      return code;
    },
    exchange(form) {
      switch (form.get('grant_type')) {
        case 'refresh_token':
          return refresh(form.get('refresh_token') ?? '');
        case 'authorization_code':
          return redeem(form);
        default:
          throw tokenError(400, 'unsupported_grant_type', 'The grant type is none that is supported.');
      }
    },
    revoke: () => consents.forEach(end),
    expire() {
      for (const { accessTokens } of consents) accessTokens.clear();
      byAccess.clear();
    },
    get refreshes() {
      return refreshes;
    },
  };
}
