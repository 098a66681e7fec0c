import { createHash } from 'node:crypto';
import https from 'node:https';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type ITwitterApiClientPlugin, TwitterApi } from 'twitter-api-v2';
import {
  oauthParameters,
  percentEncode,
  signatureBase,
} from '../../../../../channels/x/simulator/authorisation/oauth1.ts';
import type { XSimulator } from '../../../../../channels/x/simulator/index.ts';
import { createXAgent } from '../../../../../channels/x/transport/agent.ts';
import { begin, refusal } from './clients.ts';

describe('OAuth 1.0a', () => {
  test('a signature with a wrong secret, or of another account, is refused with 401', async () => {
    const { oauth1 } = await begin();
    expect((await oauth1().v2.me()).data.username).toBe('AcmeSupport');
    for (const wrong of [{ appSecret: 'x' }, { accessSecret: 'x' }, { accessToken: 'x' }]) {
      expect(await refusal(oauth1(wrong).v2.me())).toMatchObject({
        status: 401,
        body: { title: 'Unauthorized', type: 'about:blank', status: 401 },
      });
    }
  });

  test('whatever a query holds is covered by the signature', async () => {
    const { user } = await begin();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1 }), fc.string(), async (one, other) => {
        // Lone halves of characters cannot stand in an address.
        const query = { 'tweet.fields': one.toWellFormed(), 'user.fields': other.toWellFormed(), ids: '1' };
        expect(await user.v2.get('tweets', query)).toMatchObject({ errors: [{ resource_id: '1' }] });
      }),
      { numRuns: 60 },
    );
  });

  test('a request that was changed, repeated or is old is refused', async () => {
    const { simulator } = await begin();
    const agent = createXAgent(simulator.apiRoot);
    const ask = (path: string, authorization: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        https
          .get(`https://api.x.com${path}`, { agent, headers: { authorization } }, (response) => {
            response.resume();
            resolve(response.statusCode);
          })
          .on('error', reject);
      });
    const header = await signedHeader(simulator, 'tweets', { ids: '1' });
    expect(await ask('/2/tweets?ids=2', header)).toBe(401);
    expect(await ask('/2/tweets?ids=1', header)).toBe(200);
    expect(await ask('/2/tweets?ids=1', header)).toBe(401);
    expect(await ask('/2/tweets?ids=1', 'Bearer nobody')).toBe(401);
    expect(await ask('/2/tweets?ids=1', '')).toBe(401);
    agent.destroy();
  });

  test('what is signed is the example of the standard', () => {
    // Parameters in the manner of RFC 5849, 3.4.1.1: empty ones, spaces and signs that need escapes, the same name twice.
    const authorization =
      'OAuth oauth_consumer_key="9djdj82h48djs9d2", oauth_token="kkk9d7dh3k39sjv7", oauth_signature_method="HMAC-SHA1", ' +
      'oauth_timestamp="137131201", oauth_nonce="7d8f3e4a", oauth_signature="bYT5CMsGcbgUdFHObYMEfcx6bsw%3D"';
    const oauth = oauthParameters(authorization);
    const request = {
      method: 'post',
      target: '/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b',
      authorization,
      form: new URLSearchParams('c2&a3=2+q'),
    };
    expect(signatureBase(request, oauth ?? new Map())).toBe(
      'POST&https%3A%2F%2Fapi.x.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D' +
        '%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1' +
        '%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7',
    );
    expect(percentEncode("!*'() ~-._")).toBe('%21%2A%27%28%29%20~-._');
  });
});

