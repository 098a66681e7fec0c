import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { createCompleting } from '../../../../channels/discord/inbound/completing.ts';
import { type NormaliseContext, normaliseDispatch } from '../../../../channels/discord/normalise.ts';
import { createTake, wantsDispatch } from '../../../../channels/discord/receive.ts';
import {
  DiscordCallError,
  type DiscordGatewayPayload,
  type DiscordRest,
} from '../../../../channels/discord/transport/ports.ts';
import { checkBody, plainText } from '../../../../src/core/model/body.ts';
import type { InboundEvent, Normalised } from '../../../../src/core/model/inbound.ts';
import type { Bookmark } from '../../../../src/core/ports/channel.ts';
import { guardPayload } from '../../../../src/guard/guard.ts';
import { pathsOf, replaceAt } from '../../../kit/channels/json-paths.ts';
import { quietLog } from '../../../kit/quiet-log.ts';

const FOLDER = new URL('../../../fixtures/discord/', import.meta.url);
const NAMES = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'));

const ANA = { externalId: '200000000000000001', displayName: 'Ana Lee', handle: 'ana.lee', isBot: false };
const context: NormaliseContext = {
  selfId: null,
  support: { servers: [], channels: [], forums: ['500000000000000002'], roles: ['900000000000000001'] },
};
const one = (name: string, given = context): Normalised => {
  const [first, ...more] = normaliseDispatch(read(name), given);
  if (first === undefined || more.length > 0) throw new Error(`${name}: ${more.length + 1} events`);
  return first;
};
const event = (name: string): InboundEvent => {
  const found = one(name);
  if (found.outcome !== 'event') throw new Error(`${name} is ${found.outcome}`);
  return found.event;
};

const refusing: DiscordRest = {
  call: (method, path) =>
    Promise.reject(
      new DiscordCallError(`${method} ${path}`, {
        status: 404,
        code: 10_003,
        message: 'unknown',
        retryAfterMs: null,
        scope: null,
        sent: 'no',
      }),
    ),
  recentCalls: () => 0,
  close: () => undefined,
};

