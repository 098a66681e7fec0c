import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { brandId } from '../../../src/core/model/ids.ts';
import type { ChannelAccount, SendRequest } from '../../../src/core/ports/channel.ts';
import type { Clock } from '../../../src/core/ports/clock.ts';
import type { HeadDelivery } from '../../../src/core/ports/pipeline-store.ts';
import { attempt, CALL_TIMEOUT_MS, idempotencyKey, LOOK_TIMEOUT_MS, resolve } from '../../../src/delivery/attempt.ts';
import { memoryChannel } from '../../kit/pipeline/memory-channel.ts';
import { workOf } from '../conversation/work.ts';

const ID = brandId<HeadDelivery['id']>('01900000-0000-7000-8000-0000000000aa');
const head: HeadDelivery = {
  id: ID,
  messageId: brandId('m'),
  state: 'sending',
  action: 'edit',
  class: 'single',
  part: { text: 'x' },
  target: '1:5',
  replyTo: '1:4',
  attempt: 1,
  ambiguous: 0,
  stale: false,
  begun: false,
  ageMs: 0,
  createdAtMs: 1_000,
  around: null,
};
const work = { ...workOf([]), address: 'place', callBeforeMs: 1_000, delivery: head };
const at = (nowMs: number): Clock => ({ nowMs: () => 0, monotonicMs: () => nowMs });

function accountThat(send: ChannelAccount['send'], more: Partial<ChannelAccount> = {}): ChannelAccount {
  return memoryChannel('mem', { send, ...more });
}

describe('a platform call', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  test('carries address, part, target and a key that stays the same for all attempts', async () => {
    const requests: SendRequest[] = [];
    const account = accountThat((request) => {
      requests.push(request);
      return Promise.resolve({ kind: 'sent', externalId: '1:6' });
    });
    await attempt(work, head, account, at(0));
    await attempt(work, { ...head, attempt: 2 }, account, at(0));
    const wanted = {
      action: 'edit',
      threadKey: 'place',
      part: { text: 'x' },
      targetExternalId: '1:5',
      madeAtMs: 1_000,
      replyToExternalId: '1:4',
      idempotencyKey: idempotencyKey(ID),
    };
    expect(requests).toEqual([wanted, wanted]);
    expect(idempotencyKey(ID)).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });

  test('is not made when its commit is older than the window', async () => {
    const send = jest.fn<ChannelAccount['send']>();
    expect(await attempt(work, head, accountThat(send), at(1_001))).toMatchObject({
      nextState: 'retry',
      notCalled: true,
    });
    expect(send).not.toHaveBeenCalled();
  });

  test('that throws, at once or later, is unknown, and the words of the error are not kept', async () => {
    const failures: ChannelAccount['send'][] = [
      () => {
        throw new TypeError('secret words');
      },
      () => Promise.reject(new TypeError('secret words')),
    ];
    for (const send of failures) {
      const verdict = await attempt(work, head, accountThat(send), at(0));
      expect(verdict).toMatchObject({ nextState: 'unknown', ambiguous: true, error: 'TypeError' });
    }
  });

  test('that never answers is unknown after its time', async () => {
    const verdict = attempt(
      work,
      head,
      accountThat(() => new Promise(() => undefined)),
      at(0),
    );
    await jest.advanceTimersByTimeAsync(CALL_TIMEOUT_MS);
    expect(await verdict).toMatchObject({ nextState: 'unknown', ambiguous: true });
    expect(jest.getTimerCount()).toBe(0);
  });

  test('whose outcome is unknown is looked up where the platform can be asked', async () => {
    const unknown = { ...head, state: 'unknown' as const, action: 'send' as const, ambiguous: 1 };
    const never = (): Promise<never> => Promise.reject(new Error('must not be called'));
    const found = accountThat(never, { reconcile: () => Promise.resolve({ kind: 'sent', externalId: '1:9' }) });
    expect(await resolve(work, unknown, found)).toMatchObject({ nextState: 'sent', externalId: '1:9' });
    const failing = accountThat(never, { reconcile: () => Promise.reject(new Error('down')) });
    // Asking changes nothing: it is asked again, and nothing is guessed.
    expect(await resolve(work, unknown, failing)).toMatchObject({ nextState: 'unknown', ambiguous: false });
    const silent = resolve(work, unknown, accountThat(never, { reconcile: () => new Promise(() => undefined) }));
    await jest.advanceTimersByTimeAsync(LOOK_TIMEOUT_MS);
    expect(await silent).toMatchObject({ nextState: 'unknown', ambiguous: false });
    expect(await resolve(work, unknown, accountThat(never))).toMatchObject({ nextState: 'needs_review' });
  });
});
