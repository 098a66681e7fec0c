import http from 'node:http';
import https from 'node:https';
import type { DrawnFaults } from './faults.ts';
import type { WritableLog } from './platform-log.ts';
import type { PendingUpdate } from './update-queue.ts';

export interface WebhookTarget {
  url: string;
  secretToken: string | null;
  maxConnections: number;
}

/** How failed deliveries are repeated: the delay doubles from `firstRetryMs` up to `maxRetryMs`. */
export interface WebhookTimes {
  firstRetryMs: number;
  maxRetryMs: number;
  timeoutMs: number;
}

export const WEBHOOK_TIMES: WebhookTimes = { firstRetryMs: 1_000, maxRetryMs: 60_000, timeoutMs: 60_000 };

const LONGEST_RETRY_AFTER_SECONDS = 3_600;
const REORDER_DELAY_MS = 50;

/** Delivers updates to one webhook: those of one chat one at a time and in order, chats side by side. */
export interface WebhookSender {
  readonly target: WebhookTarget;
  push(update: PendingUpdate): void;
  readonly lastError: { message: string; atMs: number } | null;
  /** Ends deliveries; those in flight are cut and will not be confirmed. */
  stop(): void;
}

interface Lane {
  waiting: PendingUpdate[];
  busy: boolean;
  failures: number;
}

export function createWebhookSender(
  target: WebhookTarget,
  times: WebhookTimes,
  log: WritableLog,
  faults: DrawnFaults,
  onDone: (update: PendingUpdate) => void,
): WebhookSender {
  const url = new URL(target.url);
  const options = { keepAlive: true, maxSockets: target.maxConnections };
  const agent = url.protocol === 'https:' ? new https.Agent(options) : new http.Agent(options);
  const open = url.protocol === 'https:' ? https.request : http.request;
  // Taken apart once: parsing the address for every delivery shows under load.
  const requestOptions = {
    host: url.hostname.replace(/^\[(.*)\]$/u, '$1'),
    port: url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port),
    path: `${url.pathname}${url.search}`,
    method: 'POST',
    agent,
    timeout: times.timeoutMs,
  };
  const headers = {
    'content-type': 'application/json',
    ...(target.secretToken === null ? {} : { 'x-telegram-bot-api-secret-token': target.secretToken }),
  };
  const lanes = new Map<number, Lane>();
  const ready: { key: number; lane: Lane }[] = [];
  const timers = new Set<NodeJS.Timeout>();
  let active = 0;
  let stopped = false;
  let lastError: { message: string; atMs: number } | null = null;

  const later = (ms: number, run: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, ms);
    timers.add(timer);
  };

  const pump = (): void => {
    if (stopped) return;
    while (active < target.maxConnections) {
      const next = ready.shift();
      if (next === undefined) return;
      active += 1;
      deliver(next.key, next.lane);
    }
  };

  const free = (key: number, lane: Lane, waitMs: number): void => {
    active -= 1;
    const go = (): void => {
      if (lane.waiting.length === 0) {
        lane.busy = false;
        lanes.delete(key);
      } else {
        ready.push({ key, lane });
      }
      pump();
    };
    if (waitMs > 0) {
      later(waitMs, go);
      pump();
    } else {
      go();
    }
  };

  const failed = (key: number, lane: Lane, message: string, retryAfterMs: number | null): void => {
    if (stopped) return;
    lastError = { message, atMs: Date.now() };
    lane.failures += 1;
    const doubled = Math.min(times.firstRetryMs * 2 ** (lane.failures - 1), times.maxRetryMs);
    free(key, lane, retryAfterMs ?? doubled);
  };

  const taken = (key: number, lane: Lane, update: PendingUpdate): void => {
    if (stopped) return;
    lane.failures = 0;
    log.acked(update.record, 'webhook');
    onDone(update);
    // Once more, although it was confirmed: the confirmation may get lost on the real way too.
    if (!faults.forUpdate('duplicate_update', update.record.chatId)) lane.waiting.shift();
    free(key, lane, faults.forUpdate('reorder_updates', update.record.chatId) ? REORDER_DELAY_MS : 0);
  };

  const deliver = (key: number, lane: Lane): void => {
    const update = lane.waiting[0];
    if (update === undefined) return free(key, lane, 0);
    update.record.deliveries += 1;
    const body = Buffer.from(update.json);
    let settled = false;
    const settle = (run: () => void): void => {
      if (settled) return;
      settled = true;
      run();
    };
    const request = open({ ...requestOptions, headers: { ...headers, 'content-length': body.length } }, (response) => {
      const status = response.statusCode ?? 0;
      response.resume();
      response.on('error', () => undefined);
      if (status >= 200 && status < 300) return settle(() => taken(key, lane, update));
      const message = `Wrong response from the webhook: ${status} ${response.statusMessage ?? ''}`.trim();
      settle(() => failed(key, lane, message, retryAfterOf(response.headers['retry-after'])));
    });
    request.on('timeout', () => request.destroy(new Error('Read timeout expired')));
    request.on('error', (error) => settle(() => failed(key, lane, error.message, null)));
    request.end(body);
  };

  return {
    target,
    get lastError() {
      return lastError;
    },
    push(update) {
      // Updates about no chat go one at a time as well, in a lane of their own.
      const key = update.record.chatId ?? 0;
      const lane = lanes.get(key) ?? { waiting: [], busy: false, failures: 0 };
      lane.waiting.push(update);
      lanes.set(key, lane);
      if (lane.busy) return;
      lane.busy = true;
      ready.push({ key, lane });
      pump();
    },
    stop() {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
      agent.destroy();
    },
  };
}

function retryAfterOf(header: string | undefined): number | null {
  const seconds = Number(header);
  if (header === undefined || !Number.isFinite(seconds) || seconds < 0) return null;
  return Math.min(seconds, LONGEST_RETRY_AFTER_SECONDS) * 1_000;
}
