import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { IngestRefused, StoreUnavailable } from '../../../src/core/errors.ts';
import { createUuidV7, systemClock } from '../../../src/core/ids-and-time.ts';
import type { Normalised } from '../../../src/core/model/inbound.ts';
import type { IngestItem, IngestResult } from '../../../src/core/ports/pipeline-store.ts';
import { guardPayload, guardText } from '../../../src/guard/guard.ts';
import { createIntake, type GuardFinding, type IntakeOptions } from '../../../src/ingest/intake.ts';
import { customerMessage, memoryChannel } from '../../kit/pipeline/memory-channel.ts';
import { quietLog } from '../../kit/quiet-log.ts';

const STORED: IngestResult = {
  status: 'stored',
  threadId: null,
  conversationId: null,
  messageId: null,
  shard: 1,
  due: true,
};

function stand(options: Partial<IntakeOptions> & { normalise?: (payload: unknown) => Normalised[] } = {}) {
  const { normalise, ...rest } = options;
  const items: IngestItem[] = [];
  const sealed: { plain: string; row: string }[] = [];
  const blobs: Buffer[] = [];
  const wakes: number[] = [];
  const results: IngestResult[] = [];
  const take = createIntake({
    account: memoryChannel('mem', normalise === undefined ? {} : { normalise }),
    store: {
      ingest: (item) => {
        items.push(item);
        return Promise.resolve(STORED);
      },
    },
    queue: { wake: (shard) => wakes.push(shard) },
    ids: createUuidV7(systemClock),
    log: quietLog(),
    guardPayload: (payload) => ({ payload, findings: [] }),
    guardText: (text) => ({ text, findings: [] }),
    seal: (plain, row) => {
      sealed.push({ plain: plain.toString('latin1'), row });
      return plain;
    },
    digest: (data) => `digest-of-${Buffer.from(data).length}`,
    putBlob: (data) => {
      blobs.push(data);
      return Promise.resolve(`blob-${blobs.length}`);
    },
    isThanks: (text) => text === 'thanks',
    onResult: (result) => results.push(result),
    ...rest,
  });
  return { take, items, sealed, blobs, wakes, results };
}

/** The real guard, as the gateway joins it. */
const guarded: Pick<IntakeOptions, 'guardPayload' | 'guardText'> = {
  guardPayload: (payload) => {
    const { payload: masked, findings } = guardPayload(payload);
    return { payload: masked, findings: findings.map((one): GuardFinding => ({ ...one, secret: null })) };
  },
  guardText: (text) => {
    const { text: masked, findings } = guardText(text);
    return { text: masked, findings: findings.map((one): GuardFinding => ({ ...one, secret: null })) };
  },
};

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const event = (text: string, eventKey = 'k'): Normalised => ({
  outcome: 'event',
  event: customerMessage('1', text, { eventKey }),
});

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return true;
  } catch {
    return false;
  }
}

describe('what is not JSON', () => {
  test('is parked with every byte kept, whatever they are', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.constant(Uint8Array.from({ length: 256 }, (_, index) => index)),
      fc.string({ unit: 'binary' }).map((text) => Buffer.from(`{"update_id":${text}`)),
    );
    await fc.assert(
      fc.asyncProperty(
        bytes.filter((one) => !isJson(one)),
        async (payload) => {
          const { take, items } = stand();
          await take([Buffer.from(payload)]);
          expect(items).toHaveLength(1);
          expect(items[0]).toMatchObject({
            eventKey: `malformed:digest-of-${payload.length}`,
            content: { outcome: 'parked', reason: 'not JSON' },
          });
          expect(items[0]?.raw?.equals(payload)).toBe(true);
        },
      ),
    );
  });

  test('is guarded all the same: a seed phrase in it is written nowhere', async () => {
    const phrase = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
    const { take, sealed } = stand(guarded);
    await take([Buffer.from(`{"update_id":1,"text":"${phrase}`)]);
    expect(sealed).toHaveLength(1);
    expect(sealed[0]?.plain).toContain('{"update_id":1');
    expect(sealed[0]?.plain).not.toContain('winner');
  });

  test('is guarded in scripts beyond Latin-1 too', async () => {
    const phrase = 'そつう れきだい ほんやく わかす りくつ ばいか ろせん やちん そつう れきだい ほんやく わかめ';
    const whole = guarded.guardText(phrase);
    expect(whole.text).not.toContain('れきだい');
    const { take, sealed } = stand(guarded);
    await take([Buffer.from(`{"update_id":1,"text":"${phrase}`)]);
    expect(Buffer.from(sealed[0]?.plain ?? '', 'latin1').toString('utf8')).not.toContain('れきだい');
  });
});

describe('keys', () => {
  test('up to 512 characters stand as they are, longer ones by their digest', async () => {
    const { take, items } = stand({ normalise: (payload) => [event('x', String(payload))] });
    await take([json('a'.repeat(512)), json('b'.repeat(513))]);
    expect(items.map(({ eventKey }) => eventKey)).toEqual(['a'.repeat(512), 'digest:digest-of-513']);
  });

  test('of filed and parked events are shortened too', async () => {
    const { take, items } = stand({
      normalise: () => [
        { outcome: 'parked', eventKey: 'p'.repeat(600), reason: 'x' },
        { outcome: 'filed', eventKey: 'f'.repeat(700), reason: 'y' },
      ],
    });
    await take([json(1)]);
    expect(items.map(({ eventKey }) => eventKey)).toEqual(['digest:digest-of-600', 'digest:digest-of-700']);
  });
});

