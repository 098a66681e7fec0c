import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { xConfig } from '../../../../../channels/x/config.ts';
import { createXAgent } from '../../../../../channels/x/transport/agent.ts';
import { createCredentials } from '../../../../../channels/x/transport/authorisation/credentials.ts';
import type { XRest } from '../../../../../channels/x/transport/ports.ts';
import { createXRest } from '../../../../../channels/x/transport/rest.ts';
import { memoryRecords } from '../../../../kit/channels/memory-records.ts';
import { quietLog } from '../../../../kit/quiet-log.ts';
import { freeMeter } from '../sending/free-meter.ts';
import { type SmallServer, smallServer } from '../sending/small-server.ts';

const NEVER = new AbortController().signal;
const clock = { nowMs: () => Date.now() };
const APP = { id: 'x', channel: 'x', appKey: 'key', appSecret: 'secret' };

describe('an account’s credentials', () => {
  let server: SmallServer;
  let rest: XRest;
  let good: string;
  beforeEach(async () => {
    server = await smallServer();
    let given = 0;
    server.answer(({ path, headers }) => {
      if (path === '/oauth2/token') return { status: 200, json: { access_token: 'app' } };
      if (path === '/2/oauth2/token') {
        given += 1;
        good = `user-${given}`;
        return { status: 200, json: { access_token: good, refresh_token: `r-${given}`, expires_in: 7_200 } };
      }
      const isGood = [`Bearer ${good}`, 'Bearer app'].includes(headers.authorization ?? '');
      return isGood || headers.authorization?.startsWith('OAuth ') === true
        ? { status: 200, json: { data: { id: '7' } } }
        : { status: 401, json: { title: 'Unauthorized' } };
    });
  });
  afterEach(async () => {
    rest.close();
    await server.close();
  });

  function restOf(entry: object): XRest {
    const config = xConfig.parse({ ...APP, apiRoot: server.apiRoot, ...entry });
    const agent = createXAgent(config.apiRoot);
    const { memory } = memoryRecords();
    const credentials = createCredentials(config, { agent, memory, clock, log: quietLog() });
    rest = createXRest({ agent, credentials, meter: freeMeter(), clock });
    return rest;
  }

  const paths = (): string[] => server.asked.map(({ path }) => path);

  it('of OAuth 1.0a sign everything of the user and need no token', async () => {
    const calls = restOf({
      accessToken: '7-token',
      accessSecret: 'access-secret',
      clientId: 'client',
      refreshToken: 'r',
    });
    expect((await calls.call({ endpoint: 'me', purpose: 'read' }, NEVER)).status).toBe(200);
    expect(paths()).toEqual(['/2/users/me']);
  });

  it('of both kinds: where X wants consent it is had, and OAuth 1.0a tried where nobody gave it', async () => {
    const both = { accessToken: '7-token', accessSecret: 'access-secret', clientId: 'client' };
    const waysOf = async (entry: object): Promise<(string | undefined)[]> => {
      const config = xConfig.parse({ ...APP, apiRoot: server.apiRoot, ...entry });
      const agent = createXAgent(config.apiRoot);
      const credentials = createCredentials(config, { agent, memory: memoryRecords().memory, clock, log: quietLog() });
      const ways = [await credentials.signIn('user', NEVER), await credentials.signIn('consent', NEVER)];
      await credentials.settled();
      agent.destroy();
      return ways.map((way) => (way.kind === 'bearer' ? way.token : way.kind));
    };
    expect(await waysOf({ ...both, refreshToken: 'r' })).toEqual(['oauth1', 'user-1']);
    expect(await waysOf(both)).toEqual(['oauth1', 'oauth1']);
    expect(await waysOf({ ...both, clientId: undefined })).toEqual(['oauth1', 'oauth1']);
    restOf(both);
  });

  it('of OAuth 2.0 are had when they are needed, and anew when X refuses them', async () => {
    const calls = restOf({ clientId: 'client', refreshToken: 'first' });
    await calls.call({ endpoint: 'me', purpose: 'read' }, NEVER);
    await calls.call({ endpoint: 'me', purpose: 'read' }, NEVER);
    expect(paths()).toEqual(['/2/oauth2/token', '/2/users/me', '/2/users/me']);
    good = 'another';
    expect((await calls.call({ endpoint: 'me', purpose: 'read' }, NEVER)).status).toBe(200);
    expect(paths().slice(3)).toEqual(['/2/users/me', '/2/oauth2/token', '/2/users/me']);
  });

  it('of the app are used where X asks for the app', async () => {
    const calls = restOf({ clientId: 'client', refreshToken: 'first' });
    await calls.call({ endpoint: 'subscriptions', purpose: 'read' }, NEVER);
    expect(paths()).toEqual(['/oauth2/token', '/2/activity/subscriptions']);
    expect(server.asked[1]?.headers.authorization).toBe('Bearer app');
  });
});
