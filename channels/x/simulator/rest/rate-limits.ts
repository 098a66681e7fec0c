/** How many calls of one kind there may be, in a quarter of an hour and in a day, by a person and by the app. */
export interface RouteLimit {
  user?: number;
  app?: number;
  userDay?: number;
  appDay?: number;
}

export interface RateLimits {
  /** By route, such as `GET /2/dm_events`. */
  routes: Readonly<Record<string, RouteLimit>>;
  /** Every other route. */
  otherwise?: RouteLimit;
  /** How long the windows are; X's own are a quarter of an hour and a day. */
  quarterMs?: number;
  dayMs?: number;
}

const DIRECT_WRITING: RouteLimit = { user: 15, userDay: 1_440, appDay: 1_440 };
const WEBHOOKS: RouteLimit = { app: 450 };
const UPLOADS: RouteLimit = { user: 1_875, appDay: 180_000 };

/** X's own (docs.x.com, "Rate limits", as of August 2026). */
export const PLATFORM_RATE_LIMITS: RateLimits = {
  routes: {
    'GET /2/users/me': { user: 75 },
    'GET /2/users/:id/mentions': { user: 300, app: 450 },
    'GET /2/tweets/search/recent': { user: 300, app: 450 },
    'GET /2/users/:id/tweets': { user: 900, app: 10_000 },
    'GET /2/tweets': { user: 5_000, app: 3_500 },
    'POST /2/tweets': { user: 100, appDay: 10_000 },
    'DELETE /2/tweets/:id': { user: 50 },
    'GET /2/dm_events': { user: 15 },
    'GET /2/dm_conversations/with/:id/dm_events': { user: 15 },
    'GET /2/dm_conversations/:id/dm_events': { user: 15 },
    'POST /2/dm_conversations/with/:id/messages': DIRECT_WRITING,
    'POST /2/dm_conversations/:id/messages': DIRECT_WRITING,
    'POST /2/media/upload/initialize': UPLOADS,
    'POST /2/media/upload/:id/append': UPLOADS,
    'POST /2/media/upload/:id/finalize': UPLOADS,
    'GET /2/media/upload': { user: 1_000, appDay: 100_000 },
    'GET /2/activity/stream': { app: 450 },
    'POST /2/activity/subscriptions': { app: 500 },
    'GET /2/activity/subscriptions': { app: 500 },
    'DELETE /2/activity/subscriptions/:id': { app: 500 },
    'POST /2/webhooks': WEBHOOKS,
    'GET /2/webhooks': WEBHOOKS,
    'PUT /2/webhooks/:id': WEBHOOKS,
    'DELETE /2/webhooks/:id': WEBHOOKS,
    'POST /2/webhooks/replay': { app: 100 },
    'DELETE /2/connections/all': { app: 25 },
  },
};

/** What becomes of a call, with the headers that say so. */
export interface Verdict {
  refused: boolean;
  headers: Record<string, string>;
}

export interface RateLimiter {
  set(limits: RateLimits | null): void;
  /** Takes a turn for this call. */
  take(route: string, as: 'user' | 'app'): Verdict;
}

const QUARTER_MS = 15 * 60_000;
const DAY_MS = 24 * 3_600_000;
/** Without limits the headers are there all the same, and leave room. */
const WIDE: RouteLimit = { user: 10_000_000, app: 10_000_000 };

interface Window {
  used: number;
  untilMs: number;
}

/** @param nowMs the platform's time, ms since the epoch: what the headers say */
export function createRateLimiter(nowMs: () => number): RateLimiter {
  let limits: RateLimits | null = null;
  const windows = new Map<string, Window>();

  function take(key: string, name: string, limit: number, perMs: number): Verdict {
    const now = nowMs();
    let window = windows.get(key);
    if (window === undefined || window.untilMs <= now) {
      window = { used: 0, untilMs: now + perMs };
      windows.set(key, window);
    }
    window.used += 1;
    return {
      refused: window.used > limit,
      headers: {
        [`${name}-limit`]: String(limit),
        [`${name}-remaining`]: String(Math.max(0, limit - window.used)),
        [`${name}-reset`]: String(Math.ceil(window.untilMs / 1_000)),
      },
    };
  }

  return {
    set(next) {
      limits = next;
      windows.clear();
    },
    take(route, as) {
      const limit = limits?.routes[route] ?? limits?.otherwise ?? WIDE;
      const quarterMs = limits?.quarterMs ?? QUARTER_MS;
      const dayMs = limits?.dayMs ?? DAY_MS;
      const verdicts: Verdict[] = [];
      const quarter = as === 'user' ? limit.user : limit.app;
      if (quarter !== undefined) verdicts.push(take(`${route} ${as}`, 'x-rate-limit', quarter, quarterMs));
      if (as === 'user' && limit.userDay !== undefined) {
        verdicts.push(take(`${route} user day`, 'x-user-limit-24hour', limit.userDay, dayMs));
      }
      if (limit.appDay !== undefined)
        verdicts.push(take(`${route} app day`, 'x-app-limit-24hour', limit.appDay, dayMs));
      return {
        refused: verdicts.some(({ refused }) => refused),
        headers: Object.assign({}, ...verdicts.map(({ headers }) => headers)) as Record<string, string>,
      };
    },
  };
}
