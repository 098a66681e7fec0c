import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createUuidV7, systemClock } from '../../../src/core/ids-and-time.ts';
import type { Normalised } from '../../../src/core/model/inbound.ts';
import type { IngestResult } from '../../../src/core/ports/pipeline-store.ts';
import { createIntake } from '../../../src/ingest/intake.ts';
import { createTally } from '../../../src/ingest/tally.ts';
import { customerMessage, memoryChannel } from '../../kit/pipeline/memory-channel.ts';
import { quietLog } from '../../kit/quiet-log.ts';

const NOTHING = { threadId: null, conversationId: null, messageId: null, shard: null, due: false };
/** What a payload of these tests says of each of its events: what it is, and what the store does with it. */
type Fate = 'stored' | 'duplicate' | 'poison' | 'filed' | 'parked' | 'away';

function normalised(fate: Fate, eventKey: string): Normalised {
  if (fate === 'filed' || fate === 'parked') return { outcome: fate, eventKey, reason: 'because' };
  return { outcome: 'event', event: customerMessage('1', 'hello', { eventKey }) };
}

function stand(options: { putBlob?: () => Promise<string> } = {}) {
  const told: string[] = [];
  const tally = createTally(() => 0);
  const take = createIntake({
    account: memoryChannel('mem', {
      normalise: (payload) => {
        const fates = Array.isArray(payload) ? (payload as Fate[]) : [];
        return fates.map((fate, index) => normalised(fate, `${fate}:${index}`));
      },
    }),
    store: {
      ingest({ eventKey }): Promise<IngestResult> {
        const [fate] = eventKey.split(':');
        if (fate === 'away') return Promise.reject(new Error('the store is away'));
        return Promise.resolve({
          status: fate === 'duplicate' ? 'duplicate' : fate === 'poison' ? 'parked' : 'stored',
          ...NOTHING,
        });
      },
    },
    queue: { wake: () => undefined },
    ids: createUuidV7(systemClock),
    log: quietLog(),
    guardPayload: (payload) => ({ payload, findings: [] }),
    guardText: (text) => ({ text, findings: [] }),
    seal: (plain) => plain,
    digest: () => 'digest',
    putBlob: options.putBlob ?? (() => Promise.resolve('blob')),
    isThanks: () => false,
    onResult: () => undefined,
    onPayload(outcome) {
      told.push(outcome);
      if (outcome === 'refused') tally.refused();
      else tally.settled(outcome);
    },
  });
  const sink = tally.around(take);
  return {
    told,
    tally,
    take: (...payloads: Fate[][]) => sink(payloads.map((one) => Buffer.from(JSON.stringify(one)))),
  };
}

test.each([
  [['stored'], 'stored'],
  [['duplicate'], 'duplicate'],
  [['filed'], 'filed'],
  [['parked'], 'parked'],
  [['poison'], 'parked'],
  [[], 'filed'],
  [['filed', 'stored', 'duplicate'], 'stored'],
  [['duplicate', 'parked'], 'parked'],
  [['filed', 'duplicate'], 'duplicate'],
] as const)('a payload of %j is counted as %s', async (fates, outcome) => {
  const { told, take } = stand();
  await take([...fates]);
  expect(told).toEqual([outcome]);
});

test('what a payload refused in part comes to is told when it comes again; its neighbours are told now', async () => {
  const { told, take, tally } = stand();
  await expect(take(['stored'], ['stored', 'away'], ['filed'])).rejects.toThrow('away');
  expect(told).toEqual(['stored', 'refused', 'filed']);
  expect(tally.snapshot()).toMatchObject({ counts: { seen: 2, stored: 1, filed: 1 }, unsettledMs: null });
});

test('when not even the first step works, all of it was refused', async () => {
  const { told, tally, take } = stand({ putBlob: () => Promise.reject(new Error('the disk is full')) });
  const large = Array.from({ length: 8_000 }, (): Fate => 'duplicate');
  await expect(take(['stored'], large)).rejects.toThrow('full');
  expect(told).toEqual(['refused', 'refused']);
  expect(tally.snapshot()).toMatchObject({ counts: { seen: 0 }, unsettledMs: null });
});

test('whatever comes, in whatever batches, seen is the sum of what became of it', async () => {
  const fate = fc.constantFrom<Fate>('stored', 'duplicate', 'poison', 'filed', 'parked', 'away');
  const batches = fc.array(fc.array(fc.array(fate, { maxLength: 3 }), { maxLength: 5 }), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(batches, async (calls) => {
      const { tally, take } = stand();
      await Promise.allSettled(calls.map((payloads) => take(...payloads)));
      const { counts, unsettledMs } = tally.snapshot();
      expect(counts.seen).toBe(counts.stored + counts.duplicate + counts.filed + counts.parked);
      expect(unsettledMs).toBeNull();
      const refused = calls.flat().filter((payload) => payload.includes('away')).length;
      expect(counts.seen).toBe(calls.flat().length - refused);
    }),
  );
});
