import { createHmac, timingSafeEqual } from 'node:crypto';
import type { XSimulatorCredentials } from '../credentials.ts';

/** Under this address clients sign, wherever the connection leads. */
const ORIGIN = 'https://api.x.com';
/** How far a client's clock may be off. */
const SKEW_S = 300;
const KEPT_NONCES = 100_000;

/** A request as its signature covers it. */
export interface SignedRequest {
  method: string;
  /** Path and query as they came. */
  target: string;
  authorization: string;
  /** Fields of a body of `application/x-www-form-urlencoded`; others are not signed. */
  form: URLSearchParams | null;
}

/** RFC 3986 escapes, as RFC 5849, 3.6 wants them. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/gu, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The parameters of an `Authorization: OAuth …` header; null: it is none. */
export function oauthParameters(authorization: string): Map<string, string> | null {
  if (!/^OAuth /iu.test(authorization)) return null;
  const found = new Map<string, string>();
  for (const [, name = '', value = ''] of authorization.slice(6).matchAll(/([\w%.-]+)="([^"]*)"/gu)) {
    found.set(name, decodeURIComponent(value));
  }
  return found;
}

/** What is signed (RFC 5849, 3.4.1): method, address and every parameter but the signature, sorted. */
export function signatureBase(request: SignedRequest, oauth: ReadonlyMap<string, string>): string {
  const url = new URL(request.target, ORIGIN);
  const pairs: (readonly [string, string])[] = [
    ...url.searchParams,
    ...(request.form ?? []),
    ...Array.from(oauth).filter(([name]) => name !== 'oauth_signature' && name !== 'realm'),
  ];
  const joined = pairs
    .map(([name, value]) => [percentEncode(name), percentEncode(value)] as const)
    .sort(([name, value], [other, otherValue]) =>
      name === other ? (value < otherValue ? -1 : 1) : name < other ? -1 : 1,
    )
    .map((pair) => pair.join('='))
    .join('&');
  return [request.method.toUpperCase(), percentEncode(ORIGIN + url.pathname), percentEncode(joined)].join('&');
}

/** Judges signatures of the account (OAuth 1.0a, HMAC-SHA1). A nonce is good once. */
export function createOAuth1Check(
  { appKey, appSecret, accessToken, accessSecret }: XSimulatorCredentials,
  nowMs: () => number,
): (request: SignedRequest) => boolean {
  const key = `${percentEncode(appSecret)}&${percentEncode(accessSecret)}`;
  const used = new Set<string>();
  return (request) => {
    const oauth = oauthParameters(request.authorization);
    if (oauth === null) return false;
    if (oauth.get('oauth_consumer_key') !== appKey || oauth.get('oauth_token') !== accessToken) return false;
    if (oauth.get('oauth_signature_method') !== 'HMAC-SHA1') return false;
    const timestamp = Number(oauth.get('oauth_timestamp'));
    if (!(Math.abs(nowMs() / 1_000 - timestamp) <= SKEW_S)) return false;
    const expected = createHmac('sha1', key).update(signatureBase(request, oauth)).digest();
    const given = Buffer.from(oauth.get('oauth_signature') ?? '', 'base64');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
    const nonce = `${timestamp} ${oauth.get('oauth_nonce') ?? ''}`;
    if (used.has(nonce)) return false;
    if (used.size >= KEPT_NONCES) used.clear();
    used.add(nonce);
    return true;
  };
}
