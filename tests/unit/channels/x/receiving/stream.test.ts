import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { nextStreamWait, type StreamEnd, type StreamWait } from '../../../../../channels/x/transport/stream-backoff.ts';
import { createLines, LineTooLong } from '../../../../../channels/x/transport/stream-lines.ts';
import { eventually } from '../../../../kit/eventually.ts';
import { createTestAccount, type TestAccount } from './account.ts';
import { keepSubscriptions, OWN_ID, startTinyX, type TinyX } from './tiny-x.ts';

let tiny: TinyX;
let account: TestAccount;
let open: ServerResponse[];

const mention = (id: number, userId = OWN_ID): string => {
  const payload = {
    id: String(1_950_000_000_000_000_000n + BigInt(id)),
    author_id: '1600000000000000002',
    text: 'help?',
  };
  const data = { event_type: 'post.mention.create', event_uuid: String(id), filter: { user_id: userId }, payload };
  return JSON.stringify({ data });
};
const keyOf = (id: number): string => `create:post:${1_950_000_000_000_000_000n + BigInt(id)}`;
/** The stream that is open now. @throws while there is none */
const stream = (): ServerResponse => {
  const newest = open.at(-1);
  if (newest === undefined || newest.closed) throw new Error('no stream is open');
  return newest;
};
const keepOpen = (response: ServerResponse): void => {
  response.writeHead(200).flushHeaders();
  open.push(response);
};
const codes = (): string[] => account.states.map((state) => ('code' in state ? state.code : state.state));
const polls = (): number => tiny.requests.filter(({ what }) => what === 'GET /2/dm_events').length;

beforeEach(async () => {
  tiny = await startTinyX();
  open = [];
  keepSubscriptions(tiny);
  tiny.on('GET /2/activity/stream', () => ({ stream: keepOpen }));
  account = createTestAccount(tiny.apiRoot, { mode: 'stream' }, times);
});
const times = { waitFactor: 0.01, heartbeatMs: 5_000, quickMs: 60_000, quietMs: 60_000 };
/** Another account in its place, which takes a stream for dead after so long. */
async function withHeartbeat(heartbeatMs: number): Promise<void> {
  await account.close();
  account = createTestAccount(tiny.apiRoot, { mode: 'stream' }, { ...times, heartbeatMs });
}
afterEach(async () => {
  await account.close();
  await tiny.close();
});

