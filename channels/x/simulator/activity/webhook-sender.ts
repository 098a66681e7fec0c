import http from 'node:http';
import https from 'node:https';
import type { DrawnFaults } from '../faults.ts';
import type { DeliveredEvent } from '../platform-log.ts';
import type { Times } from '../times.ts';
import { signatureOf } from './webhook-check.ts';

/** One event on its way to a webhook. */
export interface Sending {
  body: Buffer;
  record: DeliveredEvent;
}

/** Delivers to one webhook: events of one customer one at a time and in order, customers side by side. */
export interface WebhookSender {
  push(sending: Sending): void;
  /** Ends deliveries; those in flight are cut and will not be confirmed. */
  stop(): void;
}

interface Lane {
  waiting: Sending[];
  failures: number;
}

const MOST_CONNECTIONS = 32;
const LATE_MS = 200;

export function createWebhookSender(
  address: string,
  appSecret: string,
  { times, faults, nowMs }: { times: Times; faults: DrawnFaults; nowMs: () => number },
): WebhookSender {
  const url = new URL(address);
  const isSealed = url.protocol === 'https:';
  const agent = new (isSealed ? https : http).Agent({ keepAlive: true, maxSockets: MOST_CONNECTIONS });
  const open = isSealed ? https.request : http.request;
  // Taken apart once: parsing the address for every delivery shows under load.
  const target = {
    host: url.hostname.replace(/^\[(.*)\]$/u, '$1'),
    port: url.port === '' ? (isSealed ? 443 : 80) : Number(url.port),
    path: `${url.pathname}${url.search}`,
    method: 'POST',
    agent,
  };
  const lanes = new Map<string, Lane>();
  const ready: [key: string, lane: Lane][] = [];
  const timers = new Set<NodeJS.Timeout>();
  let active = 0;
  let stopped = false;

  const later = (ms: number, run: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, ms);
    timers.add(timer);
  };

  function pump(): void {
    while (!stopped && active < MOST_CONNECTIONS) {
      const next = ready.shift();
      if (next === undefined) return;
      active += 1;
      deliver(...next);
    }
  }

  /** Its connection is free; the lane goes on, after a while if need be. */
  function free(key: string, lane: Lane, waitMs: number): void {
    active -= 1;
    if (lane.waiting.length === 0) lanes.delete(key);
    else if (waitMs > 0) {
      later(waitMs, () => {
        ready.push([key, lane]);
        pump();
      });
    } else ready.push([key, lane]);
    pump();
  }

  function deliver(key: string, lane: Lane): void {
    const [sending] = lane.waiting;
    if (sending === undefined) return free(key, lane, 0);
    const { body, record } = sending;
    record.attempts += 1;
    const isForged = faults.forEvent('bad_signature', record.userId) !== null;
    let settled = false;
    const settle = (status: number | null): void => {
      if (settled || stopped) return;
      settled = true;
      record.lastStatus = status;
      if (status === 200) {
        record.ackedAtMs ??= nowMs();
        lane.failures = 0;
        lane.waiting.shift();
        return free(key, lane, 0);
      }
      lane.failures += 1;
      if (lane.failures < times.attempts) {
        return free(key, lane, Math.min(times.firstRetryMs * 2 ** (lane.failures - 1), times.maxRetryMs));
      }
      // Given up: only a replay brings it back.
      lane.failures = 0;
      lane.waiting.shift();
      free(key, lane, 0);
    };
    const headers = {
      'content-type': 'application/json',
      'content-length': body.length,
      'x-twitter-webhooks-signature': signatureOf(body, isForged ? `${appSecret}!` : appSecret),
    };
    const request = open({ ...target, headers, timeout: times.webhookTimeoutMs }, (response) => {
      response.on('error', () => undefined);
      response.resume();
      settle(response.statusCode ?? null);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => settle(null));
    request.on('close', () => settle(null));
    request.end(body);
  }

  function push(sending: Sending): void {
    if (stopped) return;
    // Events about nobody go one at a time as well, in a lane of their own.
    const key = sending.record.userId ?? '';
    const lane = lanes.get(key);
    if (lane !== undefined) {
      lane.waiting.push(sending);
      return;
    }
    const begun = { waiting: [sending], failures: 0 };
    lanes.set(key, begun);
    ready.push([key, begun]);
    pump();
  }

  return {
    push(sending) {
      const { userId } = sending.record;
      const late = faults.forEvent('late_event', userId);
      if (late !== null) return later(late.latencyMs ?? LATE_MS, () => push(sending));
      push(sending);
      if (faults.forEvent('duplicate_event', userId) !== null) push(sending);
    },
    stop() {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
      agent.destroy();
    },
  };
}