describe('messages', () => {
  test('a direct message, formatted', () => {
    expect(event('dm-text')).toEqual({
      type: 'message',
      eventKey: 'create:400000000000000001:300000000000000010',
      occurredAtMs: Date.parse('2026-08-06T10:11:12.345Z'),
      thread: { key: '400000000000000001', kind: 'private' },
      author: ANA,
      externalId: '400000000000000001:300000000000000010',
      text: 'Where is my deposit? @support',
      body: {
        v: 1,
        tree: {
          type: 'root',
          children: [
            {
              type: 'paragraph',
              children: [
                { type: 'text', value: 'Where is my ' },
                { type: 'strong', children: [{ type: 'text', value: 'deposit' }] },
                { type: 'text', value: '? ' },
                { type: 'mention', externalId: '100000000000000001', label: '@support' },
              ],
            },
          ],
        },
      },
    });
  });

  test('files: what they are, where to ask for them, and never a link', () => {
    const files = event('dm-files');
    expect(files).toMatchObject({
      text: '[file] proof.pdf +1',
      extras: { standIn: 'file' },
      attachments: [
        {
          kind: 'document',
          fileName: 'proof.pdf',
          mime: 'application/pdf',
          sizeBytes: 48_213,
          uniqueRef: '700000000000000001',
        },
        { kind: 'photo', fileName: 'IMG_1.png', width: 1_170, height: 2_532 },
      ],
    });
    expect(JSON.stringify(files)).not.toContain('https://');
    expect(event('dm-voice')).toMatchObject({
      text: '[voice message]',
      attachments: [{ kind: 'voice', durationMs: 3_120 }],
    });
    expect(event('dm-sticker')).toMatchObject({
      text: '[sticker] Wave',
      extras: { standIn: 'gesture' },
      attachments: [{ kind: 'sticker' }],
    });
  });

  test('what it answers, and what it passes on', () => {
    expect(event('dm-reply')).toMatchObject({
      text: 'this one',
      replyToExternalId: '400000000000000001:300000000000000009',
      extras: { quote: { text: 'Which order?', author: 'support' } },
    });
    const forward = event('dm-forward');
    expect(forward).toMatchObject({
      text: 'You won! Send 1 BTC',
      extras: { forwardedFrom: { kind: 'hidden', name: '', atMs: Date.parse('2026-08-05') } },
      attachments: [{ kind: 'photo', remote: { messageId: '300000000000000015' } }],
    });
    expect(forward).not.toHaveProperty('replyToExternalId');
    expect(event('dm-forwarded-embed')).toMatchObject({ text: 'Outage\nWithdrawals are paused\nSince: 10:00' });
    expect(event('dm-poll')).toMatchObject({
      text: '[poll] Which chain?',
      extras: { standIn: 'thing', content: { type: 'poll', question: 'Which chain?', options: ['TRON', 'Ethereum'] } },
    });
  });

  test('in servers: by mention, role, forum and private thread', () => {
    const guild = '500000000000000001';
    expect(event('server-mention')).toMatchObject({
      text: '@support help',
      author: ANA,
      thread: { key: `${guild}/u${ANA.externalId}`, kind: 'group', chatKey: guild, title: '#general' },
    });
    expect(event('server-role')).toMatchObject({ text: '@role help' });
    expect(event('forum-post')).toMatchObject({
      thread: { key: `500000000000000050/u${ANA.externalId}`, title: 'Stuck' },
    });
    expect(event('private-thread')).toMatchObject({
      thread: { key: `500000000000000051/u${ANA.externalId}`, kind: 'private' },
    });
  });

  test('by configuration', () => {
    const none = { ...context, support: { servers: [], channels: [], forums: [], roles: [] } };
    for (const name of ['server-role', 'forum-post']) expect(one(name, none)).toMatchObject({ outcome: 'filed' });
    const named = { ...context, support: { ...none.support, channels: ['500000000000000001'] } };
    expect(one('server-chatter', named)).toMatchObject({ outcome: 'event', event: { text: 'lol' } });
    const elsewhere = { ...context, support: { ...named.support, servers: ['600000000000000777'] } };
    for (const name of ['server-chatter', 'server-mention', 'private-thread']) {
      expect(one(name, elsewhere)).toMatchObject({ outcome: 'filed' });
    }
    expect(one('dm-text', elsewhere)).toMatchObject({ outcome: 'event' });
  });

  test.each([
    ['dm-unknown-type', 'parked'],
    ['dm-system', 'filed'],
    ['own-echo', 'filed'],
    ['webhook', 'filed'],
    ['server-chatter', 'filed'],
    ['unfurled', 'filed'],
    ['delete-unknown', 'filed'],
    ['reaction-server', 'filed'],
    ['command', 'filed'],
    ['removed-from-server', 'filed'],
    ['unknown-kind', 'parked'],
  ])('%s is %s', (name, outcome) => {
    const got = one(name);
    expect(got).toMatchObject({ outcome });
  });

  test('the same message has the same key, whichever way it comes', () => {
    const live = read('dm-text') as DiscordGatewayPayload;
    const backfilled = { ...live, source: 'backfill' as const, shardId: 7 };
    expect(normaliseDispatch(backfilled, context)).toEqual(normaliseDispatch(live, context));
  });

  test('a service without an own id reads by what was stored with the payload alone', () => {
    expect(one('own-echo', { ...context, selfId: '999' })).toMatchObject({
      outcome: 'filed',
      reason: 'our own message',
    });
  });
});

describe('changes', () => {
  test('edits', () => {
    const target = { targetExternalId: '400000000000000001:300000000000000010' };
    expect(event('edit')).toMatchObject({ type: 'edit', ...target, text: 'Where is my deposit now?' });
    expect(event('edit')).not.toHaveProperty('joinsOnly');
    expect(event('edit-chatter')).toMatchObject({ type: 'edit', joinsOnly: true });
  });

  test('deletions', () => {
    expect(event('delete')).toMatchObject({
      type: 'delete',
      targetExternalId: '400000000000000001:300000000000000010',
      author: ANA,
    });
    expect(normaliseDispatch(read('delete-bulk'), context)).toMatchObject([
      { outcome: 'event', event: { type: 'delete', targetExternalId: '500000000000000001:300000000000000023' } },
      { outcome: 'filed' },
    ]);
  });

  test('reactions: the whole new set', () => {
    expect(event('reaction')).toMatchObject({
      type: 'reaction',
      emoji: ['👍', '🎉'],
      author: ANA,
      thread: { key: '400000000000000001' },
    });
  });
});

