import type { Agent } from 'node:https';
import type {
  AccountDetail,
  ChannelDeps,
  InboundSink,
  Spending,
  WebhookRequest,
  WebhookVerdict,
} from '../../src/core/ports/channel.ts';
import { createBackoff, pause } from '../shared/backoff.ts';
import { createStateBoard } from '../shared/state-board.ts';
import { PLATFORM_API_ROOT, type XConfig } from './config.ts';
import type { XMeter } from './meter.ts';
import type { XCredentials } from './transport/authorisation/credentials.ts';
import { needsLogin, stopped } from './transport/connection-state.ts';
import { createHeard } from './transport/heard.ts';
import { FEEDS } from './transport/polling/feeds.ts';
import { POLL_TIMES, type PollTimes } from './transport/polling/pace.ts';
import { createPolling } from './transport/polling/poll.ts';
import type { XRest } from './transport/ports.ts';
import type { SelfSource } from './transport/self.ts';
import { holdStream, type StreamTimes } from './transport/stream.ts';
import { createWebhookCheck } from './transport/webhook.ts';
import { createWebhookWatch, type WebhookTimes } from './transport/webhook-watch.ts';
import { createWrapping } from './transport/wrap.ts';

/** Waits of receiving, for tests. */
export type ReceivingTimes = PollTimes & WebhookTimes & StreamTimes;

/** A simulator, or what else is not X itself, is asked as often as one likes. */
const ELSEWHERE: PollTimes = { quickMs: 500, quietMs: 2_000 };
/** What is told of the account need not be newer, ms. */
const TELL_EVERY_MS = 60_000;
/** A process that only takes deliveries asks the store so often who the account is, ms: soon while nobody knows. */
const RECALL_SOON_MS = 1_000;
const RECALL_EVERY_MS = 60_000;

/** The parts of an account that receive; which of them there are depends on its `mode`. */
export interface Receiving {
  receive(sink: InboundSink, signal: AbortSignal): Promise<void>;
  verifyWebhook?(request: WebhookRequest): WebhookVerdict;
  registerWebhook?(url: string, signal: AbortSignal): Promise<void>;
  watch?(url: string | null, signal: AbortSignal): Promise<void>;
  /** Nothing is received any more. */
  end?(): void;
}

export interface ReceivingParts {
  config: XConfig;
  rest: XRest;
  meter: XMeter;
  self: SelfSource;
  deps: ChannelDeps;
  /** For streams, which the library does not hold. */
  agent: Agent;
  credentials: Pick<XCredentials, 'signIn'>;
  times?: Partial<ReceivingTimes>;
}

/** Joins what receives. Whatever the mode: gaps are read by asking, and asking goes on while X does not bring what is new. */
export function createReceiving(parts: ReceivingParts): Receiving {
  const { config, rest, meter, self, deps, times = {} } = parts;
  const { records } = deps;
  const log = deps.log.child({ accountId: config.id, channel: 'x' });
  const nowMs = (): number => deps.clock.nowMs();
  const wrapping = createWrapping(nowMs);
  const board = createStateBoard((state) => deps.onState(state));
  const telling = createTelling({ self, meter, deps, nowMs });

  const polling = createPolling({
    rest,
    meter,
    self,
    records,
    wrapping,
    board,
    log,
    nowMs,
    pause,
    times: { ...(config.apiRoot === PLATFORM_API_ROOT ? POLL_TIMES : ELSEWHERE), ...times },
    onLacks(says, lacks) {
      telling.lacks(says, lacks ? [says] : []);
      board.set(
        'plan',
        [FEEDS.mentions, FEEDS.directEvents].every(({ says }) => telling.isLacking(says)) ? NOTHING_ALLOWED : null,
      );
    },
    onRead() {
      board.set('access', null);
      telling.soon();
    },
  });
  const onDelivery = (micros: number): void => meter.countBrought(micros);
  const onLacks = (lacks: readonly string[]): void => telling.lacks('activities', lacks);
  const onRevoked = (): void => {
    board.set('access', needsLogin('somebody took back the access that the account gave'));
    polling.lookSoon();
  };

  if (config.mode === 'polling') return { receive: (sink, signal) => polling.run(sink, signal) };
  if (config.mode === 'stream') {
    const way = { agent: parts.agent, credentials: parts.credentials, nowMs };
    const shared = { way, rest, self, wrapping, polling, board, log, nowMs, pause, times };
    return {
      async receive(sink, signal) {
        await Promise.all([
          polling.run(sink, signal),
          holdStream(sink, { ...shared, onLacks, onDelivery, onRevoked }, signal),
        ]);
      },
    };
  }

  const { apiRoot } = config;
  const heard = createHeard(records.memory, nowMs, log);
  const recalling = keepRecalling(self, nowMs);
  const watch = createWebhookWatch({
    rest,
    self,
    polling,
    board,
    log,
    apiRoot,
    nowMs,
    onLacks,
    onRevoked,
    heard,
    times,
  });
  return {
    receive: (sink, signal) => polling.run(sink, signal),
    verifyWebhook: createWebhookCheck({
      secret: config.appSecret,
      selfId: () => self.current()?.id ?? null,
      learnSoon: recalling.soon,
      wrapping,
      nowMs,
      onDelivery(micros) {
        heard.delivered();
        onDelivery(micros);
      },
      onRevoked: heard.revoked,
    }),
    registerWebhook: (url, signal) => watch.register(url, signal),
    watch: (url, signal) => watch.look(url, signal),
    end: recalling.end,
  };
}

