import { expect, test } from '@jest/globals';
import { createStateBoard } from '../../../../../channels/shared/state-board.ts';
import { createHeard } from '../../../../../channels/x/transport/heard.ts';
import type { XCall } from '../../../../../channels/x/transport/ports.ts';
import { createWebhookWatch } from '../../../../../channels/x/transport/webhook-watch.ts';
import { memoryRecords } from '../../../../kit/channels/memory-records.ts';
import { quietLog } from '../../../../kit/quiet-log.ts';

const URL_OF_OURS = 'https://support.example.com/hooks/x';
const MINUTE_MS = 60_000;
const signal = new AbortController().signal;

/** The process that looks after the webhook, and one that only takes what X delivers. */
function processes() {
  let nowMs = 1_800_000_000_000;
  let looks = 0;
  let revoked = 0;
  const { memory } = memoryRecords();
  const log = quietLog();
  const webhooks = [{ id: '900', url: URL_OF_OURS, valid: true }];
  const watch = createWebhookWatch({
    rest: {
      call: ({ endpoint }: XCall) =>
        Promise.resolve({
          status: 200,
          headers: {},
          body: endpoint === 'webhooks' ? { data: webhooks } : { data: {} },
        }),
      close: () => undefined,
    },
    self: {
      current: () => ({ id: '77', handle: 'us' }),
      learn: () => Promise.resolve({ id: '77', handle: 'us' }),
      recall: () => Promise.resolve(null),
    },
    polling: { lookSoon: () => void (looks += 1), setPushed: () => undefined },
    board: createStateBoard(() => undefined),
    log,
    apiRoot: 'https://api.x.com',
    nowMs: () => nowMs,
    onLacks: () => undefined,
    onRevoked: () => void (revoked += 1),
    heard: createHeard(memory, () => nowMs, log),
  });
  const taker = createHeard(memory, () => nowMs, log);
  return {
    taker,
    looks: () => looks,
    revoked: () => revoked,
    async after(ms: number) {
      nowMs += ms;
      // What was heard is written meanwhile.
      await new Promise((resolve) => setImmediate(resolve));
      await watch.look(URL_OF_OURS, signal);
    },
  };
}

test('an hour in which another process takes deliveries is no silence', async () => {
  const { taker, looks, after } = processes();
  await after(0);
  const atFirst = looks();
  for (let minute = 0; minute < 120; minute += 1) {
    taker.delivered();
    await after(MINUTE_MS);
  }
  expect(looks()).toBe(atFirst);
  // The last of them may have been told of five minutes before.
  await after(54 * MINUTE_MS);
  expect(looks()).toBe(atFirst);
  await after(7 * MINUTE_MS);
  expect(looks()).toBe(atFirst + 1);
});

test('what was taken back before this process began is found by asking, what is taken back later is heard of once', async () => {
  const { taker, revoked, after } = processes();
  taker.revoked();
  await after(0);
  expect(revoked()).toBe(0);
  await after(MINUTE_MS);
  taker.revoked();
  await after(MINUTE_MS);
  await after(MINUTE_MS);
  expect(revoked()).toBe(1);
});