describe('interactions', () => {
  test('a press says its label and data, and what has to be answered', () => {
    expect(event('button')).toMatchObject({
      type: 'message',
      eventKey: 'interaction:310000000000000001',
      text: 'Refund',
      extras: { content: { type: 'button', label: 'Refund', data: 'topic:refund' } },
      replyToExternalId: '400000000000000001:300000000000000009',
      acknowledge: { kind: 'press', interactionId: '310000000000000001', locale: 'es-ES' },
    });
  });

  test('a form goes on in its private thread, else where it was sent', () => {
    expect(event('form')).toMatchObject({
      text: 'I lost my 2FA',
      thread: { key: `500000000000000060/u${ANA.externalId}`, kind: 'private' },
      acknowledge: {
        kind: 'form',
        privateThreadId: '500000000000000060',
        applicationId: '100000000000000001',
        locale: 'ja',
      },
    });
    const without = replaceAt(read('form'), ['about', 'privateThreadId'], null);
    expect(normaliseDispatch(without, context)).toMatchObject([
      { event: { thread: { key: `500000000000000001/u${ANA.externalId}`, kind: 'group', title: '#general' } } },
    ]);
  });
});

describe('mutated dispatches', () => {
  const check = (payload: unknown): void => {
    const all = normaliseDispatch(payload, context);
    expect(all.length).toBeGreaterThan(0);
    for (const got of all) {
      const key = got.outcome === 'event' ? got.event.eventKey : got.eventKey;
      expect(key).not.toBe('');
      expect(JSON.stringify(got)).not.toMatch(/\\u0000|\\ud[89a-f]/iu);
      if (got.outcome === 'event' && 'body' in got.event && got.event.body !== undefined) {
        expect(plainText(checkBody(got.event.body))).toBe(got.event.text);
      }
    }
  };
  const fixtures = NAMES.map((name) => read(name.replace('.json', '')));
  const change = fc.oneof(
    fc.jsonValue(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(null, undefined, -1, 2 ** 70, '0', '*'.repeat(9_000)),
  );

  test('only a refusal that will stay one says that a channel is none for us', async () => {
    const answering = (failure: { status: number; code: number | null }) =>
      createCompleting({
        rest: {
          ...refusing,
          call: () =>
            Promise.reject(
              new DiscordCallError('call', { message: 'no', retryAfterMs: null, scope: null, sent: 'no', ...failure }),
            ),
        },
        support: context.support,
        selfId: () => '100000000000000001',
        nowMs: () => 1,
      });
    const d = { id: '5', channel_id: '7', guild_id: '8', channel_type: 11, author: { id: '9' }, content: 'hello' };
    const payload: DiscordGatewayPayload = { v: 1, t: 'MESSAGE_CREATE', d, shardId: 0, source: 'gateway' };
    const complete = (status: number, code: number | null) =>
      answering({ status, code }).complete(payload, AbortSignal.timeout(1_000));
    for (const [status, code] of [
      [403, 50_001],
      [404, 10_003],
      [404, null],
    ] as const) {
      expect((await complete(status, code)).about.place).toBeUndefined();
    }
    for (const [status, code] of [
      [401, 0],
      [403, null],
      [403, 40_001],
      [429, null],
      [503, null],
    ] as const) {
      await expect(complete(status, code)).rejects.toBeInstanceOf(DiscordCallError);
    }
  });

  test('2,000 of them are read without an end of anything, and completed', async () => {
    const completing = createCompleting({
      rest: refusing,
      support: context.support,
      selfId: () => '100000000000000001',
      nowMs: () => 1,
    });
    await fc.assert(
      fc.asyncProperty(
        fc
          .constantFrom(...fixtures)
          .chain((fixture) => fc.tuple(fc.constant(fixture), fc.constantFrom(...pathsOf(fixture)), change)),
        async ([fixture, path, value]) => {
          const mutated = replaceAt(fixture, path, value);
          check(mutated);
          if (typeof mutated !== 'object' || mutated === null) return;
          const payload: DiscordGatewayPayload = {
            v: 1,
            t: 'MESSAGE_CREATE',
            d: null,
            shardId: 0,
            source: 'gateway',
            ...mutated,
          };
          if (typeof payload.t !== 'string') return;
          expect([true, false]).toContain(wantsDispatch(payload, context));
          const completed = await completing.complete(payload, AbortSignal.timeout(1_000));
          completing.stored(completed);
          check(JSON.parse(JSON.stringify(completed)));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('what is wanted', () => {
  test.each([
    ['dm-text', true],
    ['server-mention', true],
    ['forum-post', true],
    ['private-thread', true],
    ['server-chatter', false],
    ['own-echo', false],
    ['webhook', false],
    ['reaction-server', false],
    ['reaction', true],
    ['delete-unknown', true],
    ['button', true],
    ['unknown-kind', true],
  ])('%s: %s', (name, wanted) => {
    const given = { ...context, selfId: '100000000000000001' };
    expect(wantsDispatch(read(name) as DiscordGatewayPayload, given)).toBe(wanted);
  });
});

describe('what is stored', () => {
  const moves: (Bookmark & { name: string })[] = [];
  const store = async (...payloads: DiscordGatewayPayload[]): Promise<Buffer[]> => {
    const stored: Buffer[] = [];
    const given = { ...context, selfId: '100000000000000001' };
    const take = createTake(
      {
        rest: refusing,
        log: quietLog(),
        records: {
          beginAt: (name, bookmark) => Promise.resolve(void moves.push({ name, ...bookmark })),
        },
        completing: createCompleting({
          rest: refusing,
          support: context.support,
          selfId: () => given.selfId,
          nowMs: () => 1,
        }),
        context: () => given,
      },
      async (given) => {
        await Promise.resolve();
        stored.push(...given.map((one) => (Buffer.isBuffer(one) ? one : one.data)));
      },
      AbortSignal.timeout(5_000),
    );
    for (const [position, payload] of payloads.entries()) {
      await take(payload, { name: 'channel:5', epoch: 'e', position, base: 0 });
    }
    return stored;
  };

  test.each(NAMES.map((name) => name.replace('.json', '')))(
    '%s: no link to a file, nothing the guard takes for a secret',
    async (name) => {
      const given = read(name) as DiscordGatewayPayload;
      for (const data of await store(given)) {
        const text = data.toString('utf8');
        expect(text).not.toMatch(/cdn\.discordapp|hm=|proxy_url|"avatar"/u);
        const { payload, findings } = guardPayload(JSON.parse(text));
        expect(findings).toEqual([]);
        expect(payload).toEqual(JSON.parse(text));
      }
    },
  );

  test('a voice message is still known as one', async () => {
    const [data = Buffer.alloc(0)] = await store(read('dm-voice') as DiscordGatewayPayload);
    const [got] = normaliseDispatch(JSON.parse(data.toString('utf8')), context);
    expect(got).toMatchObject({ event: { attachments: [{ kind: 'voice', durationMs: 3_120 }] } });
  });

  test('chatter is not', async () => {
    for (const name of ['server-chatter', 'own-echo', 'webhook', 'reaction-server']) {
      expect(await store(read(name) as DiscordGatewayPayload)).toEqual([]);
    }
  });

  test('chatter that is read after a gap is not read after the next one too', async () => {
    moves.length = 0;
    const chatter = { ...(read('server-chatter') as DiscordGatewayPayload), source: 'backfill' as const };
    expect(await store(...Array.from({ length: 250 }, () => chatter))).toEqual([]);
    expect(moves).toEqual([99, 199].map((position) => ({ name: 'channel:5', epoch: 'e', position, base: 0 })));
    moves.length = 0;
    await store(...Array.from({ length: 250 }, () => read('server-chatter') as DiscordGatewayPayload));
    expect(moves).toEqual([]);
  });
});
