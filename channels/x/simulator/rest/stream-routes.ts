import type http from 'node:http';
import { invalidRequest } from './errors.ts';
import type { Platform, RestAnswer, RestRequest, RouteTable } from './route.ts';

const APP = { ways: ['app'] } as const;
const MOST_BACKFILL_MINUTES = 5;
const MINUTE_MS = 60_000;

function stream({ query }: RestRequest, { hub }: Platform): RestAnswer {
  const minutes = Number(query.get('backfill_minutes') ?? 0);
  if (!Number.isInteger(minutes) || minutes < 0 || minutes > MOST_BACKFILL_MINUTES) {
    throw invalidRequest(
      `The \`backfill_minutes\` query parameter value [${minutes}] is not between 0 and ${MOST_BACKFILL_MINUTES}`,
    );
  }
  hub.streams.makeRoom();
  const missed = minutes === 0 ? [] : hub.recent(minutes * MINUTE_MS);
  return { stream: (response: http.ServerResponse) => hub.streams.begin(response, missed) };
}

function killed(count: number): RestAnswer {
  return { body: { data: { successful_kills: count, failed_kills: 0 } } };
}

/** The app's streams. */
export const STREAM_ROUTES: RouteTable = {
  'GET /2/activity/stream': { ...APP, handle: stream },
  'GET /2/connections': {
    ...APP,
    handle({ query }, { hub }) {
      const status = query.get('status') ?? 'active';
      if (!['active', 'inactive', 'all'].includes(status)) throw invalidRequest('status is active, inactive or all');
      const data = hub.streams.connections
        .filter(({ disconnectedMs }) => status === 'all' || (disconnectedMs === null) === (status === 'active'))
        .map(({ id, connectedMs, disconnectedMs, reason }) => ({
          id,
          endpoint_name: 'activity_stream',
          connected_at: new Date(connectedMs).toISOString(),
          client_ip: '127.0.0.1',
          ...(disconnectedMs === null
            ? {}
            : { disconnected_at: new Date(disconnectedMs).toISOString(), disconnect_reason: reason }),
        }));
      return { body: { ...(data.length === 0 ? {} : { data }), meta: { result_count: data.length } } };
    },
  },
  'DELETE /2/connections': {
    ...APP,
    handle({ json }, { hub }) {
      const uuids: unknown = json['uuids'];
      if (!Array.isArray(uuids) || uuids.length === 0) throw invalidRequest('$.uuids: is required');
      return killed(hub.streams.kill(new Set(uuids.map(String))));
    },
  },
  'DELETE /2/connections/all': { ...APP, handle: (_, { hub }) => killed(hub.streams.kill(null)) },
  'DELETE /2/connections/:id': {
    ...APP,
    handle: ({ params }, { hub }) => killed(params['id'] === 'activity_stream' ? hub.streams.kill(null) : 0),
  },
};
