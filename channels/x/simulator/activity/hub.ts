import { randomBytes } from 'node:crypto';
import type { PlatformClock } from '../../../shared/simulator/clock.ts';
import type { DrawnFaults } from '../faults.ts';
import type { Plan } from '../plan.ts';
import type { WritableLog } from '../platform-log.ts';
import type { Times } from '../times.ts';
import { type EventStyle, envelope, type Occurrence, type Subscription } from './occurrence.ts';
import { createStreams, type Streams } from './streams.ts';
import { createWebhooks, type Webhooks } from './webhooks.ts';

/** Tells what happens to whoever subscribed to it. */
export interface ActivityHub {
  readonly subscriptions: Map<string, Subscription>;
  readonly webhooks: Webhooks;
  readonly streams: Streams;
  style: EventStyle;
  tell(occurrence: Occurrence): void;
  /** Lines of the last so many ms that a stream may ask for. */
  recent(withinMs: number): string[];
  /** Delivers to a webhook once more what happened then; says how much. */
  replay(webhookId: string, fromMs: number, toMs: number): number;
}

export interface HubContext {
  selfId: string;
  clock: PlatformClock;
  faults: DrawnFaults;
  log: WritableLog;
  plan: Plan;
  times: Times;
  appSecret: string;
  newId(): string;
  /** Whether the account's owner lets the app know of such events. */
  mayTell(eventType: string): boolean;
}

/** An event as it was told, kept for replays and for streams that were away. */
interface Told {
  atMs: number;
  /** Null: on streams. */
  webhookId: string | null;
  text: string;
  uuid: string;
  eventType: string;
  subject: string | null;
  userId: string | null;
}

const MOST_KEPT = 20_000;

export function createActivityHub(context: HubContext): ActivityHub {
  const { clock, faults, log, plan } = context;
  const subscriptions = new Map<string, Subscription>();
  const webhooks = createWebhooks(context);
  const streams = createStreams(context, () => plan.streams);
  const kept: Told[] = [];

  function deliver(told: Told): void {
    const { webhookId, userId, text, uuid, eventType, subject } = told;
    const record = (via: 'webhook' | 'stream') =>
      log.event({
        atMs: clock.nowMs(),
        uuid,
        eventType,
        subject,
        userId,
        via,
        attempts: 0,
        ackedAtMs: null,
        lastStatus: null,
      });
    charge(eventType);
    if (webhookId !== null) return webhooks.send(webhookId, { body: Buffer.from(text), record: record('webhook') });
    const times = faults.forEvent('duplicate_event', userId) === null ? 1 : 2;
    for (let time = 0; time < times; time += 1) {
      const entry = record('stream');
      entry.attempts = streams.write(text, userId);
      if (entry.attempts > 0) entry.ackedAtMs = clock.nowMs();
    }
  }

  function charge(eventType: string): void {
    const micros = eventType.startsWith('post.')
      ? plan.eventMicros.post
      : eventType.startsWith('dm.')
        ? plan.eventMicros.direct
        : 0;
    if (plan.creditsMicros !== null) plan.creditsMicros -= micros;
    log.spend(micros);
  }

  function keepAndDeliver(told: Told): void {
    kept.push(told);
    if (kept.length > MOST_KEPT) kept.splice(0, MOST_KEPT / 10);
    if (faults.forEvent('lose_event', told.userId) !== null) return;
    if (plan.creditsMicros !== null && plan.creditsMicros <= 0) return;
    deliver(told);
  }

  const newUuid = (): string => String(randomBytes(8).readBigInt64BE());

  function tellOlder({ older, activities, subject, userId }: Occurrence): void {
    const [first] = activities;
    if (older === undefined || first === undefined) return;
    const text = JSON.stringify({ for_user_id: context.selfId, ...older });
    for (const { id } of webhooks.all) {
      keepAndDeliver({
        atMs: clock.nowMs(),
        webhookId: id,
        text,
        uuid: newUuid(),
        eventType: first.type,
        subject,
        userId,
      });
    }
  }

  const hub: ActivityHub = {
    subscriptions,
    webhooks,
    streams,
    style: 'activity',
    tell(occurrence) {
      if (hub.style === 'account_activity') return tellOlder(occurrence);
      for (const { type, userId } of occurrence.activities) {
        if (!context.mayTell(type)) continue;
        for (const subscription of subscriptions.values()) {
          if (subscription.eventType !== type || (type !== 'oauth.revoke' && subscription.userId !== userId)) continue;
          const uuid = newUuid();
          keepAndDeliver({
            atMs: clock.nowMs(),
            webhookId: subscription.webhookId,
            text: JSON.stringify(envelope(uuid, type, subscription, occurrence, hub.style)),
            uuid,
            eventType: type,
            subject: occurrence.subject,
            userId: occurrence.userId,
          });
        }
      }
    },
    recent: (withinMs) =>
      kept
        .filter(({ webhookId, atMs }) => webhookId === null && atMs >= clock.nowMs() - withinMs)
        .map(({ text }) => text),
    replay(webhookId, fromMs, toMs) {
      const found = kept.filter((one) => one.webhookId === webhookId && one.atMs >= fromMs && one.atMs < toMs);
      for (const one of found) deliver(one);
      return found.length;
    },
  };
  return hub;
}
