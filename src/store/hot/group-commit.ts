import { IngestRefused, ItemRejected, StoreUnavailable } from '../../core/errors.ts';
import type { Gate } from './gate.ts';

/** How a kind of item is batched. */
export interface GroupCommitOptions<Item, Result> {
  /** Batches in flight at once; items of one lane go in order. */
  lanes: number;
  laneOf(item: Item): number;
  /** Items are taken in turn over groups, so that one busy account cannot fill the batches. */
  groupOf?(item: Item): string;
  bytesOf?(item: Item): number;
  maxItems: number;
  maxBytes?: number;
  /** Bounds on what waits; beyond them `submit` rejects with IngestRefused. */
  maxWaiting?: number;
  maxWaitingBytes?: number;
  /** One statement for all; answers in the order of the items. */
  run(items: readonly Item[]): Promise<Result[]>;
  /** Called for the one item the database refuses when all others are stored. Its answer is the item's answer. */
  onRejected?(item: Item, error: ItemRejected): Promise<Result>;
  /** Told the size of each batch. */
  observe?(size: number): void;
  /** Shared with other kinds of items: a batch is taken when the gate lets it in. */
  gate?: Gate;
}

/** Batches what arrives while a batch is in flight. No timer: an idle lane runs an item at once. */
export interface GroupCommit<Item, Result> {
  submit(item: Item): Promise<Result>;
  /** Items that wait or are in flight. */
  waiting(): number;
  /** Their bytes, as `bytesOf` counts them. */
  waitingBytes(): number;
  /** Resolves when nothing waits and nothing is in flight. */
  idle(): Promise<void>;
}

interface Waiter<Item, Result> {
  item: Item;
  bytes: number;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

const MAX_REPEATS = 5;

/** SQLSTATE of an error from pg, or undefined. */
export function sqlStateOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined;
}

function isRepeatable(state: string | undefined): boolean {
  return state === '40P01' || state === '40001' || state === '55P03';
}

/** Data, constraint, size or a forbidden transition of one item is at fault, not the batch. */
function blamesAnItem(state: string | undefined): boolean {
  return state !== undefined && /^(22|23|54|P0|PA)/.test(state);
}

/** Errors of ours keep their kind; a server that is away, full, broken or too contended is tried again later. */
export function asStoreError(error: unknown): unknown {
  const state = sqlStateOf(error);
  const away = state === undefined || /^(08|40|53|55|57|58|XX)/.test(state);
  return away ? new StoreUnavailable(error instanceof Error ? error.message : 'connection lost', error) : error;
}

export function createGroupCommit<Item, Result>(options: GroupCommitOptions<Item, Result>): GroupCommit<Item, Result> {
  const lanes = Array.from({ length: options.lanes }, () => createLane(options));
  let waiting = 0;
  let waitingBytes = 0;
  let idlers: (() => void)[] = [];

  const done = (bytes: number): void => {
    waiting -= 1;
    waitingBytes -= bytes;
    if (waiting === 0) {
      const woken = idlers;
      idlers = [];
      for (const wake of woken) wake();
    }
  };

  return {
    submit(item) {
      const bytes = options.bytesOf?.(item) ?? 0;
      if (
        waiting >= (options.maxWaiting ?? Number.POSITIVE_INFINITY) ||
        waitingBytes + bytes > (options.maxWaitingBytes ?? Number.POSITIVE_INFINITY)
      ) {
        return Promise.reject(new IngestRefused('too much is waiting to be stored', 1_000));
      }
      const lane = lanes[options.laneOf(item) % lanes.length];
      if (lane === undefined) return Promise.reject(new RangeError('a lane number must not be negative'));
      waiting += 1;
      waitingBytes += bytes;
      return new Promise<Result>((resolve, reject) => {
        lane.push({
          item,
          bytes,
          resolve: (result) => {
            done(bytes);
            resolve(result);
          },
          reject: (error: unknown) => {
            done(bytes);
            reject(error);
          },
        });
      });
    },
    waiting: () => waiting,
    waitingBytes: () => waitingBytes,
    idle: () => (waiting === 0 ? Promise.resolve() : new Promise((resolve) => idlers.push(resolve))),
  };
}

function createLane<Item, Result>(options: GroupCommitOptions<Item, Result>) {
  const groups = new Map<string, Waiter<Item, Result>[]>();
  let running = false;

  function take(): Waiter<Item, Result>[] {
    const batch: Waiter<Item, Result>[] = [];
    let bytes = 0;
    const maxBytes = options.maxBytes ?? Number.POSITIVE_INFINITY;
    while (groups.size > 0 && batch.length < options.maxItems && bytes < maxBytes) {
      // an equal share of what is left for every group that waits, at least one each
      const share = Math.max(1, Math.floor((options.maxItems - batch.length) / groups.size));
      for (const [group, queue] of groups) {
        let taken = 0;
        for (const waiter of queue) {
          if (
            taken >= share ||
            batch.length >= options.maxItems ||
            (batch.length > 0 && bytes + waiter.bytes > maxBytes)
          )
            break;
          batch.push(waiter);
          bytes += waiter.bytes;
          taken += 1;
        }
        queue.splice(0, taken);
        if (queue.length === 0) groups.delete(group);
        else if (taken === 0) return batch;
      }
    }
    return batch;
  }

  /** Runs a batch; repeats on deadlock, halves on a culprit. Every waiter is answered. */
  async function runBatch(batch: readonly Waiter<Item, Result>[]): Promise<void> {
    for (let repeat = 0; ; repeat += 1) {
      try {
        const results = await options.run(batch.map((waiter) => waiter.item));
        if (results.length !== batch.length) {
          throw new Error(`a batch of ${batch.length} was answered with ${results.length} results`);
        }
        batch.forEach((waiter, index) => waiter.resolve(results[index] as Result));
        return;
      } catch (error) {
        const state = sqlStateOf(error);
        if (isRepeatable(state) && repeat < MAX_REPEATS) continue;
        if (blamesAnItem(state)) return batch.length === 1 ? isolate(batch, state ?? '', error) : halve(batch);
        const failure = asStoreError(error);
        for (const waiter of batch) waiter.reject(failure);
        return;
      }
    }
  }

  async function halve(batch: readonly Waiter<Item, Result>[]): Promise<void> {
    const middle = Math.ceil(batch.length / 2);
    await runBatch(batch.slice(0, middle));
    await runBatch(batch.slice(middle));
  }

  async function isolate(batch: readonly Waiter<Item, Result>[], state: string, cause: unknown): Promise<void> {
    const [waiter] = batch;
    if (waiter === undefined) return;
    const rejected = new ItemRejected(state, cause);
    if (options.onRejected === undefined) return waiter.reject(rejected);
    try {
      waiter.resolve(await options.onRejected(waiter.item, rejected));
    } catch (error) {
      waiter.reject(sqlStateOf(error) === undefined ? asStoreError(error) : rejected);
    }
  }

  async function run(): Promise<void> {
    running = true;
    while (groups.size > 0) {
      // What this turn of the event loop still brings shares the batch; an idle loop comes back at once.
      await new Promise((next) => setImmediate(next));
      const leave = await options.gate?.enter();
      const batch = take();
      options.observe?.(batch.length);
      await runBatch(batch);
      leave?.();
    }
    running = false;
  }

  return {
    push(waiter: Waiter<Item, Result>): void {
      const group = options.groupOf?.(waiter.item) ?? '';
      const queue = groups.get(group);
      if (queue === undefined) groups.set(group, [waiter]);
      else queue.push(waiter);
      if (!running) void run();
    },
  };
}
