import { Refused } from '../../core/errors.ts';
import { eventPage, eventsQuery } from '../contract/conversation.ts';
import { liveMessage } from '../contract/live.ts';
import type { ApiOptions } from '../desk-side.ts';
import { viewerOf } from '../gate.ts';
import { refusals, type ZodApp } from '../zod-app.ts';

/** What changed: fetched by API clients, pushed to the page. */
export function eventRoutes(app: ZodApp, { desk }: ApiOptions): void {
  const config = { policy: 'agent' } as const;

  app.get(
    '/events',
    { config, schema: { operationId: 'events', querystring: eventsQuery, response: { 200: eventPage, ...refusals } } },
    (request) => desk().inbox.changes(viewerOf(request), request.query.after ?? null, request.query.limit),
  );

  // A WebSocket never comes this way: its upgrade is taken before any route (src/realtime).
  app.get(
    '/live',
    {
      config,
      schema: {
        operationId: 'live',
        description: 'A WebSocket: each text frame the server sends is one of these messages. It reads nothing.',
        response: { 101: liveMessage, ...refusals },
      },
    },
    (_request, reply) => {
      reply.header('upgrade', 'websocket');
      throw new Refused('upgrade', 'this address speaks WebSocket', { mend: 'connect with a WebSocket client' });
    },
  );
}