const NOTHING_ALLOWED = stopped(
  'not_in_plan',
  'The plan of the app leaves out both mentions and direct messages',
  "See the plan and the app's permissions in X's developer console. It is tried again by itself.",
);

/** Asks the store who the account is, for a process that only takes deliveries never asks X. */
interface Recalling {
  /** At once, where nothing is known. */
  soon(): void;
  end(): void;
}

/**
 * Begins it: again and again until somebody knows, since accounts are made before the store is there, and now and then later, for it may
 * be another one after a login.
 */
function keepRecalling(self: SelfSource, nowMs: () => number): Recalling {
  const backoff = createBackoff({ firstMs: RECALL_SOON_MS, maxMs: RECALL_EVERY_MS });
  const over = new AbortController();
  const run = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const known = await self.recall();
      await pause(known === null ? backoff.nextMs() : RECALL_EVERY_MS, over.signal);
    }
  };
  void run();
  let nextMs = -Infinity;
  return {
    soon() {
      if (self.current() !== null || nowMs() < nextMs) return;
      nextMs = nowMs() + RECALL_SOON_MS;
      void self.recall();
    },
    end: () => over.abort(),
  };
}

/** Tells what is known of the account itself. */
interface Telling {
  /** What one of those who ask found left out; empty: nothing any more. */
  lacks(who: string, lacks: readonly string[]): void;
  isLacking(says: string): boolean;
  /** Now and then: who we are and what is spent. */
  soon(): void;
}

function createTelling(parts: {
  self: SelfSource;
  meter: XMeter;
  deps: Pick<ChannelDeps, 'onDetail'>;
  nowMs: () => number;
}): Telling {
  const { self, meter, deps, nowMs } = parts;
  const lacking = new Map<string, readonly string[]>();
  let nextMs = -Infinity;

  async function tell(): Promise<void> {
    const handle = self.current()?.handle ?? null;
    let spending: Spending | null = null;
    try {
      spending = await meter.spending();
    } catch {
      // The store is away; whoever needs it says so.
    }
    const detail = {
      name: handle === null ? null : `@${handle}`,
      groups: null,
      ...(spending === null ? {} : { spending }),
      ...(lacking.size === 0 ? {} : { lacks: [...lacking.values()].flat() }),
    } satisfies AccountDetail;
    deps.onDetail?.(detail);
  }

  return {
    lacks(who, lacks) {
      const before = lacking.get(who) ?? [];
      if (before.length === lacks.length && before.every((one, index) => one === lacks[index])) return;
      if (lacks.length === 0) lacking.delete(who);
      else lacking.set(who, lacks);
      void tell();
    },
    isLacking: (says) => lacking.has(says),
    soon() {
      if (nowMs() < nextMs) return;
      nextMs = nowMs() + TELL_EVERY_MS;
      void tell();
    },
  };
}
