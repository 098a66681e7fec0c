import type { Agent } from 'node:https';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fetchXFile } from '../../../../../channels/x/fetch-file.ts';
import { createXAgent } from '../../../../../channels/x/transport/agent.ts';
import type { SignIn, XCredentials } from '../../../../../channels/x/transport/authorisation/credentials.ts';
import { NeedsLogin } from '../../../../../channels/x/transport/authorisation/errors.ts';
import type { FetchOutcome } from '../../../../../src/core/model/attachment.ts';
import { refusal, scriptedRest } from './scripted-rest.ts';
import { type SmallServer, smallServer } from './small-server.ts';

const NEVER = new AbortController().signal;
const BYTES = 'the bytes of a picture';
const WHOLE = { offset: 0, maxBytes: 1_000 };
const direct = { messageId: '300', mediaId: '400', resourceId: 'pic.jpg', host: 'ton.twitter.com', path: '/1.1/x' };

let server: SmallServer;
let agent: Agent;
beforeEach(async () => {
  server = await smallServer();
  agent = createXAgent(server.apiRoot);
});
afterEach(async () => {
  agent.destroy();
  await server.close();
});

function signingWith(...signs: SignIn[]): Pick<XCredentials, 'signIn'> {
  return {
    signIn: () => {
      const sign = signs.length > 1 ? signs.shift() : signs[0];
      return sign === undefined ? Promise.reject(new NeedsLogin('nobody', 'Log in.')) : Promise.resolve(sign);
    },
  };
}

const bearer = (token: string): SignIn => ({ kind: 'bearer', token });

function fetching(
  remote: Readonly<Record<string, unknown>>,
  { options = WHOLE, credentials = signingWith(bearer('good')), rest = scriptedRest() } = {},
): Promise<FetchOutcome> {
  return fetchXFile({ rest, credentials, agent }, remote, options, NEVER);
}

