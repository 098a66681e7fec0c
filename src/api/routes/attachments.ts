import { z } from 'zod';
import { brandId, type ConversationId } from '../../core/model/ids.ts';
import { bodyOf } from '../body-time.ts';
import { attachment, uploadList, uploadQuery } from '../contract/attachment.ts';
import { rowId } from '../contract/shared-shapes.ts';
import type { ApiOptions } from '../desk-side.ts';
import { sendFile } from '../file-answer.ts';
import { viewerOf } from '../gate.ts';
import { refusals, type ZodApp } from '../zod-app.ts';

const params = z.object({ id: rowId });
const config = { policy: 'agent' } as const;
const bytes = z.unknown().meta({ type: 'string', format: 'binary' });

/** An upload of which nothing comes for this long has ended, ms. */
const IDLE_MS = 30_000;
/** The file may be erased or the right to see it lost, so a browser asks each time; it is told when it has it already. */
const FILE_CACHING = 'private, no-cache';
/** Small pictures of long threads, again and again. */
const PREVIEW_CACHING = 'private, max-age=86400, immutable';

/** The files of messages: their bytes for agents, and agents' own for their replies. */
export function attachmentRoutes(app: ZodApp, { desk }: ApiOptions): void {
  app.get(
    '/attachments/:id',
    {
      config,
      exposeHeadRoute: false,
      schema: { operationId: 'attachment', params, response: { 200: bytes, ...refusals } },
    },
    async (request, reply) => {
      const file = await desk().attachments.content(viewerOf(request), request.params.id);
      return sendFile(request, reply, file, { caching: FILE_CACHING, taken: file.taken });
    },
  );

  app.get(
    '/attachments/:id/preview',
    {
      config,
      exposeHeadRoute: false,
      schema: { operationId: 'preview', params, response: { 200: bytes, ...refusals } },
    },
    async (request, reply) => {
      const file = await desk().attachments.preview(viewerOf(request), request.params.id);
      return sendFile(request, reply, file, { caching: PREVIEW_CACHING });
    },
  );

  app.post(
    '/attachments/:id/fetch',
    { config, schema: { operationId: 'fetchAttachment', params, response: { 200: attachment, ...refusals } } },
    (request) => desk().attachments.fetchAgain(viewerOf(request), request.params.id),
  );

  app.delete(
    '/attachments/:id',
    { config, schema: { operationId: 'removeUpload', params, response: { 204: z.null(), ...refusals } } },
    async (request, reply) => {
      await desk().attachments.forget(viewerOf(request), request.params.id);
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/conversations/:id/attachments',
    { config, schema: { operationId: 'uploads', params, response: { 200: uploadList, ...refusals } } },
    async (request) => ({
      uploads: await desk().attachments.uploads(viewerOf(request), brandId<ConversationId>(request.params.id)),
    }),
  );

  // Apart from the others: here alone a body is taken as it is, whatever it says it is.
  app.register((scope: ZodApp, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, parsed) => parsed(null, payload));
    scope.post(
      '/conversations/:id/attachments',
      {
        config: { ...config, slowBody: true },
        schema: {
          operationId: 'upload',
          consumes: ['application/octet-stream'],
          params,
          querystring: uploadQuery,
          body: bytes,
          response: { 201: attachment, ...refusals },
        },
      },
      async (request, reply) => {
        const { id, name } = request.query;
        const announced = Number(request.headers['content-length'] ?? Number.NaN);
        const uploaded = await desk().attachments.upload(
          viewerOf(request),
          brandId<ConversationId>(request.params.id),
          {
            id,
            name,
            sizeBytes: Number.isSafeInteger(announced) ? announced : null,
            body: bodyOf(request.raw, IDLE_MS),
          },
        );
        return reply.code(201).send(uploaded);
      },
    );
    done();
  });
}
