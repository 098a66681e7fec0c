import cookie from '@fastify/cookie';
import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ApiOptions } from './desk-side.ts';
import { guardRoutes } from './gate.ts';
import { onlyUsed } from './openapi.ts';
import { accountRoutes } from './routes/accounts.ts';
import { agentRoutes } from './routes/agents.ts';
import { attachmentRoutes } from './routes/attachments.ts';
import { blockRoutes } from './routes/blocks.ts';
import { channelRoutes } from './routes/channels.ts';
import { conversationRoutes } from './routes/conversations.ts';
import { eventRoutes } from './routes/events.ts';
import { letterRoutes } from './routes/letters.ts';
import { messageRoutes } from './routes/messages.ts';
import { queueRoutes } from './routes/queue.ts';
import { sessionRoutes } from './routes/session.ts';
import type { ZodApp } from './zod-app.ts';

export const API_PREFIX = '/api/v1';

/** Adds routes under /api/v1/sandbox; each declares the policy `sandbox` or `public`. */
export type ExtraRoutes = (app: ZodApp) => void | Promise<void>;

export interface ApiScope extends ApiOptions {
  publicUrl: string | null;
  extra: ExtraRoutes | null;
}

/** The desk's API under /api/v1: JSON in, JSON out, described by the OpenAPI document it serves. */
export async function registerApi(app: FastifyInstance, options: ApiScope): Promise<{ document(): unknown }> {
  await app.register(cookie);
  guardRoutes(app, { publicUrl: options.publicUrl, access: () => options.desk().access });
  app.removeContentTypeParser('text/plain');
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Parley',
        version: options.version,
        description: 'The desk: lists, threads, replies, and who works here. Signed in by cookie; see docs/api.md.',
      },
      servers: [{ url: '/' }],
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => onlyUsed(jsonSchemaTransformObject(document)),
  });
  await app.register(
    async (scope) => {
      const api = scope.withTypeProvider<ZodTypeProvider>();
      sessionRoutes(api, options);
      conversationRoutes(api, options);
      messageRoutes(api, options);
      letterRoutes(api, options);
      attachmentRoutes(api, options);
      channelRoutes(api, options);
      blockRoutes(api, options);
      eventRoutes(api, options);
      agentRoutes(api, options);
      queueRoutes(api, options);
      accountRoutes(api, options);
      api.get(
        '/openapi.json',
        { config: { policy: 'public' }, schema: { hide: true, response: { 200: z.record(z.string(), z.unknown()) } } },
        () => ({ ...app.swagger() }),
      );
    },
    { prefix: API_PREFIX },
  );
  const { extra } = options;
  if (extra !== null) {
    await app.register(async (scope) => extra(scope.withTypeProvider<ZodTypeProvider>()), {
      prefix: `${API_PREFIX}/sandbox`,
    });
  }
  return { document: () => app.swagger() };
}
