import { z } from 'zod';
import { brandId } from '../../core/model/ids.ts';
import { block, blockPage } from '../contract/blocks.ts';
import { acted } from '../contract/conversation.ts';
import { rowId } from '../contract/shared-shapes.ts';
import type { ApiOptions } from '../desk-side.ts';
import { viewerOf } from '../gate.ts';
import { refusals, type ZodApp } from '../zod-app.ts';

const params = z.object({ id: rowId });
const config = { policy: 'agent' } as const;

/** Blocking the contact of a conversation, undoing it, and the list of who is blocked. */
export function blockRoutes(app: ZodApp, { desk }: ApiOptions): void {
  app.get(
    '/blocks',
    { config, schema: { operationId: 'blocks', response: { 200: blockPage, ...refusals } } },
    (request) => desk().blocks.list(viewerOf(request)),
  );

  app.post(
    '/conversations/:id/block',
    { config, schema: { operationId: 'block', params, body: block, response: { 200: acted, ...refusals } } },
    async (request) => ({
      conversation: await desk().blocks.block(viewerOf(request), brandId(request.params.id), request.body),
    }),
  );

  app.delete(
    '/conversations/:id/block',
    { config, schema: { operationId: 'unblock', params, response: { 200: acted, ...refusals } } },
    async (request) => ({
      conversation: await desk().blocks.unblock(viewerOf(request), brandId(request.params.id)),
    }),
  );
}
