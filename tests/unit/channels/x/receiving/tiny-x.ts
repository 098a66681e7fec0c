import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** One answer. `stream`: the connection stays open and is the test's. */
export type TinyAnswer =
  | { status?: number; body?: unknown; headers?: Readonly<Record<string, string>> }
  | { stream: (response: http.ServerResponse) => void };

export interface TinyRequest {
  /** Method and path, such as `GET /2/webhooks`. */
  what: string;
  query: URLSearchParams;
  json: unknown;
  authorization: string | undefined;
}

/** Something that answers like X, one route at a time. */
export interface TinyX {
  readonly apiRoot: string;
  readonly requests: readonly TinyRequest[];
  /** Replaces what is answered there; the path may end with a star. */
  on(what: string, answer: (request: TinyRequest) => TinyAnswer): void;
  close(): Promise<void>;
}

export const OWN_ID = '1500000000000000001';

/** Listens on loopback. What has no route is 404, as the API says it. */
export async function startTinyX(): Promise<TinyX> {
  const routes = new Map<string, (request: TinyRequest) => TinyAnswer>();
  const requests: TinyRequest[] = [];
  const server = http.createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const url = new URL(incoming.url ?? '/', 'http://x');
      const text = Buffer.concat(chunks).toString('utf8');
      const request: TinyRequest = {
        what: `${incoming.method} ${url.pathname}`,
        query: url.searchParams,
        json: text.startsWith('{') ? JSON.parse(text) : null,
        authorization: incoming.headers.authorization,
      };
      requests.push(request);
      const route =
        routes.get(request.what) ??
        [...routes].find(([what]) => what.endsWith('*') && request.what.startsWith(what.slice(0, -1)))?.[1];
      const answer = route?.(request) ?? {
        status: 404,
        body: { title: 'Not Found', type: 'https://api.x.com/2/problems/resource-not-found', status: 404 },
      };
      if ('stream' in answer) return answer.stream(response);
      response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
      response.end(JSON.stringify(answer.body ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  routes.set('GET /2/users/me', () => ({ body: { data: { id: OWN_ID, username: 'AcmeSupport', name: 'Acme' } } }));
  routes.set('GET /2/users/*', () => ({ body: { meta: { result_count: 0 } } }));
  routes.set('GET /2/tweets/search/recent', () => ({ body: { meta: { result_count: 0 } } }));
  routes.set('GET /2/dm_events', () => ({ body: { meta: { result_count: 0 } } }));
  return {
    apiRoot: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    on: (what, answer) => void routes.set(what, answer),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Subscriptions as X keeps them, on a tiny server. `refuse`: events the plan leaves out. */
export function keepSubscriptions(
  tiny: TinyX,
  refuse: readonly string[] = [],
): { all: { id: string; event: string; userId: string | null; webhookId: string | null }[] } {
  const kept: ReturnType<typeof keepSubscriptions> = { all: [] };
  let nextId = 1;
  tiny.on('GET /2/activity/subscriptions', () => ({
    body: {
      data: kept.all.map(({ id, event, userId, webhookId }) => ({
        subscription_id: id,
        event_type: event,
        filter: userId === null ? {} : { user_id: userId },
        ...(webhookId === null ? {} : { webhook_id: webhookId }),
      })),
    },
  }));
  tiny.on('POST /2/activity/subscriptions', ({ json }) => {
    const given = json as { event_type: string; filter: { user_id?: string }; webhook_id?: string };
    if (refuse.includes(given.event_type)) {
      return { status: 403, body: { title: 'Forbidden', type: 'https://api.x.com/2/problems/client-forbidden' } };
    }
    const userId = given.filter.user_id ?? null;
    if (kept.all.some((one) => one.event === given.event_type && one.userId === userId)) {
      return { status: 409, body: { title: 'Conflict', status: 409 } };
    }
    kept.all.push({
      id: String(nextId),
      event: given.event_type,
      userId,
      webhookId: given.webhook_id ?? null,
    });
    nextId += 1;
    return { body: { data: { subscription: { subscription_id: String(nextId - 1) } } } };
  });
  tiny.on('DELETE /2/activity/subscriptions/*', ({ what }) => {
    kept.all = kept.all.filter(({ id }) => id !== what.split('/').at(-1));
    return { body: { data: { deleted: true } } };
  });
  return kept;
}
