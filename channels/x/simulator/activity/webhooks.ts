import type { PlatformClock } from '../../../shared/simulator/clock.ts';
import type { DrawnFaults } from '../faults.ts';
import type { WritableLog } from '../platform-log.ts';
import type { Times } from '../times.ts';
import { type CheckResult, checkWebhook } from './webhook-check.ts';
import { createWebhookSender, type Sending, type WebhookSender } from './webhook-sender.ts';

export interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly createdMs: number;
  valid: boolean;
}

/** The webhooks of the app: checked when they are made, when asked, and again and again. */
export interface Webhooks {
  readonly all: readonly Webhook[];
  /** Resolves with null where the webhook did not pass. */
  create(url: string): Promise<Webhook | null>;
  find(id: string): Webhook | undefined;
  /** A check now; one that passed is valid again. */
  check(webhook: Webhook): Promise<CheckResult>;
  remove(id: string): boolean;
  /** Delivers where the webhook is valid; else the event is lost but for a replay. */
  send(id: string, sending: Sending): void;
  stop(): void;
}

interface Held {
  webhook: Webhook;
  sender: WebhookSender;
  timer: NodeJS.Timeout;
  passedAtMs: number;
}

export interface WebhooksContext {
  clock: PlatformClock;
  times: Times;
  faults: DrawnFaults;
  log: WritableLog;
  appSecret: string;
  newId(): string;
}

export function createWebhooks({ clock, times, faults, log, appSecret, newId }: WebhooksContext): Webhooks {
  const held = new Map<string, Held>();

  async function check(one: Held): Promise<CheckResult> {
    const { webhook } = one;
    const before = webhook.valid;
    const result = await checkWebhook(webhook.url, appSecret, times.webhookTimeoutMs);
    log.check({ atMs: clock.nowMs(), webhookId: webhook.id, passed: result === 'passed' });
    if (result === 'passed') one.passedAtMs = clock.nowMs();
    // What is only away has time to come back.
    const isLate = clock.nowMs() - one.passedAtMs > times.checkGraceMs;
    // What somebody said of it meanwhile stands.
    if (webhook.valid === before) webhook.valid = result === 'passed' || (result === 'away' && before && !isLate);
    return result;
  }

  const again = (one: Held): NodeJS.Timeout =>
    setTimeout(() => {
      // One that is invalid is checked again only when somebody asks.
      const checked = one.webhook.valid ? check(one) : Promise.resolve();
      void checked.then(() => {
        if (held.has(one.webhook.id)) one.timer = again(one);
      });
    }, times.checkEveryMs).unref();

  const letGo = ({ sender, timer }: Held): void => {
    clearTimeout(timer);
    sender.stop();
  };

  return {
    get all() {
      return Array.from(held.values(), ({ webhook }) => webhook);
    },
    async create(url) {
      const webhook: Webhook = { id: newId(), url, createdMs: clock.nowMs(), valid: false };
      const result = await checkWebhook(url, appSecret, times.webhookTimeoutMs);
      log.check({ atMs: clock.nowMs(), webhookId: webhook.id, passed: result === 'passed' });
      if (result !== 'passed') return null;
      webhook.valid = true;
      const sender = createWebhookSender(url, appSecret, { times, faults, nowMs: () => clock.nowMs() });
      const one: Held = { webhook, sender, passedAtMs: clock.nowMs(), timer: setTimeout(() => undefined, 0) };
      one.timer = again(one);
      held.set(webhook.id, one);
      return webhook;
    },
    find: (id) => held.get(id)?.webhook,
    async check(webhook) {
      const one = held.get(webhook.id);
      return one === undefined ? 'wrong' : check(one);
    },
    remove(id) {
      const one = held.get(id);
      if (one === undefined) return false;
      letGo(one);
      return held.delete(id);
    },
    send(id, sending) {
      const one = held.get(id);
      if (one?.webhook.valid === true) one.sender.push(sending);
    },
    stop() {
      for (const one of held.values()) letGo(one);
      held.clear();
    },
  };
}
