import { createHash } from 'node:crypto';
import type { Agent } from 'node:https';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createXAgent } from '../../../../../channels/x/transport/agent.ts';
import { createAppToken } from '../../../../../channels/x/transport/authorisation/app-token.ts';
import { beginAuthorisation, finishAuthorisation } from '../../../../../channels/x/transport/authorisation/consent.ts';
import { NeedsLogin, TokenUnavailable } from '../../../../../channels/x/transport/authorisation/errors.ts';
import { createUserTokens } from '../../../../../channels/x/transport/authorisation/user-tokens.ts';
import type { AccountMemory } from '../../../../../src/core/ports/channel.ts';
import { memoryRecords } from '../../../../kit/channels/memory-records.ts';
import { quietLog } from '../../../../kit/quiet-log.ts';
import { type SmallServer, smallServer } from '../sending/small-server.ts';

const NEVER = new AbortController().signal;
const clock = { nowMs: () => 1_800_000_000_000 };
const BACK = 'https://support.example.com/x';

let server: SmallServer;
let agent: Agent;
let memory: AccountMemory;
beforeEach(async () => {
  server = await smallServer();
  agent = createXAgent(server.apiRoot);
  ({ memory } = memoryRecords());
});
afterEach(async () => {
  agent.destroy();
  await server.close();
});

describe('consent', () => {
  const platform = { clientId: 'client', apiRoot: 'https://api.x.com' };

  it('sends the owner to X’s own page with a challenge of the verifier', () => {
    const begun = beginAuthorisation(platform, BACK);
    const url = new URL(begun.url);
    expect(url.origin + url.pathname).toBe('https://x.com/i/oauth2/authorize');
    expect(begun.url).toContain('scope=tweet.read%20tweet.write');
    const query = Object.fromEntries(url.searchParams);
    expect(query).toMatchObject({
      response_type: 'code',
      client_id: 'client',
      redirect_uri: BACK,
      state: begun.state,
      code_challenge: createHash('sha256').update(begun.verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    expect(query['scope']?.split(' ')).toContain('offline.access');
    expect(begun.url).not.toContain(begun.verifier);
    expect(begun.verifier).toMatch(/^[\w-]{43,128}$/u);
    expect(beginAuthorisation(platform, BACK).state).not.toBe(begun.state);
  });

  it('needs a client', () => {
    expect(() => beginAuthorisation({ apiRoot: platform.apiRoot }, BACK)).toThrow(NeedsLogin);
  });

  it('takes the tokens for the code, proves who asks, and keeps them for every process', async () => {
    server.answer(() => ({
      status: 200,
      json: { access_token: 'access-9', refresh_token: 'refresh-9', expires_in: 7200, scope: 'tweet.read' },
    }));
    const config = { clientId: 'client', apiRoot: server.apiRoot };
    const begun = beginAuthorisation(config, BACK);
    const returned = `${BACK}?state=${begun.state}&code=the-code`;
    await finishAuthorisation(returned, begun, config, { agent, memory, clock });
    expect(Object.fromEntries(new URLSearchParams(server.asked[0]?.body))).toEqual({
      grant_type: 'authorization_code',
      code: 'the-code',
      code_verifier: begun.verifier,
      redirect_uri: BACK,
      client_id: 'client',
    });
    const tokens = createUserTokens(config, { agent, memory, clock, log: quietLog() });
    expect(await tokens.get(NEVER)).toBe('access-9');
    expect(await tokens.scopes()).toEqual(['tweet.read']);
    expect(server.asked).toHaveLength(1);
  });

  it.each([
    ['another login', '?state=other&code=c', /not the one/u],
    ['nobody', '', /not the one/u],
    ['who said no', '?state=STATE&error=access_denied', /refused at X/u],
    ['who brings nothing', '?state=STATE', /no code/u],
  ])('refuses an address of %s without asking', async (_name, query, words) => {
    const config = { clientId: 'client', apiRoot: server.apiRoot };
    const begun = beginAuthorisation(config, BACK);
    const returned = BACK + query.replace('STATE', begun.state);
    await expect(finishAuthorisation(returned, begun, config, { agent, memory, clock })).rejects.toThrow(words);
    expect(server.asked).toHaveLength(0);
  });

  it.each([
    ['refuses the code', { status: 400, json: { error: 'invalid_request' } }, NeedsLogin],
    ['does not know the app', { status: 401, json: { error: 'unauthorized_client' } }, NeedsLogin],
    ['is in trouble', { status: 503, json: {} }, TokenUnavailable],
    ['gives nothing to renew', { status: 200, json: { access_token: 'a', expires_in: 5 } }, NeedsLogin],
  ])('says so when X %s', async (_name, said, kind) => {
    server.answer(() => said);
    const config = { clientId: 'client', apiRoot: server.apiRoot };
    const begun = beginAuthorisation(config, BACK);
    const returned = `${BACK}?state=${begun.state}&code=c`;
    await expect(finishAuthorisation(returned, begun, config, { agent, memory, clock })).rejects.toBeInstanceOf(kind);
  });
});

describe('the app’s token', () => {
  const app = { appKey: 'key', appSecret: 'secret' };

  it('is asked for once with the app’s key and secret, and anew when X refuses it', async () => {
    let count = 0;
    server.answer(() => {
      count += 1;
      return { status: 200, json: { token_type: 'bearer', access_token: `app-${count}` } };
    });
    const token = createAppToken(app, { agent, clock });
    expect(await Promise.all([token.get(), token.get()])).toEqual(['app-1', 'app-1']);
    expect(await token.get()).toBe('app-1');
    expect(server.asked[0]).toMatchObject({ path: '/oauth2/token', body: 'grant_type=client_credentials' });
    expect(server.asked[0]?.headers.authorization).toBe(`Basic ${Buffer.from('key:secret').toString('base64')}`);
    expect(await token.get('app-1')).toBe('app-2');
    expect(server.asked).toHaveLength(2);
  });

  it('is the configuration’s where it has one, and then nothing else', async () => {
    const token = createAppToken({ ...app, bearerToken: 'own' }, { agent, clock });
    expect(await token.get()).toBe('own');
    await expect(token.get('own')).rejects.toThrow(NeedsLogin);
    expect(server.asked).toHaveLength(0);
  });

  it('tells refused keys and passing trouble apart, and tries again', async () => {
    const token = createAppToken(app, { agent, clock });
    server.answer(() => ({
      status: 403,
      json: { errors: [{ code: 99, message: 'Unable to verify your credentials' }] },
    }));
    await expect(token.get()).rejects.toBeInstanceOf(NeedsLogin);
    server.answer(() => 'cut');
    await expect(token.get()).rejects.toBeInstanceOf(TokenUnavailable);
    server.answer(() => ({ status: 200, json: { access_token: 'app' } }));
    expect(await token.get()).toBe('app');
  });
});
