import type { ThreadId } from '../core/model/ids.ts';
import type { Clock } from '../core/ports/clock.ts';
import type {
  HeadDelivery,
  IngestItem,
  IngestResult,
  PipelineStore,
  StepResult,
  Work,
} from '../core/ports/pipeline-store.ts';
import type { FinishedSpan, Tracer } from '../core/ports/tracer.ts';

/** A thread this process works on: whose trace it is in, and what was handed out when. */
interface Handed {
  trace: string;
  sinceMs: number;
  work: Work;
}

type Attributes = FinishedSpan['attributes'];

function errorCode(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string')
    return error.code;
  return error instanceof Error ? error.name : 'unknown';
}

function placeOf(work: Work): Attributes {
  return {
    'parley.account.id': work.accountId,
    'parley.thread.id': work.threadId,
    ...(work.conversation === null ? {} : { 'parley.conversation.id': work.conversation.id }),
  };
}

function deliveryOf(head: HeadDelivery): Attributes {
  return {
    'parley.delivery.id': head.id,
    'parley.message.id': head.messageId,
    'parley.action': head.action,
    'parley.attempt': head.attempt,
  };
}

/** Now, in milliseconds since the epoch with fractions: differences hold to the microsecond. */
function wallClock(clock: Clock): () => number {
  const offsetMs = clock.nowMs() - clock.monotonicMs();
  return () => offsetMs + clock.monotonicMs();
}

/**
 * Tells a tracer of everything that goes through the hot path's store: batches taken in, claims, turns, steps and the calls
 * of platforms between them. A trace is named by the first of the customer's messages it is about; a part sent later
 * or by an agent is named by its own message.
 */
export function tracePipeline<Store extends PipelineStore>(store: Store, tracer: Tracer, clock: Clock): Store {
  const now = wallClock(clock);
  const handed = new Map<ThreadId, Handed>();
  let taken: { item: IngestItem; result: IngestResult; startMs: number; endMs: number }[] = [];

  /** What was answered in one turn of the event loop came with one commit. */
  function tellBatch(): void {
    const batch = taken;
    taken = [];
    const stored = batch.filter(({ result }) => result.messageId !== null);
    for (const { item, result, startMs, endMs } of stored) {
      tracer.ended({
        name: 'ingest',
        trace: result.messageId ?? item.ids.message,
        root: result.status === 'stored' && result.messageId === item.ids.message,
        startMs,
        endMs,
        attributes: {
          'parley.account.id': item.accountId,
          'parley.channel': item.channel,
          'parley.status': result.status,
          'parley.message.id': result.messageId ?? '',
          ...(result.threadId === null ? {} : { 'parley.thread.id': result.threadId }),
          ...(result.conversationId === null ? {} : { 'parley.conversation.id': result.conversationId }),
        },
      });
    }
    const [first] = stored;
    if (first === undefined) return;
    tracer.ended({
      name: 'ingest batch',
      trace: first.result.messageId ?? first.item.ids.message,
      startMs: Math.min(...batch.map(({ startMs }) => startMs)),
      endMs: Math.max(...batch.map(({ endMs }) => endMs)),
      attributes: { 'parley.batch.size': batch.length },
    });
  }

  function handOut(work: Work): Handed {
    const before = handed.get(work.threadId);
    const [asked] = work.messages ?? [];
    const isTurn = work.delivery === null && asked !== undefined;
    const trace = isTurn ? asked.id : (before?.trace ?? work.delivery?.messageId ?? work.threadId);
    const entry = { trace, sinceMs: now(), work };
    handed.set(work.threadId, entry);
    return entry;
  }

  function next(threadId: ThreadId, result: StepResult): StepResult {
    if (result.status === 'work') handOut(result.work);
    else handed.delete(threadId);
    return result;
  }

  /** One statement of the store as a span of its own; what it fails with is told and thrown on. */
  async function commit(name: string, trace: string, attributes: Attributes, run: () => Promise<StepResult>) {
    const startMs = now();
    try {
      const result = await run();
      tracer.ended({
        name,
        trace,
        startMs,
        endMs: now(),
        attributes: { ...attributes, 'parley.result': result.status },
      });
      return result;
    } catch (error) {
      tracer.ended({ name, trace, startMs, endMs: now(), attributes, failed: errorCode(error) });
      throw error;
    }
  }

  return {
    ...store,
    async ingest(item) {
      const startMs = now();
      const result = await store.ingest(item);
      if (taken.length === 0) setImmediate(tellBatch);
      taken.push({ item, result, startMs, endMs: now() });
      return result;
    },
    async claim(query) {
      const startMs = now();
      const works = await store.claim(query);
      for (const work of works) {
        const { trace, sinceMs } = handOut(work);
        const attributes = { ...placeOf(work), 'parley.batch.size': works.length };
        tracer.ended({ name: 'claim', trace, startMs, endMs: sinceMs, attributes });
      }
      return works;
    },
    async decide(decision) {
      const before = handed.get(decision.threadId);
      const trace = decision.messageIds[0] ?? before?.trace ?? decision.threadId;
      const place = before === undefined ? { 'parley.thread.id': decision.threadId } : placeOf(before.work);
      const attributes = {
        ...place,
        'parley.messages': decision.messageIds.length,
        'parley.answers': decision.outbound.length,
        'parley.handoff': decision.handoffTeam !== null,
        ...(decision.messageState === null ? {} : { 'parley.message.state': decision.messageState }),
      };
      if (before !== undefined) {
        before.trace = trace;
        tracer.ended({ name: 'turn', trace, startMs: before.sinceMs, endMs: now(), attributes });
      }
      return next(decision.threadId, await commit('decide', trace, attributes, () => store.decide(decision)));
    },
    async settle(settlement) {
      const before = handed.get(settlement.threadId);
      const head = before?.work.delivery ?? null;
      const trace = before?.trace ?? settlement.threadId;
      const attributes = {
        'parley.thread.id': settlement.threadId,
        'parley.delivery.id': settlement.deliveryId,
        'parley.state': settlement.nextState,
      };
      if (before !== undefined && head !== null) {
        tracer.ended({
          name: head.state === 'sending' ? 'platform send' : 'resolve unknown',
          trace,
          kind: 'client',
          startMs: before.sinceMs,
          endMs: now(),
          attributes: { ...placeOf(before.work), ...deliveryOf(head), ...attributes },
          failed: settlement.nextState === 'sent' ? null : settlement.errorKind,
        });
      }
      return next(settlement.threadId, await commit('settle', trace, attributes, () => store.settle(settlement)));
    },
    async resume(step) {
      return next(step.threadId, await store.resume(step));
    },
    async reclaim(working) {
      for (const id of handed.keys()) if (!working.includes(id)) handed.delete(id);
      return store.reclaim(working);
    },
  };
}
