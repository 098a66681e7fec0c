import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { XCallError } from '../../../../../channels/x/errors.ts';
import { createXAgent } from '../../../../../channels/x/transport/agent.ts';
import type { XCredentials } from '../../../../../channels/x/transport/authorisation/credentials.ts';
import { NeedsLogin, TokenUnavailable } from '../../../../../channels/x/transport/authorisation/errors.ts';
import { BudgetUsedUp, type XCall, type XRest } from '../../../../../channels/x/transport/ports.ts';
import { createXRest } from '../../../../../channels/x/transport/rest.ts';
import { freeMeter } from './free-meter.ts';
import { type SmallServer, smallServer } from './small-server.ts';

const NEVER = new AbortController().signal;
const POST: XCall = { endpoint: 'createPost', purpose: 'answer', json: { text: 'hello' } };
const ME: XCall = { endpoint: 'me', purpose: 'read' };
const clock = { nowMs: () => 1_800_000_000_000 };

const oauth1: Pick<XCredentials, 'signIn'> = {
  signIn: () =>
    Promise.resolve({
      kind: 'oauth1',
      tokens: { appKey: 'key', appSecret: 'app-secret', accessToken: '7-token', accessSecret: 'access-secret' },
    }),
};

function bearers(tokens: string[]): Pick<XCredentials, 'signIn'> & { asked: (string | undefined)[] } {
  const asked: (string | undefined)[] = [];
  return {
    asked,
    async signIn(_as, _signal, refused) {
      asked.push(refused);
      if (refused !== undefined && tokens[0] === refused) tokens.shift();
      const [token] = tokens;
      if (token === undefined) throw new NeedsLogin('consent was withdrawn', 'Give consent again.');
      return { kind: 'bearer', token };
    },
  };
}

async function failureOf(call: Promise<unknown>): Promise<XCallError['failure']> {
  try {
    await call;
  } catch (error) {
    if (error instanceof XCallError) return error.failure;
    throw error;
  }
  throw new Error('the call succeeded');
}

