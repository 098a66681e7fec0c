import { setTimeout as sleep } from 'node:timers/promises';

/** Adds one wake to the server; rejects when that fails. */
export type Send = (shard: number) => Promise<void>;

/**
 * What this process still has to say to the server: one flag per shard, so that any number of calls while one is on its
 * way, or while the server is away, cost one more add at most.
 */
export interface Mailboxes {
  /** Notes a wake and sends it, if `open` and none of its shard is on its way. */
  wake(shard: number): void;
  /** The server is there: sends all that was noted. */
  open(send: Send): void;
  /** The server is away: notes only. */
  shut(): void;
  /** Wakes noted and not yet accepted by a server. */
  pending(): number;
}

/**
 * @param shards how many there are; wakes of others are ignored
 * @param onFailure an add failed; its wake stays noted
 */
/** Least time between two adds of one shard, ms: under load one wake then stands for many, when idle it goes at once. */
const LEAST_GAP_MS = 4;

export function createMailboxes(shards: number, onFailure: (error: unknown) => void): Mailboxes {
  const boxes = Array.from({ length: shards }, () => ({
    wanted: false,
    onItsWay: false,
    lastMs: Number.NEGATIVE_INFINITY,
  }));
  let send: Send | undefined;

  const drain = async (box: (typeof boxes)[number], shard: number): Promise<void> => {
    box.onItsWay = true;
    try {
      for (let now = send; box.wanted && now !== undefined; now = send) {
        const gapMs = box.lastMs + LEAST_GAP_MS - performance.now();
        if (gapMs > 0) await sleep(gapMs);
        box.lastMs = performance.now();
        box.wanted = false;
        await now(shard);
      }
    } catch (error) {
      box.wanted = true;
      onFailure(error);
    } finally {
      box.onItsWay = false;
    }
  };

  const push = (shard: number): void => {
    const box = boxes[shard];
    if (box === undefined || box.onItsWay || !box.wanted || send === undefined) return;
    void drain(box, shard);
  };

  return {
    wake: (shard) => {
      const box = boxes[shard];
      if (box === undefined) return;
      box.wanted = true;
      push(shard);
    },
    open: (next) => {
      send = next;
      for (const shard of boxes.keys()) push(shard);
    },
    shut: () => {
      send = undefined;
    },
    pending: () => boxes.filter((box) => box.wanted).length,
  };
}
