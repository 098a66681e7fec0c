import { expect, test } from '@jest/globals';
import { normaliseVisit } from '../../../../channels/web/normalise.ts';
import { createEchoes } from '../../../../channels/web/transport/echoes.ts';
import type { InboundSink } from '../../../../src/core/ports/channel.ts';
import { type ServedAccount, serveAccount } from './served-account.ts';

const ANA = { id: 'user:ana', name: 'Ana', signed: true };
const SAID = { clientId: 'said-by-ana', text: 'where is my parcel' };

/** Stores nothing, and acknowledges as intake does: after the commit, not waited for. */
function acknowledging(on: ServedAccount): InboundSink {
  return async (payloads) => {
    for (const one of payloads) {
      const read = normaliseVisit(JSON.parse((Buffer.isBuffer(one) ? one : one.data).toString('utf8')));
      for (const { event } of read.flatMap((found) => (found.outcome === 'event' ? [found] : []))) {
        if (event.type !== 'message' || event.acknowledge === undefined) continue;
        void on.account.acknowledge?.(event.acknowledge, AbortSignal.timeout(1_000)).catch(() => undefined);
      }
    }
  };
}

test('words that did not reach their place are asked for again, until they stand there', async () => {
  const on = serveAccount(30);
  const { places } = on.deps.records;
  places.fail('refused');
  const refused = await on.post(ANA, '/messages', SAID, acknowledging(on));
  expect(refused.status).toBe(503);
  expect(refused.headers['retry-after']).toBe('1');
  expect(places.entries).toEqual([]);
  expect((await on.post(ANA, '/messages', SAID, acknowledging(on))).status).toBe(200);
  expect(places.entries.map(({ payload }) => payload)).toMatchObject([{ kind: 'theirs', text: SAID.text }]);
  // Sent once more it is answered the same, and stands there once.
  expect((await on.post(ANA, '/messages', SAID, acknowledging(on))).status).toBe(200);
  expect(places.entries).toHaveLength(1);
});

test('words that are never acknowledged are not called taken', async () => {
  const on = serveAccount(30);
  expect((await on.post(ANA, '/messages', SAID, () => Promise.resolve())).status).toBe(503);
});

test('an echo says whether it came; one that came before it was waited for counts', async () => {
  const echoes = createEchoes(20);
  const early = echoes.expect('a');
  echoes.arrived('a');
  expect(await early.came()).toBe(true);
  early.forget();
  const late = echoes.expect('a');
  expect(await late.came()).toBe(false);
  late.forget();
});
