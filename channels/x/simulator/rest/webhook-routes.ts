import type { Webhook } from '../activity/webhooks.ts';
import { invalidRequest, notFound } from './errors.ts';
import type { Platform, RestAnswer, RestRequest, RouteTable } from './route.ts';

const APP = { ways: ['app'] } as const;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

function viewWebhook({ id, url, valid, createdMs }: Webhook): Record<string, unknown> {
  return { id, url, valid, created_at: new Date(createdMs).toISOString() };
}

/** HTTPS without a port; on loopback anything, for that is where the simulator lives. */
function isGoodAddress(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > 200 || !URL.canParse(value)) return false;
  const { protocol, port, hostname } = new URL(value);
  if (/^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/u.test(hostname))
    return protocol === 'http:' || protocol === 'https:';
  return protocol === 'https:' && port === '';
}

async function createWebhook({ json }: RestRequest, { hub, plan }: Platform): Promise<RestAnswer> {
  const url: unknown = json['url'];
  if (!isGoodAddress(url)) throw invalidRequest('UrlValidationFailed: the address is https without a port');
  if (hub.webhooks.all.some((one) => one.url === url))
    throw invalidRequest('DuplicateUrlFailed: there is a webhook of this address');
  if (hub.webhooks.all.length >= plan.webhooks)
    throw invalidRequest('WebhookLimitExceeded: the app has as many as it may');
  const webhook = await hub.webhooks.create(url);
  if (webhook === null) throw invalidRequest('CrcValidationFailed: the webhook did not answer the check as it should');
  return { body: { data: viewWebhook(webhook) } };
}

function webhookOf({ params }: RestRequest, { hub }: Platform): Webhook {
  const webhook = hub.webhooks.find(params['id'] ?? '');
  if (webhook === undefined) throw notFound(`Could not find webhook with id: [${params['id']}].`);
  return webhook;
}

function replay({ json }: RestRequest, { hub, clock, world }: Platform): RestAnswer {
  const { webhook_id: webhookId, from_date: from, to_date: to } = json;
  if (typeof webhookId !== 'string' || hub.webhooks.find(webhookId) === undefined)
    throw notFound('Could not find the webhook.');
  const fromMs = minuteOf(from);
  const toMs = minuteOf(to);
  if (fromMs === null || toMs === null || fromMs >= toMs)
    throw invalidRequest('from_date and to_date are yyyymmddhhmm, in order');
  const now = clock.nowMs();
  if (fromMs < now - DAY_MS || toMs > now + MINUTE_MS)
    throw invalidRequest('only what happened within a day can be told again');
  hub.replay(webhookId, fromMs, toMs);
  return { body: { data: { job_id: world.newId(), created_at: new Date(now).toISOString() } } };
}

/** `202608061011`, UTC; ms since the epoch. */
function minuteOf(value: unknown): number | null {
  const [, year, month, day, hour, minute] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)$/u.exec(typeof value === 'string' ? value : '') ?? [];
  const atMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:00Z`);
  return Number.isNaN(atMs) ? null : atMs;
}

/** The app's webhooks. */
export const WEBHOOK_ROUTES: RouteTable = {
  'GET /2/webhooks': {
    ...APP,
    handle: (_, { hub }) => ({
      body: { data: hub.webhooks.all.map(viewWebhook), meta: { result_count: hub.webhooks.all.length } },
    }),
  },
  'POST /2/webhooks': { ...APP, handle: createWebhook },
  'PUT /2/webhooks/:id': {
    ...APP,
    async handle(request, platform) {
      const webhook = webhookOf(request, platform);
      const result = await platform.hub.webhooks.check(webhook);
      if (result === 'wrong')
        throw invalidRequest('CrcValidationFailed: the webhook did not answer the check as it should');
      return { body: { data: { valid: result === 'passed' } } };
    },
  },
  'DELETE /2/webhooks/:id': {
    ...APP,
    handle(request, platform) {
      const { id } = webhookOf(request, platform);
      platform.hub.webhooks.remove(id);
      for (const one of platform.hub.subscriptions.values()) {
        if (one.webhookId === id) platform.hub.subscriptions.delete(one.id);
      }
      return { body: { data: { deleted: true } } };
    },
  },
  'POST /2/webhooks/replay': { ...APP, handle: replay },
};