describe('calls of the API', () => {
  let server: SmallServer;
  let open: XRest[] = [];
  beforeEach(async () => {
    server = await smallServer();
  });
  afterEach(async () => {
    for (const rest of open) rest.close();
    open = [];
    await server.close();
  });

  function restOf(credentials = oauth1, meter = freeMeter(), apiRoot = server.apiRoot): XRest {
    const rest = createXRest({ agent: createXAgent(apiRoot), credentials, meter, clock });
    open.push(rest);
    return rest;
  }

  it('sends what is asked for, signed, to the platform’s own name, and gives status, headers and body', async () => {
    server.answer(() => ({ status: 201, json: { data: { id: '9' } }, headers: { 'x-rate-limit-remaining': '14' } }));
    const answer = await restOf().call(
      { endpoint: 'sendDirect', purpose: 'answer', path: { id: '12' }, json: { text: 'Grüße' } },
      NEVER,
    );
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({ data: { id: '9' } });
    expect(answer.headers['x-rate-limit-remaining']).toBe('14');
    const [asked] = server.asked;
    expect(asked?.method).toBe('POST');
    expect(asked?.path).toBe('/2/dm_conversations/with/12/messages');
    expect(asked?.headers.host).toBe('api.x.com');
    expect(asked?.headers['accept-encoding']).toBeUndefined();
    expect(asked?.headers.authorization).toMatch(/^OAuth .*oauth_signature="[^"]+".*oauth_token="7-token"/u);
    expect(JSON.parse(Buffer.from(asked?.body ?? '', 'latin1').toString())).toEqual({ text: 'Grüße' });
  });

  it('puts queries in place and leaves out what is undefined', async () => {
    server.answer(() => ({ status: 200, json: { data: [] } }));
    const query = { max_results: 5, since_id: undefined, 'tweet.fields': 'a,b c' };
    await restOf().call({ endpoint: 'mentions', purpose: 'read', path: { id: '7' }, query }, NEVER);
    expect(server.asked[0]?.path).toBe('/2/users/7/mentions?max_results=5&tweet.fields=a%2Cb%20c');
  });

  it('sends pieces of an upload as a form', async () => {
    server.answer(() => ({ status: 200, json: { data: {} } }));
    const piece = { index: 0, bytes: new Uint8Array([1, 2, 3, 255]) };
    await restOf().call({ endpoint: 'uploadAppend', purpose: 'answer', path: { id: '4' }, piece }, NEVER);
    expect(server.asked[0]?.headers['content-type']).toMatch(/^multipart\/form-data/u);
    expect(server.asked[0]?.body).toContain('name="segment_index"\r\n\r\n0\r\n');
    expect(server.asked[0]?.body).toContain('\r\n\r\n\x01\x02\x03\xff\r\n--');
  });

  it('keeps one connection and hangs nothing on it', async () => {
    server.answer(() => ({ status: 200, json: { data: { id: '7' } } }));
    const warnings: string[] = [];
    const note = (warning: Error): void => void warnings.push(warning.name);
    process.on('warning', note);
    const rest = restOf();
    for (let index = 0; index < 25; index += 1) await rest.call(ME, NEVER);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', note);
    expect(server.connections()).toBe(1);
    expect(warnings).toEqual([]);
  });

  it('says what X refused, with its headers, and that it cost nothing', async () => {
    const meter = freeMeter();
    server.answer(() => ({
      status: 429,
      json: { title: 'Too Many Requests', detail: 'Too Many Requests', type: 'about:blank', status: 429 },
      headers: { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': '1800000060' },
    }));
    const failure = await failureOf(restOf(oauth1, meter).call(POST, NEVER));
    expect(failure).toMatchObject({ status: 429, retryAfterMs: 60_000 });
    expect(meter.taken).toEqual([{ mostMicros: 15_000, purpose: 'answer', settled: 0 }]);
  });

  it('follows no redirect and takes none for a success', async () => {
    server.answer(() => ({ status: 302, json: {}, headers: { location: `${server.apiRoot}/2/elsewhere` } }));
    expect(await failureOf(restOf().call(ME, NEVER))).toMatchObject({ status: 302 });
    expect(server.asked).toHaveLength(1);
  });

  it.each([
    ['a refusal that is no JSON', { status: 503, text: '<html>' }, { status: 503, problem: null }],
    [
      'a refusal that says to be JSON',
      { status: 403, text: '<', headers: { 'content-type': 'application/json' } },
      { status: 403, problem: null },
    ],
    [
      'a success nobody can read',
      { status: 200, text: '<', headers: { 'content-type': 'application/json' } },
      { status: null, sent: 'maybe' },
    ],
  ] as const)('reads %s', async (_name, said, expected) => {
    server.answer(() => said);
    expect(await failureOf(restOf().call(POST, NEVER))).toMatchObject(expected);
  });

  it('is not known to have arrived when the connection ends, and all of it counts as spent', async () => {
    const meter = freeMeter();
    server.answer(() => 'cut');
    expect(await failureOf(restOf(oauth1, meter).call(POST, NEVER))).toMatchObject({ status: null, sent: 'maybe' });
    expect(meter.taken[0]?.settled).toBe(15_000);
  });

  it('is not known to have arrived on a connection that was used before', async () => {
    const rest = restOf();
    server.answer(() => ({ status: 200, json: {} }));
    await rest.call(ME, NEVER);
    server.answer(() => 'cut');
    expect(await failureOf(rest.call(POST, NEVER))).toMatchObject({ status: null, sent: 'maybe' });
    expect(server.connections()).toBe(1);
  });

  it('gives up in time', async () => {
    server.answer(() => 'hang');
    const failure = await failureOf(restOf().call({ ...POST, timeoutMs: 150 }, NEVER));
    expect(failure).toMatchObject({ status: null, sent: 'maybe' });
  });

  it('ends with its caller', async () => {
    server.answer(() => 'hang');
    const caller = new AbortController();
    const call = failureOf(restOf().call(POST, caller.signal));
    while (server.asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    caller.abort();
    expect(await call).toMatchObject({ status: null, sent: 'maybe' });
    expect(await failureOf(restOf().call(POST, caller.signal))).toMatchObject({ sent: 'no' });
    expect(server.asked).toHaveLength(1);
  });

  it('has surely not arrived where there is nobody', async () => {
    const meter = freeMeter();
    const { apiRoot } = server;
    await server.close();
    const failure = await failureOf(restOf(oauth1, meter, apiRoot).call(POST, NEVER));
    expect(failure).toMatchObject({ status: null, sent: 'no', message: 'no connection (ECONNREFUSED)' });
    expect(meter.taken[0]?.settled).toBe(0);
    server = await smallServer();
  });

  it('has surely not arrived where no secure connection came about', async () => {
    const plain = server.apiRoot.replace('http:', 'https:');
    const failure = await failureOf(restOf(oauth1, freeMeter(), plain).call(POST, NEVER));
    expect(failure).toMatchObject({ status: null, sent: 'no' });
  });

  it('counts what it was given', async () => {
    const meter = freeMeter();
    server.answer(() => ({ status: 200, json: { data: [{ id: '1' }, { id: '2' }] } }));
    const read: XCall = { endpoint: 'mentions', purpose: 'read', path: { id: '7' }, mostMicros: 100_000 };
    await restOf(oauth1, meter).call(read, NEVER);
    expect(meter.taken).toEqual([{ mostMicros: 100_000, purpose: 'read', settled: 2_000 }]);
  });

  it('asks nobody when the budget is used up', async () => {
    const meter = freeMeter(() => {
      throw new BudgetUsedUp('answer', 5);
    });
    await expect(restOf(oauth1, meter).call(POST, NEVER)).rejects.toBeInstanceOf(BudgetUsedUp);
    expect(server.asked).toHaveLength(0);
  });

  it('has surely sent nothing when the store is away', async () => {
    const meter = freeMeter(() => {
      throw new Error('postgres://user:password@host refused');
    });
    const failure = await failureOf(restOf(oauth1, meter).call(POST, NEVER));
    expect(failure).toMatchObject({ status: null, sent: 'no' });
    expect(failure.message).not.toContain('password');
    const unavailable: Pick<XCredentials, 'signIn'> = {
      ...oauth1,
      signIn: () => Promise.reject(new TokenUnavailable('away')),
    };
    expect(await failureOf(restOf(unavailable).call(POST, NEVER))).toMatchObject({ status: null, sent: 'no' });
    expect(server.asked).toHaveLength(0);
  });

  it('asks once more with another token when X refuses the first, and no more than that', async () => {
    server.answer(({ headers }) =>
      headers.authorization === 'Bearer good'
        ? { status: 201, json: { data: { id: '1' } } }
        : { status: 401, json: {} },
    );
    expect((await restOf(bearers(['old', 'good'])).call(POST, NEVER)).status).toBe(201);
    expect(server.asked).toHaveLength(2);
    expect(await failureOf(restOf(bearers(['a', 'b', 'c'])).call(POST, NEVER))).toMatchObject({ status: 401 });
    expect(server.asked).toHaveLength(4);
  });

  it('says what to do when nobody lets it in', async () => {
    server.answer(() => ({ status: 401, json: { title: 'Unauthorized' } }));
    const failure = await failureOf(restOf(bearers(['only'])).call(POST, NEVER));
    expect(failure).toMatchObject({ status: 401, sent: 'no' });
    expect(failure.message).toContain('Give consent again.');
    expect(failure.message).not.toContain('only');
  });
});
