/**
 * Every endpoint of X's API v2 that we call: where it is, who asks, and what X charges for what it gives (docs.x.com, "Pricing", as of
 * August 2026). Money is in millionths of a US dollar.
 */

/**
 * `user`: as the account, OAuth 1.0a or 2.0. `consent`: as the account, by OAuth 2.0 where it has that, for X's documents name nothing
 * else there. `app`: the app alone, with its bearer token.
 */
export type CallAs = 'user' | 'consent' | 'app';

export interface Endpoint {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With placeholders `:name`. */
  path: string;
  as: CallAs;
  /** For each post, message or user it answers with; 0: nothing. */
  microsEach?: number;
  /** For the call itself. */
  microsPerCall?: number;
}

const endpoint = <const T extends Readonly<Record<string, Endpoint>>>(table: T): T => table;

export const ENDPOINTS = endpoint({
  me: { method: 'GET', path: '/2/users/me', as: 'user', microsEach: 10_000 },
  mentions: { method: 'GET', path: '/2/users/:id/mentions', as: 'user', microsEach: 1_000 },
  search: { method: 'GET', path: '/2/tweets/search/recent', as: 'user', microsEach: 5_000 },
  ownPosts: { method: 'GET', path: '/2/users/:id/tweets', as: 'user', microsEach: 1_000 },
  posts: { method: 'GET', path: '/2/tweets', as: 'user', microsEach: 5_000 },
  createPost: { method: 'POST', path: '/2/tweets', as: 'user', microsPerCall: 15_000 },
  deletePost: { method: 'DELETE', path: '/2/tweets/:id', as: 'user' },
  directEvents: { method: 'GET', path: '/2/dm_events', as: 'user', microsEach: 10_000 },
  directEventsWith: { method: 'GET', path: '/2/dm_conversations/with/:id/dm_events', as: 'user', microsEach: 10_000 },
  directEventsIn: { method: 'GET', path: '/2/dm_conversations/:id/dm_events', as: 'user', microsEach: 10_000 },
  directEvent: { method: 'GET', path: '/2/dm_events/:id', as: 'user', microsEach: 10_000 },
  sendDirect: { method: 'POST', path: '/2/dm_conversations/with/:id/messages', as: 'user', microsPerCall: 15_000 },
  sendDirectTo: { method: 'POST', path: '/2/dm_conversations/:id/messages', as: 'user', microsPerCall: 15_000 },
  directMedia: { method: 'GET', path: '/2/dm_conversations/media/:dm/:media/:resource', as: 'consent' },
  uploadBegin: { method: 'POST', path: '/2/media/upload/initialize', as: 'user' },
  uploadAppend: { method: 'POST', path: '/2/media/upload/:id/append', as: 'user' },
  uploadEnd: { method: 'POST', path: '/2/media/upload/:id/finalize', as: 'user' },
  uploadState: { method: 'GET', path: '/2/media/upload', as: 'user' },
  subscriptions: { method: 'GET', path: '/2/activity/subscriptions', as: 'app' },
  subscribe: { method: 'POST', path: '/2/activity/subscriptions', as: 'app' },
  /** Private activities may ask for the account's own consent. */
  subscribeAsUser: { method: 'POST', path: '/2/activity/subscriptions', as: 'consent' },
  unsubscribe: { method: 'DELETE', path: '/2/activity/subscriptions/:id', as: 'app' },
  activityStream: { method: 'GET', path: '/2/activity/stream', as: 'app' },
  webhooks: { method: 'GET', path: '/2/webhooks', as: 'app' },
  createWebhook: { method: 'POST', path: '/2/webhooks', as: 'app' },
  checkWebhook: { method: 'PUT', path: '/2/webhooks/:id', as: 'app' },
  replayWebhook: { method: 'POST', path: '/2/webhooks/replay', as: 'app' },
  closeConnections: { method: 'DELETE', path: '/2/connections/all', as: 'app' },
});

export type EndpointName = keyof typeof ENDPOINTS;

/** What X charges for posts that are more or less than a post, in millionths of a US dollar. */
export const POST_MICROS = { withLink: 200_000, summonedReply: 10_000 } as const;
