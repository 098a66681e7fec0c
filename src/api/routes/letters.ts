import { z } from 'zod';
import { brandId, type ConversationId, type MessageId } from '../../core/model/ids.ts';
import { acted } from '../contract/conversation.ts';
import { letter } from '../contract/letter.ts';
import { rowId } from '../contract/shared-shapes.ts';
import type { ApiOptions } from '../desk-side.ts';
import { toldType } from '../file-answer.ts';
import { viewerOf } from '../gate.ts';
import { refusals, type ZodApp } from '../zod-app.ts';

const params = z.object({ id: rowId });
const imageParams = z.object({ id: rowId, index: z.coerce.number().int().min(0).max(10_000) });
const config = { policy: 'agent' } as const;
const bytes = z.unknown().meta({ type: 'string', format: 'binary' });

/** Letters: their formatted text, the pictures it names, what was filed and should not be, and senders somebody is sure of. */
export function letterRoutes(app: ZodApp, { desk }: ApiOptions): void {
  app.get(
    '/messages/:id/letter',
    { config, schema: { operationId: 'letter', params, response: { 200: letter, ...refusals } } },
    (request) => desk().letters.formatted(viewerOf(request), brandId<MessageId>(request.params.id)),
  );

  app.get(
    '/messages/:id/remote-images/:index',
    {
      config,
      exposeHeadRoute: false,
      schema: { operationId: 'remoteImage', params: imageParams, response: { 200: bytes, ...refusals } },
    },
    async (request, reply) => {
      const { id, index } = request.params;
      const picture = await desk().letters.picture(viewerOf(request), brandId<MessageId>(id), index);
      return reply
        .headers({
          'content-disposition': 'attachment',
          'content-security-policy': "sandbox; default-src 'none'",
        })
        .type(toldType(picture.mime))
        .send(picture.bytes);
    },
  );

  app.post(
    '/conversations/:id/recover',
    { config, schema: { operationId: 'recover', params, response: { 200: acted, ...refusals } } },
    async (request) => ({
      conversation: await desk().letters.recover(viewerOf(request), brandId<ConversationId>(request.params.id)),
    }),
  );

  app.post(
    '/conversations/:id/confirm',
    { config, schema: { operationId: 'confirm', params, response: { 200: acted, ...refusals } } },
    async (request) => ({
      conversation: await desk().letters.confirm(viewerOf(request), brandId<ConversationId>(request.params.id)),
    }),
  );
}
