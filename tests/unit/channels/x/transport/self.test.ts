import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { xConfig } from '../../../../../channels/x/config.ts';
import { createXAccount } from '../../../../../channels/x/index.ts';
import type { ChannelAccount } from '../../../../../src/core/ports/channel.ts';
import { type RecordingDeps, recordingDeps } from '../../../../kit/channels/recording.ts';
import { eventually } from '../../../../kit/eventually.ts';
import { OWN_ID, startTinyX, type TinyX } from '../receiving/tiny-x.ts';

const NEVER = new AbortController().signal;
const BACK = 'http://127.0.0.1:8765/callback';
const DAY_MS = 24 * 3_600_000;
const WRONG = { id: '1500000000000000066', username: 'somebody_else' };

let tiny: TinyX;
let deps: RecordingDeps;
let nowMs: number;
let me: { id: string; username: string };
/** By access token: whose it is. */
let owners: Map<string, typeof me>;
let accounts: ChannelAccount[];

beforeEach(async () => {
  tiny = await startTinyX();
  nowMs = Date.now();
  deps = { ...recordingDeps(), clock: { nowMs: () => nowMs, monotonicMs: () => performance.now() } };
  me = { id: OWN_ID, username: 'AcmeSupport' };
  owners = new Map();
  accounts = [];
  tiny.on('POST /2/oauth2/token', () => {
    const accessToken = `access-${owners.size + 1}`;
    owners.set(accessToken, me);
    return {
      body: { access_token: accessToken, refresh_token: `refresh-${owners.size}`, expires_in: 7_200, scope: 'dm.read' },
    };
  });
  tiny.on('GET /2/users/me', ({ authorization = '' }) => ({
    body: { data: owners.get(authorization.replace('Bearer ', '')) ?? me },
  }));
  tiny.on('GET /2/dm_events', () => ({ body: { meta: { result_count: 0 } } }));
});
afterEach(async () => {
  await Promise.all(accounts.map((one) => one.close()));
  await tiny.close();
});

/** A process of the gateway, or another; all of them share the store. */
function process(settings: object = { clientId: 'client' }): ChannelAccount {
  const entry = { id: 'x', channel: 'x', apiRoot: tiny.apiRoot, appKey: 'key', appSecret: 'secret', ...settings };
  const account = createXAccount(xConfig.parse(entry), deps);
  accounts.push(account);
  return account;
}

async function login(as: typeof me): Promise<unknown> {
  me = as;
  const { consent } = process();
  const begun = consent?.begin(BACK);
  if (consent === undefined || begun === undefined) throw new Error('no consent is asked for');
  const state = new URL(begun.url).searchParams.get('state') ?? '';
  return await consent.finish(`${BACK}?state=${state}&code=c`, begun.kept, NEVER);
}

/** Who a process holds itself for: a direct message goes to the other of the two who stand in its key. */
async function writesAs(account: ChannelAccount, selfId: string): Promise<string> {
  tiny.on('POST /2/dm_conversations/*', () => ({ status: 201, body: { data: { dm_event_id: '9' } } }));
  const threadKey = `dm:${[selfId, '1600000000000000002'].sort().join('-')}`;
  const request = { action: 'send' as const, threadKey, part: { text: 'Hello' }, idempotencyKey: 'k', madeAtMs: nowMs };
  const outcome = await account.send(request, NEVER).catch((error: unknown) => error);
  return (outcome as { kind?: string }).kind ?? 'thrown';
}

const timesAsked = (): number => tiny.requests.filter(({ what }) => what === 'GET /2/users/me').length;

describe('who the account is', () => {
  const ours = { id: OWN_ID, username: 'AcmeSupport' };
  const settings = { accessToken: '1-token', accessSecret: 'secret' };

  test('a login says whose consent it was', async () => {
    expect(await login(WRONG)).toEqual({ name: '@somebody_else' });
    expect(await login(ours)).toEqual({ name: '@AcmeSupport' });
  });

  test('a login that cannot ask is a login all the same, and whoever needs it asks', async () => {
    tiny.on('GET /2/users/me', () => ({ status: 503 }));
    expect(await login(ours)).toEqual({ name: null });
    tiny.on('GET /2/users/me', () => ({ body: { data: ours } }));
    expect(await writesAs(process(), OWN_ID)).toBe('sent');
  });

  test('a second login as somebody else is who the account is from then on, in every process', async () => {
    await login(WRONG);
    const running = process();
    expect(await writesAs(running, WRONG.id)).toBe('sent');
    expect(await writesAs(running, OWN_ID)).not.toBe('sent');
    await login(ours);
    expect(await writesAs(process(), OWN_ID)).toBe('sent');
    // Those that were running look once a minute.
    nowMs += 61_000;
    expect(await writesAs(running, OWN_ID)).toBe('sent');
    expect(tiny.requests.findLast(({ what }) => what.startsWith('POST /2/dm_'))?.authorization).toBe('Bearer access-2');
    expect(await writesAs(running, WRONG.id)).not.toBe('sent');
  });

  test('is asked again once a day, and known meanwhile', async () => {
    const account = process(settings);
    expect(await writesAs(account, OWN_ID)).toBe('sent');
    expect(await writesAs(process(settings), OWN_ID)).toBe('sent');
    expect(timesAsked()).toBe(1);
    expect(account.publicAnswers?.officialName).toBe('@AcmeSupport');
    me = { ...ours, username: 'AcmeHelp' };
    nowMs += DAY_MS;
    tiny.on('GET /2/users/me', () => ({ status: 503 }));
    expect(await writesAs(account, OWN_ID)).toBe('sent');
    await eventually(() => expect(timesAsked()).toBe(2));
    // Not with every call that follows.
    expect(await writesAs(account, OWN_ID)).toBe('sent');
    expect(timesAsked()).toBe(2);
    tiny.on('GET /2/users/me', () => ({ body: { data: me } }));
    nowMs += 3_600_000;
    expect(await writesAs(account, OWN_ID)).toBe('sent');
    await eventually(() => expect(account.publicAnswers?.officialName).toBe('@AcmeHelp'));
    expect(timesAsked()).toBe(3);
  });

  test('its name is the configured one where there is one, and the probe says when X has another', async () => {
    const account = process({ ...settings, handle: 'AcmeHelp' });
    expect(await writesAs(account, OWN_ID)).toBe('sent');
    expect(account.publicAnswers?.officialName).toBe('@AcmeHelp');
    const found = await account.probe(NEVER);
    expect(found).toMatchObject({ ok: false, message: expect.stringMatching(/@AcmeSupport.*@AcmeHelp/u) });
    expect(await process({ ...settings, handle: 'acmesupport' }).probe(NEVER)).toMatchObject({ ok: true });
  });
});
