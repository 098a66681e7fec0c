import { expect, test } from '@jest/globals';
import { type StoreLoop, storeUntilTaken } from '../../../../channels/shared/store-loop.ts';
import type { ConnectionState } from '../../../../src/core/ports/channel.ts';
import { quietLog } from '../../../kit/quiet-log.ts';

/** Waits take no time; what they would have taken is kept. */
function loop(whilePausing: () => void = () => undefined) {
  const told: (ConnectionState | null)[] = [];
  const waits: number[] = [];
  const log = quietLog();
  const parts: StoreLoop = {
    log,
    what: 'a page was not stored',
    fields: { feed: 'mentions' },
    keeper: 'X',
    tell: (state) => void told.push(state),
    firstRetryMs: 100,
    mostRetryMs: 400,
    pause(ms) {
      waits.push(ms);
      whilePausing();
      return Promise.resolve();
    },
  };
  return { parts, told, waits, log };
}

const { signal: running } = new AbortController();

test('what is refused is offered again until it is stored, with longer waits, and the store is well again then', async () => {
  const { parts, told, waits, log } = loop();
  let tries = 0;
  const store = (): Promise<void> => {
    tries += 1;
    return tries < 6 ? Promise.reject(new TypeError('postgres://secret')) : Promise.resolve();
  };
  expect(await storeUntilTaken(store, parts, running)).toBe(true);
  expect(tries).toBe(6);
  expect(told).toHaveLength(6);
  expect(told[0]).toMatchObject({
    state: 'retrying',
    code: 'ingest_refused',
    message: 'The gateway cannot store messages now; X keeps them',
  });
  expect(told.at(-1)).toBeNull();
  for (const [nth, most] of [100, 200, 400, 400, 400].entries()) {
    expect(waits[nth]).toBeGreaterThanOrEqual(most / 2);
    expect(waits[nth]).toBeLessThanOrEqual(most);
  }
  expect(log.lines[0]?.fields).toEqual({ feed: 'mentions', error: 'TypeError' });
});

test('an end while it waits is an end without it; one before is an end without a try', async () => {
  const ending = new AbortController();
  const { parts, told } = loop(() => ending.abort());
  let tries = 0;
  const store = (): Promise<void> => {
    tries += 1;
    return Promise.reject(new Error('away'));
  };
  expect(await storeUntilTaken(store, parts, ending.signal)).toBe(false);
  expect(await storeUntilTaken(store, parts, ending.signal)).toBe(false);
  expect(tries).toBe(1);
  expect(told).toHaveLength(1);
});