async function bytesOf(outcome: FetchOutcome): Promise<string> {
  if (outcome.kind !== 'file') throw new Error(`no file: ${outcome.kind}`);
  const pieces: Uint8Array[] = [];
  for await (const piece of outcome.file.body) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

/** A server that knows ranges. */
function serveBytes(): void {
  server.answer(({ headers }) => {
    const from = Number(/^bytes=(\d+)-$/u.exec(headers.range ?? '')?.[1] ?? 0);
    if (from === 0) return { status: 200, text: BYTES, headers: { 'content-length': String(BYTES.length) } };
    if (from >= BYTES.length) return { status: 416 };
    const range = `bytes ${from}-${BYTES.length - 1}/${BYTES.length}`;
    return { status: 206, text: BYTES.slice(from), headers: { 'content-range': range } };
  });
}

describe('a customer’s file', () => {
  it('of a direct message comes with the account’s own signature', async () => {
    serveBytes();
    expect(await bytesOf(await fetching(direct))).toBe(BYTES);
    expect(server.asked[0]?.path).toBe('/2/dm_conversations/media/300/400/pic.jpg');
    expect(server.asked[0]?.headers).toMatchObject({ authorization: 'Bearer good', host: 'api.x.com' });
    const tokens = { appKey: 'key', appSecret: 's', accessToken: '7-t', accessSecret: 's' };
    await bytesOf(await fetching(direct, { credentials: signingWith({ kind: 'oauth1', tokens }) }));
    expect(server.asked[1]?.headers.authorization).toMatch(/^OAuth .*oauth_signature="/u);
  });

  it('comes from where it was cut', async () => {
    serveBytes();
    const outcome = await fetching(direct, { options: { offset: 4, maxBytes: 1_000 } });
    expect(outcome).toMatchObject({ kind: 'file', file: { offset: 4, totalBytes: BYTES.length } });
    expect(await bytesOf(outcome)).toBe(BYTES.slice(4));
    const anew = await fetching(direct, { options: { offset: 90, maxBytes: 1_000 } });
    expect(anew).toMatchObject({ kind: 'file', file: { offset: 0 } });
    expect(await bytesOf(anew)).toBe(BYTES);
  });

  it('of a post comes from where everybody finds it, without a signature', async () => {
    serveBytes();
    const remote = { postId: '1', mediaKey: '3_2', host: 'pbs.twimg.com', path: '/media/abc.jpg' };
    expect(await bytesOf(await fetching(remote))).toBe(BYTES);
    expect(server.asked[0]).toMatchObject({ path: '/media/abc.jpg' });
    expect(server.asked[0]?.headers.host).toBe('pbs.twimg.com');
    expect(server.asked[0]?.headers.authorization).toBeUndefined();
  });

  it.each([
    { host: 'internal.example.com', path: '/secret' },
    { host: 'pbs.twimg.com@internal.example.com', path: '/secret' },
    { host: 'pbs.twimg.com', path: '//internal.example.com/secret?a=b' },
    { messageId: '300', mediaId: '400', resourceId: '../../users/me' },
    { messageId: '300', mediaKey: '../3_1' },
    {},
  ])('is asked for nowhere but at X: %j', async (remote) => {
    serveBytes();
    expect((await fetching(remote)).kind).toBe('gone');
    expect(server.asked.filter(({ path }) => path.includes('me'))).toEqual([]);
    expect(server.asked).toEqual([]);
  });

  it('of which only the key is known is looked up', async () => {
    serveBytes();
    const answer = {
      body: {
        data: [{ id: '1' }],
        includes: { media: [{ media_key: '3_2', type: 'photo', url: 'https://pbs.twimg.com/media/x.jpg' }] },
      },
    };
    const rest = scriptedRest(answer);
    expect(await bytesOf(await fetching({ postId: '1', mediaKey: '3_2' }, { rest }))).toBe(BYTES);
    expect(rest.calls[0]).toMatchObject({ endpoint: 'posts', query: { ids: '1' } });
    const gone = scriptedRest({ body: { data: [] } });
    expect((await fetching({ messageId: '1', mediaKey: '3_2' }, { rest: gone })).kind).toBe('gone');
    expect(gone.calls[0]).toMatchObject({ endpoint: 'directEvent', path: { id: '1' } });
    const refused = scriptedRest(refusal({ status: 429, retryAfterMs: 5_000, sent: 'no' }));
    expect(await fetching({ postId: '1', mediaKey: '3_2' }, { rest: refused })).toMatchObject({
      kind: 'transient',
      retryAfterMs: 5_000,
    });
  });

  it.each([
    [404, 'gone'],
    [410, 'gone'],
    [403, 'gone'],
    [429, 'transient'],
    [500, 'transient'],
    [302, 'transient'],
  ])('that the server answers %i is %s', async (status, kind) => {
    server.answer(() => ({ status, headers: { location: `${server.apiRoot}/2/users/me` } }));
    expect((await fetching(direct)).kind).toBe(kind);
    expect(server.asked).toHaveLength(1);
  });

  it('that X refuses to OAuth 1.0a is not gone: it waits for consent', async () => {
    server.answer(() => ({ status: 403 }));
    const tokens = { appKey: 'k', appSecret: 's', accessToken: '7-t', accessSecret: 'a' };
    const credentials = signingWith({ kind: 'oauth1', tokens });
    expect(await fetching(direct, { credentials })).toMatchObject({
      kind: 'auth',
      reason: expect.stringContaining('OAuth 2.0'),
    });
  });

  it('is asked for once more with another token, then waits for a person', async () => {
    server.answer(({ headers }) =>
      headers.authorization === 'Bearer new' ? { status: 200, text: BYTES } : { status: 401 },
    );
    expect(await bytesOf(await fetching(direct, { credentials: signingWith(bearer('old'), bearer('new')) }))).toBe(
      BYTES,
    );
    expect((await fetching(direct, { credentials: signingWith(bearer('a'), bearer('b')) })).kind).toBe('auth');
    expect((await fetching(direct, { credentials: signingWith() })).kind).toBe('auth');
  });

  it('that is too large is not taken', async () => {
    serveBytes();
    expect((await fetching(direct, { options: { offset: 0, maxBytes: 5 } })).kind).toBe('too_large');
  });

  it('whose server is gone comes later, and nothing tells its address', async () => {
    server.answer(() => 'cut');
    const outcome = await fetching(direct);
    expect(outcome.kind).toBe('transient');
    expect(JSON.stringify(outcome)).not.toContain('pic.jpg');
  });
});
