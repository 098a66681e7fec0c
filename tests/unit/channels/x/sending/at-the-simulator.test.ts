import type { Agent } from 'node:https';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type XConfig, xConfig } from '../../../../../channels/x/config.ts';
import { fetchXFile } from '../../../../../channels/x/fetch-file.ts';
import { lookUp } from '../../../../../channels/x/look-up.ts';
import { normalisePayload } from '../../../../../channels/x/normalise.ts';
import { probeX } from '../../../../../channels/x/probe.ts';
import { type SendParts, sendToX } from '../../../../../channels/x/send.ts';
import { createXSimulator, type XCustomer, type XSimulator } from '../../../../../channels/x/simulator/index.ts';
import { createXAgent } from '../../../../../channels/x/transport/agent.ts';
import { createOwnerConsent } from '../../../../../channels/x/transport/authorisation/consent.ts';
import { createCredentials, type XCredentials } from '../../../../../channels/x/transport/authorisation/credentials.ts';
import { NeedsLogin } from '../../../../../channels/x/transport/authorisation/errors.ts';
import { createXRest } from '../../../../../channels/x/transport/rest.ts';
import type { SendOutcome } from '../../../../../src/core/model/outbound.ts';
import type { AccountMemory, SendRequest } from '../../../../../src/core/ports/channel.ts';
import { memoryRecords } from '../../../../kit/channels/memory-records.ts';
import { recordingDeps } from '../../../../kit/channels/recording.ts';
import { quietLog } from '../../../../kit/quiet-log.ts';
import { freeMeter } from './free-meter.ts';
import { keyOf } from './scripted-rest.ts';

const NEVER = new AbortController().signal;
const CREATE = 'POST /2/tweets';
const DIRECT = 'POST /2/dm_conversations/with/:id/messages';
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

let simulator: XSimulator;
let ana: XCustomer;
const open: Agent[] = [];
/** All processes of an account know its tokens: a refresh token is good for one use. */
const { memory: kept } = memoryRecords();
beforeAll(async () => {
  simulator = createXSimulator({ times: { processingMs: 30 } });
  await simulator.start();
});
afterAll(async () => {
  for (const agent of open) agent.destroy();
  await simulator.stop();
});
beforeEach(() => {
  simulator.faults.clear();
  ana = simulator.customer();
});

interface Stand extends SendParts {
  config: XConfig;
  credentials: XCredentials;
  agent: Agent;
  meter: ReturnType<typeof freeMeter>;
  settleMs: number;
}

function stand(way: 'oauth1' | 'oauth2', memory: AccountMemory = memoryRecords().memory): Stand {
  const { appKey, appSecret, accessToken, accessSecret, clientId, refreshToken } = simulator.credentials;
  const config = xConfig.parse({
    id: 'x',
    channel: 'x',
    apiRoot: simulator.apiRoot,
    appKey,
    appSecret,
    ...(way === 'oauth1' ? { accessToken, accessSecret } : { clientId, refreshToken }),
  });
  const agent = createXAgent(config.apiRoot);
  open.push(agent);
  const clock = { nowMs: () => Date.now() };
  const credentials = createCredentials(config, { agent, memory, clock, log: quietLog() });
  const meter = freeMeter();
  const rest = createXRest({ agent, credentials, meter, clock });
  const { files } = recordingDeps(
    new Map([
      ['pic', PNG],
      ['film', new Uint8Array(2_100_000).fill(7)],
    ]),
  );
  const selfId = (): Promise<string> => Promise.resolve(simulator.selfId);
  return {
    config,
    credentials,
    agent,
    meter,
    rest,
    files,
    clock,
    selfId,
    taken: () => Promise.resolve([]),
    settleMs: 20,
  };
}

let rows = 0;
function answerTo(post: { id: string; conversationId: string }, changes: Partial<SendRequest> = {}): SendRequest {
  rows += 1;
  return {
    action: 'send',
    threadKey: `post:${post.conversationId}/u${ana.id}`,
    part: { text: `We are looking into it, case ${rows}` },
    replyToExternalId: `post:${post.id}`,
    entry: 'x:mention',
    madeAtMs: Date.now(),
    idempotencyKey: keyOf(Date.now(), rows % 256),
    ...changes,
  };
}

function directTo(changes: Partial<SendRequest> = {}): SendRequest {
  const pair = [ana.id, simulator.selfId].sort((one, other) => (BigInt(one) < BigInt(other) ? -1 : 1));
  const {
    threadKey: _public,
    replyToExternalId: _none,
    entry: _no,
    ...request
  } = answerTo({ id: '1', conversationId: '1' });
  return { ...request, threadKey: `dm:${pair.join('-')}`, ...changes };
}

