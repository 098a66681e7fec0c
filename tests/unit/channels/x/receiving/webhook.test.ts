import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { normalisePayload } from '../../../../../channels/x/normalise.ts';
import { createWebhookCheck } from '../../../../../channels/x/transport/webhook.ts';
import { createWrapping } from '../../../../../channels/x/transport/wrap.ts';
import type { WebhookRequest } from '../../../../../src/core/ports/channel.ts';
import { fuzzRuns } from '../../../../kit/fuzz-runs.ts';
import { context, keyOf, NAMES, read, SELF } from '../reading.ts';

const SECRET = 'consumer-secret';
const sign = (body: string | Buffer, secret = SECRET): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('base64')}`;
const DELIVERIES = NAMES.filter((name) => /^(?:activity|account)-/u.test(name));

let nowMs: number;
let selfId: string | null;
let learned: number;
let revoked: number;
let charged: number;
let check: ReturnType<typeof createWebhookCheck>;

beforeEach(() => {
  nowMs = 1_000_000;
  selfId = SELF;
  learned = revoked = charged = 0;
  check = createWebhookCheck({
    secret: SECRET,
    selfId: () => selfId,
    learnSoon: () => void (learned += 1),
    wrapping: createWrapping(() => nowMs),
    nowMs: () => nowMs,
    onDelivery: (micros) => void (charged += micros),
    onRevoked: () => void (revoked += 1),
  });
});

const post = (body: Buffer | string, signature: string | undefined): WebhookRequest => ({
  method: 'POST',
  query: {},
  headers: signature === undefined ? {} : { 'x-twitter-webhooks-signature': signature },
  body: Buffer.from(body),
  address: '192.0.2.1',
});
const deliver = (content: unknown): ReturnType<typeof check> => {
  const body = JSON.stringify(content);
  return check(post(body, sign(body)));
};
const ask = (query: Readonly<Record<string, string>>, address = '192.0.2.1'): ReturnType<typeof check> =>
  check({ method: 'GET', query, headers: {}, body: Buffer.alloc(0), address });

describe('a check by X', () => {
  test('is answered with the proof', () => {
    const verdict = ask({ crc_token: 'MDE3NzEtdGVzdA==' });
    expect(verdict).toMatchObject({ verdict: 'answer', contentType: 'application/json' });
    expect(JSON.parse(verdict.verdict === 'answer' ? verdict.body : '')).toEqual({
      response_token: sign('MDE3NzEtdGVzdA=='),
    });
  });

  test.each([[{}], [{ crc_token: '' }], [{ crc_token: '{"data":{}}' }], [{ crc_token: 'a b c d e f g h' }]])(
    'with %j is refused, and nothing is signed',
    (query: Record<string, string>) => {
      expect(ask(query)).toMatchObject({ verdict: 'refuse', status: 400 });
    },
  );

  test('is answered so often and no more', () => {
    const answers = Array.from({ length: 100 }, () => ask({ crc_token: 'abcdefgh' }).verdict);
    expect(answers.filter((one) => one === 'answer')).toHaveLength(30);
    expect(ask({ crc_token: 'abcdefgh' })).toMatchObject({ verdict: 'refuse', status: 429 });
    // What a stranger does takes nothing from X.
    expect(ask({ crc_token: 'abcdefgh' }, '198.51.100.7').verdict).toBe('answer');
    nowMs += 60_000;
    expect(ask({ crc_token: 'abcdefgh' }).verdict).toBe('answer');
  });

  test('never leads to a signature that lets a delivery in', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9+/=_.-]{8,60}$/u), (token) => {
        nowMs += 60_000;
        const verdict = ask({ crc_token: token });
        if (verdict.verdict !== 'answer') throw new Error('not answered');
        const { response_token: proof } = JSON.parse(verdict.body) as { response_token: string };
        expect(check(post(token, proof)).verdict).toBe('refuse');
      }),
    );
    // A token may be JSON by itself, and still is no delivery.
    expect(check(post('12345678', sign('12345678')))).toMatchObject({ verdict: 'refuse', status: 400 });
  });
});

describe('a delivery', () => {
  test.each(DELIVERIES)('%s is taken and reads as it would without us', (name) => {
    const verdict = deliver(read(name));
    if (verdict.verdict !== 'accept') throw new Error(`not taken: ${verdict.verdict}`);
    const kept: unknown = JSON.parse(verdict.body.toString('utf8'));
    expect(kept).toMatchObject({ v: 1, about: { selfId: SELF } });
    expect(normalisePayload(kept, context)).toEqual(normalisePayload(read(name), context));
  });

  test('keeps the bytes as they came: numbers too long for JavaScript too', () => {
    const body = '{"for_user_id":"1500000000000000001","tweet_create_events":[{"id":19500000000000000431}]}';
    const verdict = check(post(body, sign(body)));
    expect(verdict.verdict === 'accept' ? verdict.body.toString('utf8') : '').toContain('19500000000000000431');
  });

  test('is refused without signature, with a wrong one, and with one of another secret', () => {
    const body = JSON.stringify(read('activity-dm'));
    for (const signature of [undefined, '', 'sha256=', sign(`${body} `), sign(body, 'other')]) {
      expect(check(post(body, signature))).toMatchObject({ verdict: 'refuse', status: 401 });
    }
    expect(charged).toBe(0);
  });

  test('of another account of the same app is refused, in both forms', () => {
    const other = '1500000000000000099';
    const activity = { data: { event_type: 'dm.received', event_uuid: '1', filter: { user_id: other }, payload: {} } };
    expect(deliver(activity)).toMatchObject({ verdict: 'refuse', status: 403 });
    expect(deliver({ for_user_id: other, direct_message_events: [] })).toMatchObject({
      verdict: 'refuse',
      status: 403,
    });
    expect(deliver({ for_user_id: 12, direct_message_events: [] })).toMatchObject({ verdict: 'refuse', status: 403 });
  });

  test('comes again with the same keys, so that it is stored once', () => {
    const kept = [1, 2].map(() => {
      const verdict = deliver(read('activity-mention'));
      return verdict.verdict === 'accept' ? normalisePayload(JSON.parse(verdict.body.toString('utf8')), context) : [];
    });
    expect(kept[0]?.map(keyOf)).toEqual(kept[1]?.map(keyOf));
    expect(kept[0]).toHaveLength(1);
  });

  test('before we know who we are has to come again', () => {
    selfId = null;
    expect(deliver(read('activity-dm'))).toMatchObject({ verdict: 'refuse', status: 503 });
    expect(learned).toBe(1);
    expect(ask({ crc_token: 'abcdefgh' }).verdict).toBe('answer');
  });

  test('is counted with what X charges for it', () => {
    deliver(read('activity-dm'));
    expect(charged).toBe(10_000);
    deliver(read('activity-mention'));
    expect(charged).toBe(15_000);
    deliver(read('activity-typing'));
    expect(charged).toBe(15_000);
  });

  test.each(['activity-revoke', 'account-revoke'])('%s says that our access is gone', (name) => {
    const mine = JSON.stringify(read(name)).replaceAll(/"user_id":\s*"\d+"/gu, `"user_id":"${SELF}"`);
    expect(check(post(mine, sign(mine))).verdict).toBe('accept');
    expect(revoked).toBe(1);
  });

  test('many posts with the same words are told as what they are', () => {
    const words = 'everybody come and send your coins to this new wonderful great project today';
    const at = (nth: number): unknown => ({
      data: {
        event_type: 'post.mention.create',
        event_uuid: String(nth),
        filter: { user_id: SELF },
        payload: { id: String(1_950_000_000_000_000_000n + BigInt(nth)), author_id: String(1_000 + nth), text: words },
      },
    });
    const alike = [1, 2, 3, 4, 5, 6].map((nth) => {
      const verdict = deliver(at(nth));
      const kept = verdict.verdict === 'accept' ? JSON.parse(verdict.body.toString('utf8')) : null;
      return Object.values((kept as { about: { alike?: Record<string, number> } }).about.alike ?? {})[0] ?? 0;
    });
    expect(alike).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

test('of bodies that were changed under way none is taken, and reading any of them throws nothing', () => {
  const originals = DELIVERIES.map((name) => {
    const body = JSON.stringify(read(name));
    return { body: Buffer.from(body), signature: sign(body) };
  });
  let taken = 0;
  let tried = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...originals),
      fc.array(fc.record({ at: fc.nat(), byte: fc.nat(255), kind: fc.constantFrom('set', 'cut', 'add') }), {
        minLength: 1,
        maxLength: 8,
      }),
      ({ body, signature }, changes) => {
        let changed = Buffer.from(body);
        for (const { at, byte, kind } of changes) {
          const place = at % changed.length;
          if (kind === 'set') changed[place] = byte;
          else if (kind === 'cut') changed = changed.subarray(0, Math.max(1, place));
          else changed = Buffer.concat([changed.subarray(0, place), Buffer.from([byte]), changed.subarray(place)]);
        }
        if (changed.equals(body)) return;
        tried += 1;
        if (check(post(changed, signature)).verdict !== 'refuse') taken += 1;
        // Had somebody the secret, it would be kept and read: that must not throw either.
        const verdict = check(post(changed, sign(changed)));
        if (verdict.verdict === 'accept') normalisePayload(JSON.parse(verdict.body.toString('utf8')), context);
      },
    ),
    { numRuns: fuzzRuns(10_000) },
  );
  expect(tried).toBeGreaterThan(fuzzRuns(10_000) * 0.9);
  expect(taken).toBe(0);
});
