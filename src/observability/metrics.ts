import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { SEVERITIES, type Severity, type UpdateOutcome } from '../core/model/account.ts';
import type { DeliveryState } from '../core/model/outbound.ts';
import type { ConnectionState } from '../core/ports/channel.ts';

/** What became of a received event. */
export type IngestOutcome = 'stored' | 'duplicate' | 'filed' | 'parked' | 'refused';

/** Work that waits, as the sweeper counts it. */
export interface DueWork {
  /** Threads that are due now. */
  threads: number;
  /** How long the longest has been due, ms; 0 when none is. */
  oldestAgeMs: number;
  /** Deliveries that wait for a person's decision. */
  needsReview: number;
}

/** What stands in the store and is not done, as the upkeep of a worker counts it. */
export interface Backlog {
  /** Parts on their way out, by state; states without any are 0. */
  deliveries: Readonly<Partial<Record<DeliveryState, number>>>;
  /** Payloads nobody could read, and messages nobody could handle. */
  parked: { payloads: number; messages: number };
  /** Living processes by role. */
  instances: Readonly<Record<string, number>>;
}

/** The numbers of one process, in Prometheus' text format at `GET /metrics`. Labels are never customers or texts. */
export interface Metrics {
  ingested(channel: string, outcome: IngestOutcome, count?: number): void;
  /** From receiving a payload to the commit that stored it, ms. */
  ingestLatency(channel: string, latencyMs: number): void;
  /** A delivery came to a state. */
  delivered(channel: string, state: DeliveryState): void;
  /** From the decision's commit to the platform's answer, ms. */
  deliveryLatency(channel: string, latencyMs: number): void;
  /** How long one platform call took, ms. */
  platformCall(channel: string, outcome: string, latencyMs: number): void;
  /** What fetching a customer's file came to, and how long it took. */
  file(state: string, tookMs: number): void;
  /** A group commit of a kind of statement held this many items. */
  batch(kind: 'ingest' | 'claim' | 'decide' | 'settle' | 'release', size: number): void;
  due(work: DueWork): void;
  backlog(work: Backlog): void;
  /** What /readyz says right now. */
  ready(ready: boolean): void;
  /** Payloads accepted but not yet committed, and their bytes. */
  ingestBacklog(events: number, bytes: number): void;
  queueHealthy(healthy: boolean): void;
  account(accountId: string, channel: string, state: ConnectionState['state']): void;
  removeAccount(accountId: string, channel: string): void;
  /** How an account stands; `behindMs` as {@link AccountJudgement} has it. */
  accountHealth(accountId: string, severity: Severity, behindMs: number): void;
  /** Updates of an account that this process saw, and what became of them. When idle, `seen` is the sum of the others. */
  accountUpdates(accountId: string, what: 'seen' | 'refused' | UpdateOutcome, count: number): void;
  guarded(rule: string, certain: boolean): void;
  /** The bot decided; `by` is the brain or the rule. */
  botDecision(by: string, outcome: 'reply' | 'handoff' | 'silent'): void;
  readonly contentType: string;
  /** Everything as text. */
  text(): Promise<string>;
  /** Stops watching the event loop. */
  close(): void;
}

const LATENCY_BUCKETS_MS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000];
const BATCH_BUCKETS = [1, 2, 5, 10, 25, 50, 100, 250, 500];
const STATES: readonly ConnectionState['state'][] = ['connecting', 'connected', 'lagging', 'retrying', 'stopped'];
const OPEN_STATES: readonly DeliveryState[] = ['scheduled', 'pending', 'sending', 'retry', 'unknown', 'needs_review'];
const ROLES = ['ingress', 'worker', 'web', 'connector'];
const NS_PER_MS = 1e6;

function watchLoop(registry: Registry): IntervalHistogram {
  const loop = monitorEventLoopDelay({ resolution: 10 });
  loop.enable();
  const lag = new Gauge({
    name: 'parley_event_loop_lag_ms',
    help: 'Delay of the main loop since the last reading, by quantile.',
    labelNames: ['quantile'] as const,
    registers: [registry],
    collect() {
      for (const [quantile, percentile] of [
        ['0.5', 50],
        ['0.99', 99],
      ] as const) {
        lag.set({ quantile }, loop.count === 0 ? 0 : loop.percentile(percentile) / NS_PER_MS);
      }
      lag.set({ quantile: '1' }, loop.count === 0 ? 0 : loop.max / NS_PER_MS);
      loop.reset();
    },
  });
  return loop;
}

function watchMemory(registry: Registry): void {
  const memory: Gauge = new Gauge({
    name: 'parley_resident_memory_bytes',
    help: 'Memory of the process.',
    registers: [registry],
    collect() {
      memory.set(process.memoryUsage.rss());
    },
  });
}