const send = (on: Stand, request: SendRequest): Promise<SendOutcome> => sendToX(on, request, NEVER);

function idOf(outcome: SendOutcome | { kind: 'absent' }): string {
  if (outcome.kind !== 'sent' || outcome.externalId === null) throw new Error(`not sent: ${JSON.stringify(outcome)}`);
  return outcome.externalId;
}

describe.each(['oauth1', 'oauth2'] as const)('an answer by %s', (way) => {
  let on: Stand;
  beforeAll(() => {
    on = stand(way, kept);
  });

  it('in public stands under the question, part by part, with the way to a direct message', async () => {
    const question = ana.mention('where is my money?');
    const first = idOf(await send(on, answerTo(question, { part: { text: `Grüße & <b>: 字 by ${way} 1/2` } })));
    const part = { text: `and more by ${way} 2/2`, invites: true };
    const second = idOf(await send(on, answerTo(question, { part, previousExternalId: first })));
    const seen = ana.seesPosts(question.conversationId);
    expect(seen.map((one) => [`post:${one.id}`, one.replyToId])).toEqual([
      [`post:${question.id}`, null],
      [first, question.id],
      [second, first.replace('post:', '')],
    ]);
    expect(seen[1]?.text).toContain(`Grüße & <b>: 字 by ${way} 1/2`);
    expect(seen[2]?.directLink).toContain(`recipient_id=${simulator.selfId}`);
    expect(simulator.log.calls.at(-1)?.as).toBe(way);
  });

  it('in private reaches the one it is for, with files', async () => {
    ana.direct('hello');
    const file = { kind: 'photo', blobId: 'pic', mime: 'image/png', sizeBytes: PNG.length };
    idOf(await send(on, directTo({ part: { text: 'look', file } })));
    const film = { kind: 'video', blobId: 'film', mime: 'video/mp4', sizeBytes: 2_100_000 };
    idOf(await send(on, directTo({ part: { text: '', file: film } })));
    const files = ana.seesDirects().flatMap((one) => one.files.map(({ mime, bytes }) => [mime, bytes.byteLength]));
    expect(files).toEqual([
      ['image/png', PNG.length],
      ['video/mp4', 2_100_000],
    ]);
  });

  it('with a picture stands in public, and is taken back', async () => {
    const question = ana.mention('is this yours?');
    const file = { kind: 'photo', blobId: 'pic', mime: 'image/png', sizeBytes: PNG.length };
    const sent = idOf(await send(on, answerTo(question, { part: { text: '', file } })));
    expect(ana.seesPosts(question.conversationId)[1]?.files).toHaveLength(1);
    const removal = answerTo(question, { action: 'delete', targetExternalId: sent });
    expect(await send(on, removal)).toEqual({ kind: 'sent', externalId: sent });
    expect(await send(on, removal)).toEqual({ kind: 'sent', externalId: sent });
    expect(ana.seesPosts(question.conversationId)).toHaveLength(1);
  });
});

describe('what X refuses', () => {
  let on: Stand;
  beforeAll(() => {
    on = stand('oauth1');
  });

  it('is a public answer to whoever did not call us', async () => {
    const own = simulator.announce('we are hiring');
    const post = ana.reply(own, 'nice');
    simulator.plan.repliesSummon = false;
    const outcome = await send(on, answerTo(post, { entry: 'x:reply' }));
    simulator.plan.repliesSummon = true;
    expect(outcome).toMatchObject({ kind: 'invalid' });
    expect(idOf(await send(on, answerTo(post, { entry: 'x:reply' })))).toMatch(/^post:/u);
  });

  it('is a message to whoever takes none', async () => {
    ana.direct('hello');
    ana.block();
    expect((await send(on, directTo())).kind).toBe('forbidden');
    ana.block(false);
    expect((await send(on, directTo())).kind).toBe('sent');
  });

  it.each([
    [{ kind: 'rate_limited', resetAfterMs: 4_000 } as const, 'rate_limited'],
    [{ kind: 'auth' } as const, 'auth'],
    [{ kind: 'suspended' } as const, 'auth'],
    [{ kind: 'credits' } as const, 'auth'],
    [{ kind: 'shield' } as const, 'transient'],
    [{ kind: 'error_before', status: 503 } as const, 'unknown'],
    [{ kind: 'no_id' } as const, 'unknown'],
    [{ kind: 'not_json' } as const, 'unknown'],
  ])('by %j is told apart', async (fault, kind) => {
    ana.direct('hello');
    simulator.faults.add({ ...fault, times: 1 });
    expect((await send(on, directTo())).kind).toBe(kind);
  });
});

