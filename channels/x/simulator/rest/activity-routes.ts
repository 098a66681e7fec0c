import { EVENT_TYPES, type Subscription, scopeFor } from '../activity/occurrence.ts';
import { forbidden, invalidRequest, notFound, problem } from './errors.ts';
import type { Platform, RestAnswer, RestRequest, RouteTable } from './route.ts';

const APP = { ways: ['app'] } as const;

function viewSubscription(one: Subscription): Record<string, unknown> {
  const at = new Date(one.createdMs).toISOString();
  return {
    subscription_id: one.id,
    event_type: one.eventType,
    filter: {
      ...(one.userId === null ? {} : { user_id: one.userId }),
      ...(one.direction === null ? {} : { direction: one.direction }),
    },
    created_at: at,
    updated_at: at,
    ...(one.tag === null ? {} : { tag: one.tag }),
    ...(one.webhookId === null ? {} : { webhook_id: one.webhookId }),
  };
}

function subscribe({ json }: RestRequest, platform: Platform): RestAnswer {
  const { hub, world, clock, plan, consents } = platform;
  const { event_type: eventType, filter, tag = null, webhook_id: webhookId = null } = json;
  if (typeof eventType !== 'string' || !EVENT_TYPES.has(eventType))
    throw invalidRequest('$.event_type: is none of the known');
  const fields = typeof filter === 'object' && filter !== null ? { ...filter } : null;
  if (fields === null) throw invalidRequest('$.filter: is required');
  const userId = 'user_id' in fields && typeof fields.user_id === 'string' ? fields.user_id : null;
  const direction = 'direction' in fields && typeof fields.direction === 'string' ? fields.direction : null;
  if (userId === null && eventType !== 'oauth.revoke') throw invalidRequest('$.filter.user_id: is required');
  if (tag !== null && (typeof tag !== 'string' || tag.length < 1 || tag.length > 200)) {
    throw invalidRequest('$.tag: has 1–200 characters');
  }
  if (webhookId !== null && (typeof webhookId !== 'string' || hub.webhooks.find(webhookId) === undefined)) {
    throw invalidRequest('$.webhook_id: is none of the app’s webhooks');
  }
  const scope = scopeFor(eventType);
  if (scope !== null && (userId !== world.selfId || !consents.allows(scope))) {
    throw forbidden(`The user has not authorized the app to be told of ${eventType}.`);
  }
  if (hub.subscriptions.size >= plan.subscriptions) throw forbidden('SubscriptionLimitExceeded');
  for (const one of hub.subscriptions.values()) {
    if (
      one.eventType === eventType &&
      one.userId === userId &&
      one.direction === direction &&
      one.webhookId === webhookId
    ) {
      throw problem(409, 'Conflict', 'DuplicateSubscriptionFailed: there is a subscription like this one.');
    }
  }
  const made = { id: world.newId(), eventType, userId, direction, tag, webhookId, createdMs: clock.nowMs() };
  hub.subscriptions.set(made.id, made);
  return {
    status: 201,
    body: { data: { subscription: viewSubscription(made) }, meta: { total_subscriptions: hub.subscriptions.size } },
  };
}

function deleteMany({ query }: RestRequest, { hub }: Platform): RestAnswer {
  const ids = (query.get('ids') ?? '').split(',').filter((id) => id !== '');
  if (ids.length === 0) throw invalidRequest('The `ids` query parameter is required');
  const data = ids.map((id) => ({ subscription_id: id, deleted: hub.subscriptions.delete(id) }));
  return { body: { data, meta: { total_subscriptions: hub.subscriptions.size } } };
}

/** What the app is to be told of. */
export const ACTIVITY_ROUTES: RouteTable = {
  'GET /2/activity/subscriptions': {
    ways: ['app', 'oauth1', 'oauth2'],
    handle: (_, { hub }) => ({
      body: {
        data: Array.from(hub.subscriptions.values(), viewSubscription),
        meta: { total_subscriptions: hub.subscriptions.size },
      },
    }),
  },
  'POST /2/activity/subscriptions': { ways: ['app', 'oauth1', 'oauth2'], handle: subscribe },
  'DELETE /2/activity/subscriptions': { ...APP, handle: deleteMany },
  'DELETE /2/activity/subscriptions/:id': {
    ...APP,
    handle({ params }, { hub }) {
      const id = params['id'] ?? '';
      if (!hub.subscriptions.delete(id)) throw notFound(`Could not find subscription with id: [${id}].`);
      return { body: { data: { deleted: true }, meta: { total_subscriptions: hub.subscriptions.size } } };
    },
  },
};