describe('raw payloads', () => {
  test('are kept once, with the first event, sealed for its row', async () => {
    const { take, items, sealed } = stand({ normalise: () => [event('a', 'k1'), event('b', 'k2'), event('c', 'k3')] });
    await take([json({ album: true })]);
    expect(items.map(({ raw }) => raw !== null)).toEqual([true, false, false]);
    expect(sealed).toEqual([{ plain: '{"album":true}', row: 'inbound_event/mem/k1' }]);
  });

  test('are not kept for noise', async () => {
    const { take, items } = stand({ normalise: () => [{ outcome: 'filed', eventKey: 'n', reason: 'noise' }] });
    await take([json({})]);
    expect(items[0]).toMatchObject({ raw: null, rawBlob: null, content: { outcome: 'filed', reason: 'noise' } });
  });

  test('are kept with the first event that is no noise', async () => {
    const { take, items } = stand({
      normalise: () => [{ outcome: 'filed', eventKey: 'n', reason: 'noise' }, event('a', 'k1'), event('b', 'k2')],
    });
    await take([json({ mixed: true })]);
    expect(items.map(({ raw }) => raw !== null)).toEqual([false, true, false]);
  });

  test('over 64 KB go to the file store, before anything is committed', async () => {
    const { take, items, blobs, sealed } = stand({ normalise: () => [event('a', 'k1'), event('b', 'k2')] });
    await take([json('x'.repeat(64 * 1_024))]);
    expect(blobs.map(({ length }) => length)).toEqual([64 * 1_024 + 2]);
    expect(items.map(({ raw, rawBlob }) => [raw, rawBlob])).toEqual([
      [null, 'blob-1'],
      [null, null],
    ]);
    expect(sealed).toEqual([]);
  });

  test('are not committed when their file cannot be written', async () => {
    const { take, items } = stand({ putBlob: () => Promise.reject(new Error('disk full')) });
    await expect(take([json('x'.repeat(70_000))])).rejects.toThrow('disk full');
    expect(items).toEqual([]);
  });

  test('hold no secret the guard found; what was masked in case is sealed by itself', async () => {
    const finding: GuardFinding = {
      rule: 'api-secret',
      certain: false,
      path: '$.text',
      start: 0,
      length: 6,
      secret: 'hunter',
    };
    const certain: GuardFinding = { ...finding, rule: 'seed-phrase', certain: true, secret: null };
    const { take, items, sealed } = stand({
      guardPayload: () => ({
        payload: customerMessage('1', '••••••', { eventKey: 'k' }),
        findings: [finding, certain],
      }),
    });
    await take([json({ text: 'hunter' })]);
    const raw = sealed.find(({ row }) => row.startsWith('inbound_event/'));
    expect(raw?.plain).not.toContain('hunter');
    const content = items[0]?.content;
    const findings = content?.outcome === 'event' ? content.findings : [];
    expect(findings.map((one) => [one.rule, one.sealed?.toString() ?? null])).toEqual([
      ['api-secret', 'hunter'],
      ['seed-phrase', null],
    ]);
    expect(sealed.some(({ plain, row }) => plain === 'hunter' && row === `secret_finding/${findings[0]?.id}`)).toBe(
      true,
    );
  });
});

describe('what becomes of it', () => {
  test('thanks are marked, every event is told, and each shard is woken once', async () => {
    const { take, items, wakes, results } = stand();
    await take([
      json(customerMessage('1', 'thanks')),
      json(customerMessage('1', 'hello')),
      json(customerMessage('2', 'x')),
    ]);
    expect(items.map(({ content }) => content.outcome === 'event' && content.thanks)).toEqual([true, false, false]);
    expect(results).toHaveLength(3);
    expect(wakes).toEqual([1]);
  });

  test('nothing is woken for what is not due', async () => {
    const { take, wakes } = stand({ store: { ingest: () => Promise.resolve({ ...STORED, due: false }) } });
    await take([json(customerMessage('1', 'x'))]);
    expect(wakes).toEqual([]);
  });

  test('one that could not be stored refuses the batch; what was stored is worked on', async () => {
    let calls = 0;
    const { take, wakes } = stand({
      store: {
        ingest: () => {
          calls += 1;
          return calls === 1 ? Promise.reject(new StoreUnavailable('away', undefined)) : Promise.resolve(STORED);
        },
      },
    });
    await expect(take([json(customerMessage('1', 'a')), json(customerMessage('2', 'b'))])).rejects.toMatchObject({
      name: 'IngestRefused',
      retryAfterMs: 1_000,
    });
    expect(wakes).toEqual([1]);
  });

  test('a refusal keeps its own time', async () => {
    const { take } = stand({ store: { ingest: () => Promise.reject(new IngestRefused('full', 2_500)) } });
    await expect(take([json(customerMessage('1', 'a'))])).rejects.toMatchObject({ retryAfterMs: 2_500 });
  });
});
