import { beforeEach, describe, expect, test } from '@jest/globals';
import { TelegramCallError } from '../../../../channels/telegram/errors.ts';
import { createWebhookWatch } from '../../../../channels/telegram/transport/webhook-watch.ts';
import type { ConnectionState } from '../../../../src/core/ports/channel.ts';

const OURS = 'https://support.example.com/hooks/tg';
const NOW_MS = 1_800_000_000_000;
const { signal } = new AbortController();

let nowMs: number;
let info: Record<string, unknown> | TelegramCallError;
let states: ConnectionState[];
let calls: string[];

beforeEach(() => {
  nowMs = NOW_MS;
  info = { url: OURS, pending_update_count: 0 };
  states = [];
  calls = [];
});

function watchWith(mayRegister: boolean): ReturnType<typeof createWebhookWatch> {
  return createWebhookWatch({
    api: {
      call: (method) => {
        calls.push(method);
        if (method !== 'getWebhookInfo') return Promise.resolve(true);
        return info instanceof TelegramCallError ? Promise.reject(info) : Promise.resolve(info);
      },
      close: () => undefined,
    },
    secret: 'a-secret-of-the-test',
    mayRegister,
    onState: (state) => states.push(state),
    nowMs: () => nowMs,
  });
}

describe('looking at the webhook', () => {
  test('ours, and nothing waits: connected', async () => {
    await watchWith(true).look(OURS, signal);
    expect(states).toEqual([{ state: 'connected' }]);
    expect(calls).toEqual(['getWebhookInfo']);
  });

  test.each([
    ['', /removed the webhook/],
    ['https://elsewhere.example/', /another address/],
  ])('%p is set instead: registered anew where we may, and told', async (url, message) => {
    info = { url, pending_update_count: 3 };
    await watchWith(true).look(OURS, signal);
    expect(states.map(({ state }) => state)).toEqual(['retrying', 'connecting', 'connected']);
    expect(states[0]).toMatchObject({
      code: 'webhook_off',
      trouble: 'webhook_off',
      message: expect.stringMatching(message),
    });
    expect(calls).toEqual(['getWebhookInfo', 'setWebhook']);
  });

  test('where we may not it is left alone, and who looks is told what to do', async () => {
    info = { url: '', pending_update_count: 3 };
    await watchWith(false).look(OURS, signal);
    expect(states).toEqual([
      expect.objectContaining({ state: 'stopped', trouble: 'webhook_off', mend: expect.stringContaining(OURS) }),
    ]);
    expect(calls).toEqual(['getWebhookInfo']);
  });

  test('without an address of ours any webhook will do, and none will not', async () => {
    const watch = watchWith(true);
    info = { url: 'https://proxy.example/x', pending_update_count: 0 };
    await watch.look(null, signal);
    info = { url: '', pending_update_count: 0 };
    await watch.look(null, signal);
    expect(states.map(({ state }) => state)).toEqual(['connected', 'stopped']);
    expect(calls).toEqual(['getWebhookInfo', 'getWebhookInfo']);
  });

  test('deliveries that fail while updates wait are a lag that grows, and it is over when they are taken', async () => {
    const watch = watchWith(true);
    info = {
      url: OURS,
      pending_update_count: 4,
      last_error_date: NOW_MS / 1_000 - 10,
      last_error_message: 'Wrong response from the webhook: 503 Service Unavailable',
    };
    await watch.look(OURS, signal);
    expect(states.at(-1)).toMatchObject({
      state: 'lagging',
      code: 'webhook_failing',
      waiting: 4,
      behindMs: 10_000,
      message: expect.stringContaining('503'),
    });
    nowMs += 60_000;
    info = { ...info, last_error_date: nowMs / 1_000 - 5 };
    await watch.look(OURS, signal);
    expect(states.at(-1)).toMatchObject({ state: 'lagging', behindMs: 70_000 });
    info = { ...info, pending_update_count: 0 };
    await watch.look(OURS, signal);
    expect(states.at(-1)).toEqual({ state: 'connected' });
  });

  test('an error of long ago, and a few on their way, are nothing', async () => {
    info = { url: OURS, pending_update_count: 2, last_error_date: NOW_MS / 1_000 - 600, last_error_message: 'x' };
    await watchWith(true).look(OURS, signal);
    expect(states).toEqual([{ state: 'connected' }]);
  });

  test('many that wait from look to look are a lag without any error', async () => {
    const watch = watchWith(true);
    info = { url: OURS, pending_update_count: 500 };
    await watch.look(OURS, signal);
    nowMs += 60_000;
    await watch.look(OURS, signal);
    expect(states).toEqual([
      { state: 'connected' },
      expect.objectContaining({ state: 'lagging', code: 'behind', waiting: 500, behindMs: 60_000 }),
    ]);
  });

  test('deliveries refused by ourselves for their secret: ours is registered again', async () => {
    info = {
      url: OURS,
      pending_update_count: 1,
      last_error_message: 'Wrong response from the webhook: 401 Unauthorized',
    };
    await watchWith(true).look(OURS, signal);
    expect(calls).toEqual(['getWebhookInfo', 'setWebhook']);
  });

  test('a refused token needs login', async () => {
    info = new TelegramCallError('getWebhookInfo', { stage: 'answered', code: 401, description: 'Unauthorized' });
    await expect(watchWith(true).look(OURS, signal)).rejects.toThrow(TelegramCallError);
    expect(states).toEqual([expect.objectContaining({ state: 'stopped', trouble: 'needs_login' })]);
  });
});
