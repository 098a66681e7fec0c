import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { createBackfill } from '../../../../../channels/discord/transport/backfill.ts';
import { createLanes } from '../../../../../channels/discord/transport/lanes.ts';
import { GATEWAY_TIMES } from '../../../../../channels/discord/transport/open-gateway.ts';
import { createPacer } from '../../../../../channels/discord/transport/pacer.ts';
import type { ServerChannel } from '../../../../../channels/discord/transport/ports.ts';
import { createStateBoard } from '../../../../../channels/shared/state-board.ts';
import { StoreUnavailable } from '../../../../../src/core/errors.ts';
import { memoryRecords } from '../../../../kit/channels/memory-records.ts';
import { quietLog } from '../../../../kit/quiet-log.ts';
import { until } from './receiver.ts';

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');

const GUILD = '1080000000000000000';
const channelId = (number: number): string => String(1_180_000_000_000_000_000n + BigInt(number));

/** A server as its JSON gives it: with much that nobody needs. */
function server(number: number): object {
  const channels = [1, 2].map((at) => ({
    id: channelId(number * 10 + at),
    type: 0,
    last_message_id: at === 1 ? channelId(9_000_000 + number) : null,
    topic: 'x'.repeat(1_000),
  }));
  return JSON.parse(JSON.stringify({ id: GUILD, roles: ['y'.repeat(10_000)], channels })) as object;
}

test('while the store is away, servers that tell of themselves are not kept, only where something was written', async () => {
  const log = quietLog();
  const records = memoryRecords();
  let away = true;
  const seen: ServerChannel[] = [];
  const controller = new AbortController();
  const backfill = createBackfill(
    {
      rest: { call: () => Promise.reject(new Error('nothing is asked')), recentCalls: () => 0, close: () => undefined },
      pacer: createPacer(
        1_000,
        () => 0,
        () => performance.now(),
      ),
      lanes: createLanes({ most: 10, onFull: () => undefined, log }),
      log,
      board: createStateBoard(() => undefined),
      times: { ...GATEWAY_TIMES, storeRetryMs: 5 },
      clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
      records: {
        ...records,
        bookmark: (name) => (away ? Promise.reject(new StoreUnavailable('away', null)) : records.bookmark(name)),
      },
      covers(channel) {
        // Whether threads of a channel count is asked at once; that keeps nothing.
        if (channel.parentId === null) seen.push(channel);
        return false;
      },
      shardId: 0,
      guilds: [GUILD],
      store: () => Promise.resolve(true),
    },
    controller.signal,
  );
  // In a function of its own: nothing of the test may hold one.
  const tell = (number: number): WeakRef<object> => {
    const guild = server(number);
    backfill.addGuild(guild);
    return new WeakRef(guild);
  };
  // A server that comes and goes tells of itself each time.
  const told = [1, 2].flatMap(() => Array.from({ length: 100 }, (_, number) => tell(number)));
  expect(typeof collect).toBe('function');
  await until('forgotten', () => {
    if (typeof collect === 'function') collect();
    return told.every((one) => one.deref() === undefined);
  });
  expect(seen).toEqual([]);
  away = false;
  await until('looked at', () => seen.length > 0);
  expect(seen.map(({ id, guildId }) => [id, guildId])).toEqual(
    Array.from({ length: 100 }, (_, number) => [channelId(number * 10 + 1), GUILD]),
  );
  controller.abort();
}, 20_000);
