import type { DrawnFaults } from './faults.ts';
import type { UpdateRecord, WritableLog } from './platform-log.ts';

/** An update that waits, with its JSON made once. */
export interface PendingUpdate {
  record: UpdateRecord;
  json: string;
}

export type PollAnswer = { updates: PendingUpdate[] } | { conflict: string };

interface Waiter {
  answer: (answer: PollAnswer) => void;
  timer: NodeJS.Timeout;
  offset: number;
  limit: number;
}

/** Offsets further in the future than this are not taken for confirmations but ignored (tdlib/telegram-bot-api, TQueue). */
const FUTURE_SLACK = 10;
const SAME_OFFSET_MS = 500;

/** One bot's queue of updates, with getUpdates' rules about offsets. */
export interface UpdateQueue {
  /** Adds an update; a waiting long poll gets it. */
  push(update: PendingUpdate): void;
  /**
   * Answers one getUpdates. Updates below `offset` are confirmed and forgotten; all others stay and come again. A
   * negative offset counts from the end and forgets what lies before. The answer is withdrawn by the returned function.
   */
  poll(request: { offset: number; limit: number; timeoutMs: number }, answer: (answer: PollAnswer) => void): () => void;
  /** Ends a waiting long poll with a 409. */
  interrupt(conflict: string): void;
  /** Forgets one (a webhook took it). */
  remove(update: PendingUpdate): void;
  readonly pending: ReadonlyMap<number, PendingUpdate>;
  drop(): void;
}

export function createUpdateQueue(log: WritableLog, faults: DrawnFaults): UpdateQueue {
  const pending = new Map<number, PendingUpdate>();
  let again: PendingUpdate[] = [];
  let waiter: Waiter | null = null;
  let lastId = 0;
  let previous = { offset: Number.NaN, atMs: 0 };

  const confirmBelow = (offset: number): void => {
    for (const [id, update] of pending) {
      if (id >= offset) continue;
      pending.delete(id);
      log.acked(update.record, 'offset');
      if (faults.forUpdate('duplicate_update', update.record.chatId)) again.push(update);
    }
  };

  const collect = (limit: number): PendingUpdate[] => {
    const batch = again.slice(0, limit);
    again = again.slice(batch.length);
    for (const update of pending.values()) {
      if (batch.length >= limit) break;
      batch.push(update);
    }
    for (const update of batch) update.record.deliveries += 1;
    return reordered(batch, faults);
  };

  const release = (answer: PollAnswer): void => {
    if (waiter === null) return;
    clearTimeout(waiter.timer);
    const { answer: give } = waiter;
    waiter = null;
    give(answer);
  };

  return {
    pending,
    push(update) {
      pending.set(update.record.updateId, update);
      lastId = update.record.updateId;
      if (waiter === null) return;
      // A moment's patience puts updates written together into one answer, as the real server does.
      setImmediate(() => {
        if (waiter !== null && pending.size > 0) release({ updates: collect(waiter.limit) });
      });
    },
    poll(request, answer) {
      if (waiter !== null) {
        release({
          conflict: 'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
        });
      }
      let { offset, limit } = request;
      if (offset < 0) {
        const ids = [...pending.keys()];
        offset = ids.at(Math.max(offset, -ids.length)) ?? 0;
      }
      if (offset > 0 && offset <= lastId + FUTURE_SLACK) confirmBelow(offset);
      const now = performance.now();
      if (offset === previous.offset && now - previous.atMs < SAME_OFFSET_MS) limit = 1;
      previous = { offset, atMs: now };
      if (pending.size > 0 || again.length > 0 || request.timeoutMs <= 0) {
        answer({ updates: collect(limit) });
        return () => undefined;
      }
      const timer = setTimeout(() => release({ updates: [] }), request.timeoutMs);
      const mine: Waiter = { answer, timer, offset, limit };
      waiter = mine;
      return () => {
        if (waiter !== mine) return;
        clearTimeout(timer);
        waiter = null;
      };
    },
    interrupt(conflict) {
      release({ conflict });
    },
    remove(update) {
      pending.delete(update.record.updateId);
    },
    drop() {
      for (const update of pending.values()) log.acked(update.record, 'dropped');
      pending.clear();
    },
  };
}

/** Moves struck updates to the end of the batch, and with them all later ones of their chats, whose order stays. */
function reordered(batch: PendingUpdate[], faults: DrawnFaults): PendingUpdate[] {
  const struck = new Set<number | null>();
  const early: PendingUpdate[] = [];
  const late: PendingUpdate[] = [];
  for (const update of batch) {
    const { chatId } = update.record;
    if (!struck.has(chatId) && faults.forUpdate('reorder_updates', chatId)) struck.add(chatId);
    (struck.has(chatId) ? late : early).push(update);
  }
  return late.length === 0 ? batch : [...early, ...late];
}