/** Makes the metrics of one process, in a registry of their own. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> =>
    new Counter({ name, help, labelNames, registers });
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]): Gauge<Label> =>
    new Gauge({ name, help, labelNames, registers });
  /** Measured by workers alone: elsewhere it has no sample, since a 0 nobody measured keeps one alarm silent and sets off another. */
  const workerGauge = (name: string, help: string): Gauge => {
    const made = gauge<string>(name, help, []);
    made.remove();
    return made;
  };
  const histogram = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    buckets: number[] = LATENCY_BUCKETS_MS,
  ): Histogram<Label> => new Histogram({ name, help, labelNames, buckets, registers });

  const ingested = counter('parley_ingested_total', 'Received events by what became of them.', ['channel', 'outcome']);
  const ingestMs = histogram('parley_ingest_latency_ms', 'From receiving to the commit.', ['channel']);
  const delivered = counter('parley_deliveries_total', 'Deliveries that came to a state.', ['channel', 'state']);
  const deliveryMs = histogram('parley_delivery_latency_ms', 'From the decision to the platform.', ['channel']);
  const callMs = histogram('parley_platform_call_ms', 'Duration of platform calls.', ['channel', 'outcome']);
  const fileMs = histogram('parley_file_fetch_ms', "Duration of attempts at fetching customers' files.", ['state']);
  const batches = histogram('parley_batch_size', 'Items in one group commit.', ['kind'], BATCH_BUCKETS);
  const dueThreads = workerGauge('parley_due_threads', 'Threads with work that is due.');
  const oldestDueMs = workerGauge('parley_oldest_due_age_ms', 'How long the oldest due thread has waited.');
  const needsReview = workerGauge('parley_needs_review', 'Deliveries that wait for a decision of a person.');
  const openDeliveries = gauge('parley_deliveries_open', 'Parts on their way out, by state.', ['state']);
  const parked = gauge('parley_parked', 'What waits for a person because nobody could handle it.', ['what']);
  const instances = gauge('parley_instances', 'Living processes by role.', ['role']);
  const isReady = gauge('parley_ready', '1 when store and schema are ready, as /readyz says.', []);
  const backlogEvents = gauge('parley_ingest_backlog_events', 'Payloads waiting for their commit.', []);
  const backlogBytes = gauge('parley_ingest_backlog_bytes', 'Bytes of payloads waiting for their commit.', []);
  const queueUp = workerGauge('parley_queue_up', '1 when the queue answered lately.');
  const accountState = gauge('parley_account_state', '1 for the state an account is in.', [
    'account',
    'channel',
    'state',
  ]);
  const severity = gauge('parley_account_severity', '0: well, 1: somebody should look, 2: messages do not arrive.', [
    'account',
  ]);
  const behind = gauge('parley_account_behind_seconds', 'How old what arrives is, or how long nothing could.', [
    'account',
  ]);
  const updates = counter('parley_account_updates_total', 'Updates received, and what became of them.', [
    'account',
    'what',
  ]);
  const guarded = counter('parley_guard_findings_total', 'Masked secrets by rule.', ['rule', 'certain']);
  const decisions = counter('parley_bot_decisions_total', 'Decisions of the bot.', ['by', 'outcome']);
  const loop = watchLoop(registry);
  watchMemory(registry);

  return {
    ingested: (channel, outcome, count = 1) => ingested.inc({ channel, outcome }, count),
    ingestLatency: (channel, latencyMs) => ingestMs.observe({ channel }, latencyMs),
    delivered: (channel, state) => delivered.inc({ channel, state }),
    deliveryLatency: (channel, latencyMs) => deliveryMs.observe({ channel }, latencyMs),
    file: (state, tookMs) => fileMs.observe({ state }, tookMs),
    platformCall: (channel, outcome, latencyMs) => callMs.observe({ channel, outcome }, latencyMs),
    batch: (kind, size) => batches.observe({ kind }, size),
    due(work) {
      dueThreads.set(work.threads);
      oldestDueMs.set(work.oldestAgeMs);
      needsReview.set(work.needsReview);
    },
    backlog(work) {
      for (const state of OPEN_STATES) openDeliveries.set({ state }, work.deliveries[state] ?? 0);
      parked.set({ what: 'payload' }, work.parked.payloads);
      parked.set({ what: 'message' }, work.parked.messages);
      for (const role of ROLES) instances.set({ role }, work.instances[role] ?? 0);
    },
    ready: (ready) => isReady.set(ready ? 1 : 0),
    ingestBacklog(events, bytes) {
      backlogEvents.set(events);
      backlogBytes.set(bytes);
    },
    queueHealthy: (healthy) => queueUp.set(healthy ? 1 : 0),
    account(account, channel, state) {
      for (const known of STATES) accountState.set({ account, channel, state: known }, known === state ? 1 : 0);
    },
    removeAccount(account, channel) {
      for (const state of STATES) accountState.remove({ account, channel, state });
      severity.remove({ account });
      behind.remove({ account });
    },
    accountHealth(account, now, behindMs) {
      severity.set({ account }, SEVERITIES.indexOf(now));
      behind.set({ account }, Math.round(behindMs / 1_000));
    },
    accountUpdates: (account, what, count) => updates.inc({ account, what }, count),
    guarded: (rule, certain) => guarded.inc({ rule, certain: String(certain) }),
    botDecision: (by, outcome) => decisions.inc({ by, outcome }),
    contentType: registry.contentType,
    text: () => registry.metrics(),
    close: () => void loop.disable(),
  };
}