describe('an answer whose fate nobody knows', () => {
  let on: Stand;
  beforeAll(() => {
    on = stand('oauth1');
  });

  it('in public is found, or surely not there', async () => {
    const question = ana.mention('help me');
    const request = answerTo(question, { part: { text: 'Read example.com/help & write to us' } });
    simulator.faults.add({ kind: 'drop_before', route: CREATE, times: 1 });
    expect((await send(on, request)).kind).toBe('unknown');
    expect(await lookUp(on, request, NEVER)).toEqual({ kind: 'absent' });
    simulator.faults.add({ kind: 'drop_after', route: CREATE, times: 1 });
    expect((await send(on, request)).kind).toBe('unknown');
    const [, answer] = ana.seesPosts(question.conversationId);
    expect(await lookUp(on, request, NEVER)).toEqual({ kind: 'sent', externalId: `post:${answer?.id}` });
    expect(await send(on, { ...request, afterUnknown: true })).toMatchObject({ kind: 'sent', externalId: null });
    expect(ana.seesPosts(question.conversationId)).toHaveLength(2);
  });

  it('in private is found, or surely not there', async () => {
    ana.direct('hello');
    const request = directTo({ part: { text: 'Read https://example.com/help' } });
    simulator.faults.add({ kind: 'drop_before', route: DIRECT, times: 1 });
    expect((await send(on, request)).kind).toBe('unknown');
    expect(await lookUp(on, request, NEVER)).toEqual({ kind: 'absent' });
    simulator.faults.add({ kind: 'drop_after', route: DIRECT, times: 1 });
    expect((await send(on, request)).kind).toBe('unknown');
    const last = ana.seesDirects().at(-1);
    expect(await lookUp(on, request, NEVER)).toEqual({ kind: 'sent', externalId: `dm:${last?.id}` });
  });
});

describe('a customer’s file', () => {
  it.each(['oauth1', 'oauth2'] as const)('of a direct message comes by %s', async (way) => {
    const on = stand(way, kept);
    ana.direct('see', { file: { mime: 'image/png', bytes: PNG } });
    const { body } = await on.rest.call(
      {
        endpoint: 'directEvents',
        purpose: 'read',
        query: {
          'dm_event.fields': 'id,text,event_type,created_at,sender_id,dm_conversation_id,attachments',
          expansions: 'attachments.media_keys,sender_id',
          'media.fields': 'media_key,type,url,variants',
        },
      },
      NEVER,
    );
    const context = { selfId: simulator.selfId, selfHandle: simulator.handle, campaignTags: [] };
    const files = normalisePayload({ v: 1, body, about: { selfId: simulator.selfId } }, context).flatMap((one) =>
      one.outcome === 'event' && one.event.type === 'message' && one.event.author.externalId === ana.id
        ? (one.event.attachments ?? [])
        : [],
    );
    expect(files).toHaveLength(1);
    const fetched = await fetchXFile(on, files[0]?.remote ?? {}, { offset: 0, maxBytes: 1_000 }, NEVER);
    if (fetched.kind !== 'file') throw new Error(JSON.stringify(fetched));
    const pieces: Uint8Array[] = [];
    for await (const piece of fetched.file.body) pieces.push(piece);
    expect(Buffer.concat(pieces).equals(PNG)).toBe(true);
  });
});

describe('consent at the simulator', () => {
  it('is given, renewed when the token ends, and over when it is withdrawn', async () => {
    const records = memoryRecords();
    const on = stand('oauth2', records.memory);
    const { config, agent, clock } = on;
    const consent = createOwnerConsent(config, { agent, records, clock, meter: freeMeter() });
    const begun = consent.begin('https://support.example.com/x');
    const { headers } = await fetch(begun.url, { redirect: 'manual' });
    const returned = headers.get('location') ?? '';
    expect(await consent.finish(returned, begun.kept, NEVER)).toEqual({ name: `@${simulator.handle}` });
    expect(await on.credentials.scopes()).toContain('dm.write');
    expect(await probeX(on, NEVER)).toMatchObject({ ok: true });
    const before = simulator.refreshes;
    ana.direct('hello');
    simulator.expireTokens();
    expect((await send(on, directTo())).kind).toBe('sent');
    expect((await send(on, directTo())).kind).toBe('sent');
    expect(simulator.refreshes).toBe(before + 1);
    simulator.revokeConsent();
    expect((await send(on, directTo())).kind).toBe('auth');
    await expect(on.credentials.signIn('user', NEVER, 'any')).resolves.toMatchObject({ kind: 'bearer' });
    // The code is good for one use.
    await expect(consent.finish(returned, begun.kept, NEVER)).rejects.toBeInstanceOf(NeedsLogin);
    await expect(consent.finish(returned, 'nonsense', NEVER)).rejects.toBeInstanceOf(NeedsLogin);
  });
});
