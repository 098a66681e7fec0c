import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { createCompleting } from '../../../../channels/discord/inbound/completing.ts';
import { normaliseDispatch } from '../../../../channels/discord/normalise.ts';
import { wantsDispatch } from '../../../../channels/discord/receive.ts';
import { DiscordCallError, type DiscordGatewayPayload } from '../../../../channels/discord/transport/ports.ts';
import { checkBody, plainText } from '../../../../src/core/model/body.ts';
import { pathsOf, replaceAt } from '../../../kit/channels/json-paths.ts';
import { context, NAMES, read, refusing } from './reading.ts';

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
  const fixtures = NAMES.map(read);
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
