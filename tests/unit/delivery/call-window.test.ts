import { expect, test } from '@jest/globals';
import { brandId } from '../../../src/core/model/ids.ts';
import type { HeadDelivery, Work } from '../../../src/core/ports/pipeline-store.ts';
import { attempt } from '../../../src/delivery/attempt.ts';
import { memoryChannel } from '../../kit/pipeline/memory-channel.ts';

const head: HeadDelivery = {
  id: brandId('01900000-0000-7000-8000-000000000001'),
  messageId: brandId('01900000-0000-7000-8000-000000000002'),
  state: 'sending',
  action: 'send',
  class: 'single',
  part: { text: 'hello' },
  target: null,
  replyTo: null,
  attempt: 1,
  ambiguous: 0,
  stale: false,
  begun: false,
  ageMs: 0,
  createdAtMs: 1_000,
  around: null,
};

function workUntil(callBeforeMs: number): Work {
  return {
    threadId: brandId('01900000-0000-7000-8000-000000000003'),
    token: 1,
    accountId: brandId('mem'),
    address: '1',
    threadKind: 'private',
    contactId: brandId('01900000-0000-7000-8000-000000000004'),
    aloneDeaths: 0,
    conversation: null,
    messages: null,
    turn: null,
    delivery: head,
    botSaid: null,
    nowMs: 0,
    callBeforeMs,
  };
}

const clock = { nowMs: () => 0, monotonicMs: () => 10_000 };

test('a process that was stopped between the commit and the call does not call any more', async () => {
  const account = memoryChannel();
  const verdict = await attempt(workUntil(9_999), head, account, clock);
  expect(account.arrived).toEqual([]);
  expect(verdict).toMatchObject({ nextState: 'retry', notCalled: true, ambiguous: false });
});

test('within the window it calls', async () => {
  const account = memoryChannel();
  const verdict = await attempt(workUntil(10_001), head, account, clock);
  expect(account.arrived).toHaveLength(1);
  expect(verdict).toMatchObject({ nextState: 'sent' });
});

test('whatever a channel throws is an unknown outcome', async () => {
  const account = memoryChannel('mem', { send: () => Promise.reject(new TypeError('surprise')) });
  expect(await attempt(workUntil(20_000), head, account, clock)).toMatchObject({
    nextState: 'unknown',
    ambiguous: true,
  });
});
