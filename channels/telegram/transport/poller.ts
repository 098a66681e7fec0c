import type { ConnectionState, InboundSink } from '../../../src/core/ports/channel.ts';
import type { Log } from '../../../src/core/ports/log.ts';
import { createBackoff, pause } from '../../shared/backoff.ts';
import { integerOf, recordOf } from '../../shared/read-unknown.ts';
import { type StoreLoop, storeUntilTaken } from '../../shared/store-loop.ts';
import { TelegramCallError } from '../errors.ts';
import { ALLOWED_UPDATES } from '../normalise.ts';
import type { TelegramApi } from './api.ts';
import { onChange, troubleOf } from './connection-state.ts';
import { FULL_BATCH, lagOf } from './lag.ts';

/** Times of the loop, all in milliseconds; changed only by tests. */
export interface PollerTimes {
  /** How long Telegram may hold an empty answer; it caps this at 50 s. */
  longPollMs: number;
  firstRetryMs: number;
  maxRetryMs: number;
  /** Wait after the gateway refused a batch. */
  sinkRetryMs: number;
  /** Least time between two empty answers: asking the same offset again within 0.5 s makes Telegram answer one by one. */
  emptyPauseMs: number;
  /** After another poller ended one of ours: how long polls must go well before the account counts as connected again. */
  calmMs: number;
  /** While what comes is late: how long an answer may be held, so that it is soon known when nothing more waits. */
  latePollMs: number;
}

export const POLLER_TIMES: PollerTimes = {
  longPollMs: 50_000,
  firstRetryMs: 500,
  // What waited for the end of an outage comes soon after it.
  maxRetryMs: 5_000,
  sinkRetryMs: 500,
  emptyPauseMs: 600,
  calmMs: 3_000,
  latePollMs: 5_000,
};

/** Time on top of the long poll until we give an answer up. */
const ANSWER_SLACK_MS = 10_000;

export interface PollerOptions {
  api: TelegramApi;
  log: Log;
  onState: (state: ConnectionState) => void;
  /** Done once before the first poll, and again until it worked; throws TelegramCallError. */
  prepare: (signal: AbortSignal) => Promise<void>;
  /** Whether `prepare` takes away a webhook that stands in the way; then it is done again when one does. */
  removesWebhook?: boolean;
  times?: Partial<PollerTimes>;
  /** Wall time, ms since the epoch. */
  nowMs: () => number;
}

/**
 * Polls until aborted. An offset is given to Telegram, which then forgets what lies below it, only after the sink has
 * stored the batch. It is kept in memory alone: after a restart Telegram sends what was not confirmed again, and the
 * store's unique keys drop what was stored already.
 */
export async function poll(sink: InboundSink, signal: AbortSignal, options: PollerOptions): Promise<void> {
  const times = { ...POLLER_TIMES, ...options.times };
  const report = onChange(options.onState);
  const backoff = createBackoff({ firstMs: times.firstRetryMs, maxMs: times.maxRetryMs });
  let prepared = false;
  let answering = false;
  let late = false;
  let offset: number | null = null;
  let calmAtMs = 0;
  report({ state: 'connecting' });

  while (!signal.aborted) {
    const startedMs = performance.now();
    let batch: unknown[];
    try {
      if (!prepared) await options.prepare(signal);
      prepared = true;
      // Until Telegram has answered once it is asked without waiting, so that the state is known at once; after a conflict
      // only a poll that nobody ended shows that it is over.
      const calmMs = Math.max(0, calmAtMs - startedMs);
      const longestMs = late ? Math.min(times.longPollMs, times.latePollMs) : times.longPollMs;
      const waitMs = calmMs === 0 ? longestMs : Math.min(longestMs, calmMs);
      batch = await getUpdates(options.api, offset, answering ? waitMs : 0, signal);
    } catch (error) {
      if (signal.aborted) return;
      answering = false;
      if (!(error instanceof TelegramCallError)) throw error;
      const trouble = troubleOf(error.failure, options.removesWebhook);
      const waitMs = trouble.waitMs ?? backoff.nextMs();
      const code = 'code' in trouble.state ? trouble.state.code : null;
      if (code === 'webhook_set' && options.removesWebhook === true) prepared = false;
      if (code === 'second_poller') calmAtMs = performance.now() + times.calmMs;
      options.log.debug({ method: error.method, stage: error.failure.stage, ...codeOf(error), waitMs }, 'poll failed');
      report(trouble.state);
      await pause(waitMs, signal);
      continue;
    }
    const lag = lagOf(batch, options.nowMs());
    late = lag !== null;
    const tell = (): void => {
      if (performance.now() < calmAtMs) return;
      backoff.reset();
      report(lag ?? { state: 'connected' });
    };
    tell();
    if (batch.length === 0) {
      const isFirst = !answering;
      answering = true;
      if (isFirst) continue;
      const restMs = times.emptyPauseMs - (performance.now() - startedMs);
      if (restMs > 0) await pause(restMs, signal);
      continue;
    }
    answering = true;
    if (!(await store(batch, sink, signal, options.log, report, times.sinkRetryMs))) return;
    // Told at once: the next answer may be a long poll away.
    tell();
    // The last id, not the greatest ever: after a quiet week ids begin anew, perhaps lower.
    offset = nextOffset(batch) ?? offset;
  }
}

async function getUpdates(
  api: TelegramApi,
  offset: number | null,
  longPollMs: number,
  signal: AbortSignal,
): Promise<unknown[]> {
  const payload = {
    ...(offset === null ? {} : { offset }),
    limit: FULL_BATCH,
    timeout: Math.ceil(longPollMs / 1_000),
    allowed_updates: ALLOWED_UPDATES,
  };
  const result = await api.call('getUpdates', payload, signal, longPollMs + ANSWER_SLACK_MS);
  if (Array.isArray(result)) return result;
  throw new TelegramCallError('getUpdates', { stage: 'unanswered', reason: 'the answer is not a list of updates' });
}

/** Hands the same batch over until it is stored; false when aborted before. */
function store(
  batch: readonly unknown[],
  sink: InboundSink,
  signal: AbortSignal,
  log: Log,
  report: (state: ConnectionState) => void,
  retryMs: number,
): Promise<boolean> {
  const payloads = batch.map((update) => Buffer.from(JSON.stringify(update)));
  // That it is well again the caller tells, who knows how late it is.
  const tell: StoreLoop['tell'] = (state) => {
    if (state !== null) report(state);
  };
  const times = { firstRetryMs: retryMs, mostRetryMs: retryMs * 10 };
  const said = { what: 'batch not stored', fields: { updates: batch.length }, keeper: 'Telegram' };
  return storeUntilTaken(() => sink(payloads), { log, ...said, tell, ...times, pause }, signal);
}

function nextOffset(batch: readonly unknown[]): number | null {
  let last: number | null = null;
  for (const update of batch) {
    const id = integerOf(recordOf(update)?.['update_id']);
    if (id !== null && (last === null || id > last)) last = id;
  }
  return last === null ? null : last + 1;
}

function codeOf(error: TelegramCallError): { code?: number } {
  return error.failure.stage === 'answered' ? { code: error.failure.code } : {};
}
