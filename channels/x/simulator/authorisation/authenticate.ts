import { forbidden, unauthorized, unsupportedAuthentication } from '../rest/errors.ts';
import type { Platform, RestRequest, Route, Way } from '../rest/route.ts';
import type { SignedRequest } from './oauth1.ts';

const NAMES: Readonly<Record<Way, string>> = {
  oauth1: 'OAuth 1.0a User Context',
  oauth2: 'OAuth 2.0 User Context',
  app: 'OAuth 2.0 Application-Only',
  open: 'no authentication',
};

/**
 * Finds out who asks, and whether they may.
 * @throws {ApiError} 401 for credentials that are worth nothing, 403 for a way that is none of this endpoint's, or a scope that is missing
 */
export function authenticate(
  { ways, scopes = [] }: Pick<Route, 'ways' | 'scopes'>,
  request: Pick<RestRequest, 'headers'>,
  signed: Omit<SignedRequest, 'authorization'>,
  { platform, checkOAuth1 }: { platform: Platform; checkOAuth1: (request: SignedRequest) => boolean },
): Exclude<Way, 'open'> | null {
  if (ways.includes('open')) return null;
  const authorization = request.headers.authorization ?? '';
  const way = wayOf(authorization, signed, { platform, checkOAuth1 });
  if (way === null) throw unauthorized();
  if (!ways.includes(way)) {
    throw unsupportedAuthentication(
      NAMES[way],
      ways.map((one) => NAMES[one]),
    );
  }
  if (way !== 'oauth2') return way;
  const allowed = platform.consents.scopesOf(bearerOf(authorization) ?? '') ?? [];
  const missing = scopes.filter((scope) => !allowed.includes(scope));
  if (missing.length > 0) throw forbidden(`The token does not allow ${missing.join(', ')}.`);
  return way;
}

function bearerOf(authorization: string): string | null {
  return /^Bearer (\S+)$/iu.exec(authorization)?.[1] ?? null;
}

function wayOf(
  authorization: string,
  signed: Omit<SignedRequest, 'authorization'>,
  { platform, checkOAuth1 }: { platform: Platform; checkOAuth1: (request: SignedRequest) => boolean },
): Exclude<Way, 'open'> | null {
  const token = bearerOf(authorization);
  if (token === null) return checkOAuth1({ ...signed, authorization }) ? 'oauth1' : null;
  if (token === platform.credentials.bearerToken) return 'app';
  return platform.consents.scopesOf(token) === null ? null : 'oauth2';
}
