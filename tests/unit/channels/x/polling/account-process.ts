import { createStateBoard } from '../../../../../channels/shared/state-board.ts';
import { madeAtMs } from '../../../../../channels/x/ids.ts';
import { createMeter } from '../../../../../channels/x/meter.ts';
import { normalisePayload } from '../../../../../channels/x/normalise.ts';
import type { FeedName } from '../../../../../channels/x/transport/polling/feeds.ts';
import { POLL_TIMES } from '../../../../../channels/x/transport/polling/pace.ts';
import { createPolling } from '../../../../../channels/x/transport/polling/poll.ts';
import { createSelfSource } from '../../../../../channels/x/transport/self.ts';
import { createWrapping } from '../../../../../channels/x/transport/wrap.ts';
import type { Bookmark, ConnectionState } from '../../../../../src/core/ports/channel.ts';
import { createAccountMemory } from '../../../../kit/channels/account-memory.ts';
import { memoryRecords } from '../../../../kit/channels/memory-records.ts';
import { quietLog } from '../../../../kit/quiet-log.ts';
import type { FakeTime } from './fake-time.ts';
import type { ModelServer } from './model-server.ts';

/** What a store keeps of an account, over its processes. */
export interface KeptStore {
  memory: ReturnType<typeof createAccountMemory>;
  bookmarks: Map<string, Bookmark>;
  /** By event key, in the order of their coming. */
  stored: Map<string, { externalId: string; tookMs: number }>;
  /** Events that came a second time. */
  repeats: number;
  parked: string[];
}

export function createKeptStore(): KeptStore {
  return { memory: createAccountMemory(), bookmarks: new Map(), stored: new Map(), repeats: 0, parked: [] };
}

/** One process that polls for the account. */
export interface AccountProcess {
  readonly states: ConnectionState[];
  readonly lacks: ReadonlySet<string>;
  /** X brings all of these feeds by itself from now on. */
  setPushed(feeds: readonly FeedName[]): void;
  /** In order: what is unspent goes back. */
  stop(): Promise<void>;
  /** As if it were killed. */
  kill(): void;
}

export function startProcess(options: {
  time: FakeTime;
  server: ModelServer;
  store: KeptStore;
  budgetPerDay: number | undefined;
  /** What stands before the store; may throw instead of storing. */
  before?: () => void;
}): AccountProcess {
  const { time, server, store, budgetPerDay } = options;
  const { nowMs } = time;
  const log = quietLog();
  const states: ConnectionState[] = [];
  const lacks = new Set<string>();
  const abort = new AbortController();
  const meter = createMeter({ budgetPerDay, memory: store.memory, clock: { nowMs }, log });
  const records = {
    ...memoryRecords(store.bookmarks),
    memory: store.memory,
    known: (keys: readonly string[]) => Promise.resolve(keys.filter((key) => store.stored.has(key))),
  };
  const rest = server.restFor(meter);
  const polling = createPolling({
    rest,
    meter,
    records,
    self: createSelfSource({ rest, records, consent: () => Promise.resolve('client'), nowMs }),
    wrapping: createWrapping(nowMs),
    board: createStateBoard((state) => states.push(state)),
    log,
    nowMs,
    pause: time.pause,
    onLacks: (says, isLacking) => void (isLacking ? lacks.add(says) : lacks.delete(says)),
    times: POLL_TIMES,
    random: () => 0.5,
  });
  const running = polling.run((payloads) => {
    options.before?.();
    for (const payload of payloads) {
      const { data } = Buffer.isBuffer(payload) ? { data: payload } : payload;
      const context = { selfId: null, selfHandle: null, campaignTags: [] };
      for (const one of normalisePayload(JSON.parse(data.toString('utf8')), context)) {
        if (one.outcome !== 'event' || one.event.type !== 'message') {
          store.parked.push(one.outcome === 'event' ? one.event.eventKey : one.eventKey);
          continue;
        }
        const { eventKey, externalId } = one.event;
        if (store.stored.has(eventKey)) store.repeats += 1;
        else {
          const tookMs = nowMs() - (madeAtMs(externalId.replace(/^\w+:/u, '')) ?? 0);
          store.stored.set(eventKey, { externalId, tookMs });
        }
      }
    }
    return Promise.resolve();
  }, abort.signal);
  return {
    states,
    lacks,
    setPushed: (feeds) => polling.setPushed(feeds),
    async stop() {
      abort.abort();
      await running;
      await meter.close();
    },
    kill: () => abort.abort(),
  };
}
