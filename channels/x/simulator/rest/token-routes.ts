import { ALL_SCOPES } from '../credentials.ts';
import { tokenError } from './errors.ts';
import type { Platform, RestAnswer, RestRequest, RouteTable } from './route.ts';

const OPEN = { ways: ['open'] } as const;

/** Name and secret of `Authorization: Basic …`; null: there is none. */
function basicOf({ headers }: RestRequest): { name: string; secret: string } | null {
  const [, encoded] = /^Basic (\S+)$/iu.exec(headers.authorization ?? '') ?? [];
  if (encoded === undefined) return null;
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const at = decoded.indexOf(':');
  // Each half is escaped as in a form (RFC 6749, 2.3.1).
  return { name: decodeURIComponent(decoded.slice(0, at)), secret: decodeURIComponent(decoded.slice(at + 1)) };
}

/** What is offered, as a form or as JSON: the platform takes both. */
function formOf({ form, json }: RestRequest): URLSearchParams {
  if (form !== null) return form;
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(json)) if (typeof value === 'string') given.set(name, value);
  return given;
}

/** @throws {ApiError} where the client is none, or a confidential one does not show its secret */
function checkClient(request: RestRequest, { credentials: { clientId, clientSecret } }: Platform): URLSearchParams {
  const form = formOf(request);
  if (clientSecret !== null) {
    const basic = basicOf(request);
    if (basic === null) throw tokenError(401, 'unauthorized_client', 'Missing valid authorization header');
    if (basic.name !== clientId || basic.secret !== clientSecret) {
      throw tokenError(401, 'invalid_client', 'The client is not known.');
    }
    return form;
  }
  if (form.get('client_id') !== clientId) throw tokenError(401, 'invalid_client', 'The client is not known.');
  return form;
}

/** Where the owner's browser goes: says yes or no at once, as the simulator was told to. */
function authorize({ query }: RestRequest, { credentials, consents, refusesConsent }: Platform): RestAnswer {
  const redirectUri = query.get('redirect_uri') ?? '';
  const challenge = query.get('code_challenge') ?? '';
  if (
    query.get('response_type') !== 'code' ||
    query.get('client_id') !== credentials.clientId ||
    query.get('code_challenge_method') !== 'S256' ||
    challenge === '' ||
    !query.has('state') ||
    !URL.canParse(redirectUri)
  ) {
    throw tokenError(400, 'invalid_request', 'Something is wrong with what was asked for.');
  }
  const known = new Set<string>(ALL_SCOPES);
  const scopes = (query.get('scope') ?? '').split(' ').filter((scope) => known.has(scope));
  const location = new URL(redirectUri);
  location.searchParams.set('state', query.get('state') ?? '');
  if (refusesConsent) location.searchParams.set('error', 'access_denied');
  else location.searchParams.set('code', consents.allow({ scopes, challenge, redirectUri }));
  return { status: 302, location: location.toString() };
}

/** Tokens, and the page that asks for consent. */
export const TOKEN_ROUTES: RouteTable = {
  'POST /2/oauth2/token': {
    ...OPEN,
    handle: (request, platform) => ({ body: platform.consents.exchange(checkClient(request, platform)) }),
  },
  'POST /oauth2/token': {
    ...OPEN,
    handle(request, { credentials }) {
      const basic = basicOf(request);
      if (basic?.name !== credentials.appKey || basic.secret !== credentials.appSecret) {
        throw tokenError(403, 'invalid_client', 'Unable to verify your credentials');
      }
      if (formOf(request).get('grant_type') !== 'client_credentials') {
        throw tokenError(400, 'unsupported_grant_type', 'grant_type is client_credentials');
      }
      return { body: { token_type: 'bearer', access_token: credentials.bearerToken } };
    },
  },
  'GET /i/oauth2/authorize': { ...OPEN, handle: authorize },
};