describe('OAuth 2.0', () => {
  test('a refresh token is good once; used again, it ends everything that came of the consent', async () => {
    const { oauth2, bearer, simulator } = await begin();
    const first = await oauth2().refreshOAuth2Token(simulator.credentials.refreshToken);
    expect(first.expiresIn).toBe(7_200);
    expect(first.scope).toContain('dm.write');
    expect((await bearer(first.accessToken).v2.me()).data.id).toBe(simulator.selfId);
    const second = await oauth2().refreshOAuth2Token(first.refreshToken ?? '');
    // Access tokens live on when another one is given.
    await bearer(first.accessToken).v2.me();
    expect(await refusal(oauth2().refreshOAuth2Token(first.refreshToken ?? ''))).toMatchObject({
      status: 400,
      body: { error: 'invalid_request' },
    });
    expect(await refusal(bearer(second.accessToken).v2.me())).toMatchObject({ status: 401 });
    expect(await refusal(oauth2().refreshOAuth2Token(second.refreshToken ?? ''))).toMatchObject({ status: 400 });
    expect(simulator.refreshes).toBe(2);
    expect(JSON.stringify(simulator.log.calls)).not.toContain(second.refreshToken);
  });

  test('an access token ends after its time', async () => {
    const { bearer, simulator } = await begin();
    const token = simulator.issueToken();
    await bearer(token).v2.me();
    simulator.clock.advance(7_200_000);
    expect(await refusal(bearer(token).v2.me())).toMatchObject({ status: 401 });
    const other = simulator.issueToken();
    simulator.expireTokens();
    expect(await refusal(bearer(other).v2.me())).toMatchObject({ status: 401 });
  });

  test('a token opens what its scopes allow, and the app’s own nothing of the account’s', async () => {
    const { bearer, app, simulator } = await begin();
    const reader = bearer(simulator.issueToken(['tweet.read', 'users.read']));
    await reader.v2.me();
    expect(await refusal(reader.v2.tweet('hello'))).toMatchObject({ status: 403 });
    expect(await refusal(reader.v2.listDmEvents())).toMatchObject({ status: 403 });
    expect(await refusal(app.v2.listDmEvents())).toMatchObject({
      status: 403,
      body: { title: 'Unsupported Authentication', type: 'https://api.x.com/2/problems/unsupported-authentication' },
    });
    expect(await refusal(reader.v2.get('webhooks'))).toMatchObject({ status: 403 });
    expect(simulator.log.posts).toEqual([]);
  });

  test('the owner gives consent by way of a browser; the code is good once, shortly, and with its verifier alone', async () => {
    const { oauth2, bearer, simulator } = await begin();
    const redirectUri = 'http://127.0.0.1:1/back';
    const consent = async (): Promise<URL> => {
      const verifier = 'v'.repeat(64);
      const url = new URL('/i/oauth2/authorize', simulator.url);
      url.search = new URLSearchParams({
        response_type: 'code',
        client_id: simulator.credentials.clientId,
        redirect_uri: redirectUri,
        scope: 'tweet.read users.read offline.access',
        state: 'of mine',
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
      }).toString();
      const response = await fetch(url, { redirect: 'manual' });
      expect(response.status).toBe(302);
      return new URL(response.headers.get('location') ?? '');
    };
    const exchange = (code: string, codeVerifier: string) =>
      oauth2().loginWithOAuth2({ code, codeVerifier, redirectUri });
    const back = await consent();
    expect(back.searchParams.get('state')).toBe('of mine');
    const given = await exchange(back.searchParams.get('code') ?? '', 'v'.repeat(64));
    expect(given.scope).toEqual(['tweet.read', 'users.read', 'offline.access']);
    expect(given.refreshToken).toMatch(/\S{20}/u);
    await bearer(given.accessToken).v2.me();
    expect(await refusal(exchange(back.searchParams.get('code') ?? '', 'v'.repeat(64)))).toMatchObject({ status: 400 });
    const forged = await consent();
    expect(await refusal(exchange(forged.searchParams.get('code') ?? '', 'w'.repeat(64)))).toMatchObject({
      status: 400,
    });
    const late = await consent();
    simulator.clock.advance(30_000);
    expect(await refusal(exchange(late.searchParams.get('code') ?? '', 'v'.repeat(64)))).toMatchObject({ status: 400 });
    simulator.refuseConsent();
    expect((await consent()).searchParams.get('error')).toBe('access_denied');
  });

  test('a confidential client has to show its secret', async () => {
    const { oauth2, simulator } = await begin({ credentials: { clientSecret: 'hush' } });
    expect(await refusal(oauth2().refreshOAuth2Token(simulator.credentials.refreshToken))).toMatchObject({
      status: 401,
    });
    expect(simulator.refreshes).toBe(0);
  });

  test('the app gets its token for its key and secret', async () => {
    const { keys } = await begin();
    const app = await keys().appLogin();
    expect(await app.v2.get('webhooks')).toEqual({ data: [], meta: { result_count: 0 } });
  });
});

/** The `Authorization` of what the library would send, which is not sent. */
async function signedHeader({ credentials }: XSimulator, path: string, query: Record<string, string>): Promise<string> {
  let header = '';
  const stopped = new Error('only signed');
  const plugin: ITwitterApiClientPlugin = {
    onBeforeRequest({ computedParams: { headers } }) {
      header = headers['Authorization'] ?? '';
      throw stopped;
    },
  };
  const { appKey, appSecret, accessToken, accessSecret } = credentials;
  const client = new TwitterApi({ appKey, appSecret, accessToken, accessSecret }, { plugins: [plugin] });
  await client.v2.get(path, query).catch((error: unknown) => {
    if (error !== stopped) throw error;
  });
  return header;
}
