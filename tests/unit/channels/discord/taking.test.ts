import { describe, expect, test } from '@jest/globals';
import { createCompleting } from '../../../../channels/discord/inbound/completing.ts';
import { createFirstAnswers } from '../../../../channels/discord/inbound/first-answers.ts';
import { normaliseDispatch } from '../../../../channels/discord/normalise.ts';
import { createTake, wantsDispatch } from '../../../../channels/discord/receive.ts';
import { type DiscordGatewayPayload } from '../../../../channels/discord/transport/ports.ts';
import type { Bookmark } from '../../../../src/core/ports/channel.ts';
import { guardPayload } from '../../../../src/guard/guard.ts';
import { quietLog } from '../../../kit/quiet-log.ts';
import { context, NAMES, read, refusing } from './reading.ts';

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
    const signal = AbortSignal.timeout(5_000);
    const take = createTake(
      {
        rest: refusing,
        log: quietLog(),
        first: createFirstAnswers({ rest: refusing, log: quietLog() }, signal),
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
      signal,
    );
    for (const [position, payload] of payloads.entries()) {
      await take(payload, { name: 'channel:5', epoch: 'e', position, base: 0 });
    }
    return stored;
  };

  test.each(NAMES)('%s: no link to a file, nothing the guard takes for a secret', async (name) => {
    const given = read(name) as DiscordGatewayPayload;
    for (const data of await store(given)) {
      const text = data.toString('utf8');
      expect(text).not.toMatch(/cdn\.discordapp|hm=|proxy_url|"avatar"/u);
      const { payload, findings } = guardPayload(JSON.parse(text));
      expect(findings).toEqual([]);
      expect(payload).toEqual(JSON.parse(text));
    }
  });

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