describe('the activity stream', () => {
  test('brings what is ours, as it comes, in pieces too, with the token of the app', async () => {
    account.begin();
    await eventually(stream);
    const line = Buffer.from(mention(1).replace('help?', 'help — 助けて?'));
    stream().write(line.subarray(0, 150));
    stream().write('');
    stream().write(line.subarray(150));
    stream().write(`\r\n\r\n${mention(2, '42')}\r\n${mention(3)}\r\n`);
    await eventually(() => expect(account.keys).toEqual([keyOf(1), keyOf(3)]));
    const request = tiny.requests.find(({ what }) => what === 'GET /2/activity/stream');
    expect(request?.authorization).toBe('Bearer app-bearer');
    await eventually(async () => expect(await account.meter.spending()).toMatchObject({ spentMicros: 20_000 }));
    await eventually(() => expect(account.states.at(-1)).toEqual({ state: 'connected' }));
  });

  test('that ends is opened again, and the gap is read by asking', async () => {
    account.begin();
    await eventually(stream);
    await eventually(() => expect(polls()).toBeGreaterThanOrEqual(1));
    const before = polls();
    const id = String(((BigInt(Date.now()) - 1_288_834_974_657n) << 22n) + 1n);
    tiny.on(`GET /2/users/${OWN_ID}/mentions`, () => ({
      body: {
        data: [
          {
            id,
            author_id: '1600000000000000002',
            text: '@AcmeSupport help?',
            entities: { mentions: [{ start: 0, end: 12, username: 'AcmeSupport', id: OWN_ID }] },
          },
        ],
        meta: { result_count: 1 },
      },
    }));
    stream().destroy();
    await eventually(() => expect(open.length).toBeGreaterThanOrEqual(2));
    await eventually(() => expect(polls()).toBeGreaterThan(before));
    await eventually(() => expect(account.keys).toContain(`create:post:${id}`));
  });

  test('that falls silent is given up; one with a heartbeat is not', async () => {
    await withHeartbeat(2_000);
    account.begin();
    await eventually(stream);
    let beats = 0;
    const beat = setInterval(() => stream().write('\r\n', () => void (beats += 1)), 100);
    await eventually(() => expect(beats).toBeGreaterThan(25));
    expect(open).toHaveLength(1);
    clearInterval(beat);
    await eventually(() => expect(open.length).toBeGreaterThanOrEqual(2));
  });

  test('that never says anything is given up too', async () => {
    await withHeartbeat(300);
    account.begin();
    await eventually(() => expect(open.length).toBeGreaterThanOrEqual(3));
  });

  test('that X ends with a word of its own is opened again', async () => {
    account.begin();
    await eventually(stream);
    stream().write(`${JSON.stringify({ errors: [{ title: 'operational-disconnect' }] })}\r\n`);
    await eventually(() => expect(open.length).toBeGreaterThanOrEqual(2));
  });

  test('goes on with a line until the store has it', async () => {
    const { sink } = account;
    let refused = 0;
    account.sink = (payloads) => {
      refused += 1;
      return refused <= 2 ? Promise.reject(new Error('the store is away')) : sink(payloads);
    };
    account.begin();
    await eventually(stream);
    stream().write(`${mention(7)}\r\n`);
    await eventually(() => expect(account.keys).toEqual([keyOf(7)]));
    expect(codes()).toContain('ingest_refused');
  });

  test('too many of them: ours of before are closed at last, and then it opens', async () => {
    let full = true;
    tiny.on('GET /2/activity/stream', () =>
      full
        ? {
            status: 429,
            body: { title: 'ConnectionException', type: 'https://api.x.com/2/problems/streaming-connection' },
          }
        : { stream: keepOpen },
    );
    tiny.on('DELETE /2/connections/all', () => {
      full = false;
      return { body: { data: { successful_kills: 1 } } };
    });
    account.begin();
    await eventually(stream);
    expect(codes()).toContain('too_many_streams');
    expect(tiny.requests.filter(({ what }) => what === 'GET /2/activity/stream').length).toBeGreaterThan(3);
  });

  test('without access to it X is polled, and people are told what is missing', async () => {
    await account.close();
    keepSubscriptions(tiny, ['dm.received', 'chat.received']);
    account = createTestAccount(tiny.apiRoot, { mode: 'stream' }, { waitFactor: 0.01, quickMs: 50, quietMs: 100 });
    account.begin();
    await eventually(stream);
    const before = polls();
    await eventually(() => expect(polls()).toBeGreaterThan(before + 3));
    const lacks = account.details.flatMap((detail) => ('lacks' in detail ? [detail.lacks] : []));
    expect(lacks).toContainEqual(['activity dm.received', 'activity chat.received']);
  });

  test('says that the access is gone when our own user takes it back', async () => {
    account.begin();
    await eventually(stream);
    await eventually(() => expect(codes()).toContain('connected'));
    expect(codes()).not.toContain('needs_login');
    for (const what of ['GET /2/users/*', 'GET /2/dm_events', 'GET /2/tweets/search/recent']) {
      tiny.on(what, () => ({ status: 401, body: { title: 'Unauthorized', status: 401 } }));
    }
    const payload = { user_id: OWN_ID };
    stream().write(`${JSON.stringify({ data: { event_type: 'oauth.revoke', event_uuid: '5', payload } })}\r\n`);
    await eventually(() =>
      expect(account.states).toContainEqual(
        expect.objectContaining({
          state: 'stopped',
          code: 'needs_login',
          message: expect.stringContaining('took back'),
          trouble: 'needs_login',
        }),
      ),
    );
  });

  test('whose token X refuses is trouble with the login, not with the store', async () => {
    tiny.on('GET /2/activity/stream', () => ({ status: 401, body: { title: 'Unauthorized', status: 401 } }));
    account.begin();
    await eventually(() => expect(codes()).toContain('needs_login'));
    expect(codes()).not.toContain('store_away');
    expect(account.states.findLast((state) => 'code' in state)).toMatchObject({
      state: 'stopped',
      message: expect.stringContaining('bearer token'),
    });
  });

  test('no token stands in states or logs', async () => {
    tiny.on('GET /2/activity/stream', () => ({ status: 503, body: { detail: 'over capacity' } }));
    account.begin();
    await eventually(() => expect(codes()).toContain('platform_error'));
    expect(JSON.stringify([account.states, account.log.lines])).not.toMatch(/app-bearer|accesssecret|77-token/u);
  });
});

describe('the waits before a stream is opened again', () => {
  const row = (why: StreamEnd, times: number): number[] => {
    let wait: StreamWait | null = null;
    return Array.from({ length: times }, () => {
      wait = nextStreamWait(wait, why);
      return wait.waitMs;
    });
  };

  test('are those X asks for', () => {
    expect(row('network', 3)).toEqual([250, 500, 750]);
    expect(row('network', 100).at(-1)).toBe(16_000);
    expect(row('refused', 8)).toEqual([5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 320_000]);
    expect(row('limited', 2)).toEqual([60_000, 120_000]);
    expect(row('ended', 2)).toEqual([0, 250]);
  });

  test('never shrink in a row of the same, and begin anew with another reason', () => {
    const why = fc.constantFrom<StreamEnd>('ended', 'network', 'refused', 'limited', 'too_many');
    fc.assert(
      fc.property(why, why, fc.integer({ min: 1, max: 60 }), (one, other, times) => {
        const waits = row(one, times);
        expect([...waits].sort((a, b) => a - b)).toEqual(waits);
        expect(Math.max(...waits)).toBeLessThanOrEqual(15 * 60_000);
        const last = { why: one, times, waitMs: waits.at(-1) ?? 0 };
        if (one !== other) expect(nextStreamWait(last, other).times).toBe(1);
      }),
    );
  });
});

describe('lines', () => {
  test('are the same however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.array(fc.nat(20)), (given, cuts) => {
        const texts = given.map((text) => text.replaceAll(/[\r\n]/gu, '').trim()).filter((text) => text !== '');
        const bytes = Buffer.from(texts.map((text) => `${text}\r\n`).join('\r\n'));
        const lines = createLines();
        const found: string[] = [];
        let from = 0;
        for (const cut of [...cuts, bytes.length]) {
          found.push(...lines.push(bytes.subarray(from, from + cut)));
          from += cut;
        }
        expect(found).toEqual(texts);
      }),
    );
  });

  test('end where nobody sends such a long one', () => {
    const lines = createLines();
    expect(() => {
      for (let nth = 0; nth < 5; nth += 1) lines.push(Buffer.alloc(1024 * 1024, 97));
    }).toThrow(LineTooLong);
  });
});
