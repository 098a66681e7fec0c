import type { Change, ChangeSink, ThreadPlace, TypingSink } from '../core/ports/changes.ts';
import type { Log } from '../core/ports/log.ts';
import type { Bus } from './bus.ts';
import { encodeChanges, nameOfChange } from './change-words.ts';

/** Changes are collected this long, so that a busy gateway speaks at most twenty times a second. */
export const WINDOW_MS = 50;
/** More than this in one window is not worth saying one by one: the log of changes says it. */
const MOST = 10_000;

/** Tells other processes what changed, and where customers write. */
export interface ChangePublisher extends ChangeSink, TypingSink {
  /** Sends what is collected, for an orderly end. */
  flush(): Promise<void>;
}

/** Publishes changes: the first after a quiet time at once, then one batch each 50 ms. */
export function createChangePublisher(bus: Pick<Bus, 'publish'>, log: Log): ChangePublisher {
  let collected = new Map<string, Change>();
  let typing = new Map<string, ThreadPlace>();
  let timer: NodeJS.Timeout | null = null;
  let lastMs = Number.NEGATIVE_INFINITY;
  let sending: Promise<void> = Promise.resolve();

  async function send(payloads: readonly string[]): Promise<void> {
    try {
      for (const payload of payloads) await bus.publish(payload);
    } catch (error) {
      // Whoever owns this server says loudly that it is away; the page finds the change in the log of changes.
      log.debug(
        { err: error instanceof Error ? error.message : 'unknown' },
        'a push could not be sent; the page finds it a little later',
      );
    }
  }

  function flush(): Promise<void> {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (collected.size + typing.size === 0) return sending;
    const payloads = encodeChanges(collected.values(), typing.values());
    collected = new Map();
    typing = new Map();
    lastMs = performance.now();
    // One after another: a slow bus collects more instead of queueing more.
    sending = sending.then(() => send(payloads));
    return sending;
  }

  function flushSoon(): void {
    if (timer !== null) return;
    timer = setTimeout(() => void flush(), Math.max(0, lastMs + WINDOW_MS - performance.now()));
    timer.unref();
  }

  return {
    changed(change) {
      if (collected.size >= MOST) return;
      collected.set(nameOfChange(change), change);
      flushSoon();
    },
    typing(place) {
      if (typing.size >= MOST) return;
      typing.set(nameOfChange(place), place);
      flushSoon();
    },
    flush,
  };
}
