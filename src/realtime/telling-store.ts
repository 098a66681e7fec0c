import type { ChangeSink } from '../core/ports/changes.ts';
import type { PipelineStore } from '../core/ports/pipeline-store.ts';

/** The same store, telling after each commit what it changed. */
export function tellChanges<Store extends PipelineStore>(store: Store, sink: ChangeSink): Store {
  return {
    ...store,
    async ingest(item) {
      const result = await store.ingest(item);
      if (result.status !== 'stored') return result;
      const event = item.content.outcome === 'event' ? item.content.event : null;
      if (event?.type === 'message' && event.continues !== undefined) {
        sink.changed({ accountId: item.accountId, threadKey: event.continues });
      }
      if (result.conversationId !== null) sink.changed({ conversationId: result.conversationId });
      else if (event !== null) {
        // An edit, a delete or a reaction: the store finds its message, we know only the place.
        sink.changed({ accountId: item.accountId, threadKey: event.thread.key });
      }
      return result;
    },
    async decide(decision) {
      const result = await store.decide(decision);
      if (result.status !== 'fenced') sink.changed({ conversationId: decision.conversationId });
      return result;
    },
    async settle(settlement) {
      const result = await store.settle(settlement);
      if (result.status !== 'fenced') sink.changed({ threadId: settlement.threadId });
      return result;
    },
  };
}
