import { afterEach, describe, expect, test } from '@jest/globals';
import { StoreUnavailable } from '../../../src/core/errors.ts';
import { brandId } from '../../../src/core/model/ids.ts';
import type {
  Decision,
  HeadDelivery,
  IngestItem,
  PipelineStore,
  Settlement,
  StepResult,
  Work,
} from '../../../src/core/ports/pipeline-store.ts';
import type { FinishedSpan } from '../../../src/core/ports/tracer.ts';
import { tracePipeline } from '../../../src/observability/trace-pipeline.ts';

const THREAD = brandId<Work['threadId']>('00000000-0000-7000-8000-000000000001');
const ASKED = brandId<Decision['messageIds'][number]>('00000000-0000-7000-8000-000000000002');
const ANSWER = brandId<HeadDelivery['messageId']>('00000000-0000-7000-8000-000000000003');
const PART = brandId<HeadDelivery['id']>('00000000-0000-7000-8000-000000000004');

let nowMs = 1_000;
const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
const spans: FinishedSpan[] = [];
afterEach(() => {
  spans.length = 0;
});

const released: StepResult = { status: 'released', dueNow: false };

function workOf(has: { asked?: boolean; state?: 'sending' | 'unknown' }): Work {
  const delivery = {
    id: PART,
    messageId: ANSWER,
    state: has.state ?? 'sending',
    action: 'send',
    attempt: 1,
  };
  return {
    threadId: THREAD,
    token: 1,
    accountId: brandId<Work['accountId']>('tg'),
    address: '77',
    conversation: null,
    messages: has.asked === true ? [{ id: ASKED, seq: 1, text: 'words of a customer' }] : null,
    delivery: has.state === undefined ? null : delivery,
  } as Work;
}

/** A store of which each test says what it answers; what it was asked comes through unchanged. */
function traced(answers: Partial<PipelineStore>): PipelineStore {
  const tracer = { ended: (span: FinishedSpan) => void spans.push(span), stop: () => Promise.resolve() };
  return tracePipeline(answers as PipelineStore, tracer, clock);
}

const names = (): string[] => spans.map(({ name }) => name);
const decision = { threadId: THREAD, messageIds: [ASKED], outbound: [], handoffTeam: null, messageState: 'answered' };
const settlement = { threadId: THREAD, deliveryId: PART, nextState: 'sent', errorKind: null };

describe('the traced pipeline', () => {
  test('keeps a part in the trace of the message it answers, and times the call between two steps', async () => {
    const store = traced({
      claim: () => Promise.resolve([workOf({ asked: true })]),
      decide: () => Promise.resolve({ status: 'work', work: workOf({ state: 'sending' }) }),
      settle: () => Promise.resolve(released),
    });
    await store.claim({ shard: null, limit: 1, overdueMs: 0, suspicion: 0 });
    nowMs += 5;
    await store.decide(decision as unknown as Decision);
    nowMs += 40;
    expect(await store.settle(settlement as Settlement)).toBe(released);
    expect(names()).toEqual(['claim', 'turn', 'decide', 'platform send', 'settle']);
    expect(new Set(spans.map(({ trace }) => trace))).toEqual(new Set([ASKED]));
    const call = spans.find(({ name }) => name === 'platform send');
    expect((call?.endMs ?? 0) - (call?.startMs ?? 0)).toBe(40);
    expect(JSON.stringify(spans)).not.toContain('words of a customer');
    expect(JSON.stringify(spans)).not.toContain('77');
  });

  test('names a part that another process decided by its own message, and tells an unknown one from a call', async () => {
    const store = traced({
      claim: () => Promise.resolve([workOf({ state: 'unknown' })]),
      settle: () => Promise.resolve(released),
    });
    await store.claim({ shard: null, limit: 1, overdueMs: 0, suspicion: 0 });
    await store.settle({ ...settlement, nextState: 'needs_review', errorKind: 'timeout' } as Settlement);
    expect(names()).toEqual(['claim', 'resolve unknown', 'settle']);
    expect(new Set(spans.map(({ trace }) => trace))).toEqual(new Set([ANSWER]));
    expect(spans[1]?.failed).toBe('timeout');
  });

  test('forgets a thread that was given back: what comes later is no part of the old trace', async () => {
    let claims = 0;
    const store = traced({
      claim: () => Promise.resolve([workOf((claims += 1) === 1 ? { asked: true } : { state: 'sending' })]),
      resume: () => Promise.resolve(released),
    });
    const query = { shard: null, limit: 1, overdueMs: 0, suspicion: 0 } as const;
    await store.claim(query);
    await store.resume({ threadId: THREAD, token: 1, release: true });
    await store.claim(query);
    expect(spans.map(({ trace }) => trace)).toEqual([ASKED, ANSWER]);
  });

  test('passes failures on as they are, with their code in the span', async () => {
    const away = new StoreUnavailable('no answer', undefined);
    const store = traced({ decide: () => Promise.reject(away), ingest: () => Promise.reject(away) });
    await expect(store.decide(decision as unknown as Decision)).rejects.toBe(away);
    await expect(store.ingest({} as IngestItem)).rejects.toBe(away);
    expect(spans).toMatchObject([{ name: 'decide', failed: 'store_unavailable' }]);
  });

  test('tells what was committed together as one batch, and the root of each trace once', async () => {
    const item = (n: number, status: 'stored' | 'duplicate') =>
      ({ accountId: 'tg', channel: 'telegram', ids: { message: `m${n}` }, status }) as unknown as IngestItem;
    const store = traced({
      ingest: (one) =>
        Promise.resolve({
          status: (one as unknown as { status: 'stored' }).status,
          threadId: THREAD,
          conversationId: null,
          messageId: one.ids.message,
          shard: 0,
          due: true,
        }),
    });
    await Promise.all([
      store.ingest(item(1, 'stored')),
      store.ingest(item(2, 'stored')),
      store.ingest(item(3, 'duplicate')),
    ]);
    await new Promise((done) => setImmediate(done));
    expect(spans.map(({ name, trace, root }) => [name, trace, root === true])).toEqual([
      ['ingest', 'm1', true],
      ['ingest', 'm2', true],
      ['ingest', 'm3', false],
      ['ingest batch', 'm1', false],
    ]);
    expect(spans.at(-1)?.attributes).toEqual({ 'parley.batch.size': 3 });
  });
});
