import { z } from 'zod';
import { brandId, type ConversationId, type DeliveryId, type MessageId } from '../../core/model/ids.ts';
import { acted, deleteQuery, editMessage, reaction } from '../contract/conversation.ts';
import { rowId } from '../contract/shared-shapes.ts';
import type { ApiOptions } from '../desk-side.ts';
import { viewerOf } from '../gate.ts';
import { refusals, type ZodApp } from '../zod-app.ts';

const params = z.object({ id: rowId });
const config = { policy: 'agent' } as const;
const response = { 200: acted, ...refusals };

/** What agents do to messages that were sent, and before they send one. */
export function messageRoutes(app: ZodApp, { desk }: ApiOptions): void {
  const idOf = (request: { params: z.output<typeof params> }): MessageId => brandId(request.params.id);

  app.patch(
    '/messages/:id',
    { config, schema: { operationId: 'editMessage', params, body: editMessage, response } },
    async (request) => {
      const { id, text } = request.body;
      const op = brandId<DeliveryId>(id);
      return { conversation: await desk().amends.edit(viewerOf(request), idOf(request), op, text) };
    },
  );

  app.delete(
    '/messages/:id',
    { config, schema: { operationId: 'deleteMessage', params, querystring: deleteQuery, response } },
    async (request) => {
      const op = brandId<DeliveryId>(request.query.op);
      return { conversation: await desk().amends.remove(viewerOf(request), idOf(request), op) };
    },
  );

  app.put(
    '/messages/:id/reaction',
    { config, schema: { operationId: 'react', params, body: reaction, response } },
    async (request) => {
      const { id, emoji } = request.body;
      const op = brandId<DeliveryId>(id);
      return { conversation: await desk().amends.react(viewerOf(request), idOf(request), op, emoji) };
    },
  );

  app.post(
    '/conversations/:id/typing',
    { config, schema: { operationId: 'typing', params, response: { 204: z.null(), ...refusals } } },
    async (request, reply) => {
      await desk().typing.show(viewerOf(request), brandId<ConversationId>(request.params.id));
      return reply.code(204).send(null);
    },
  );
}
