import type { FastifyInstance } from 'fastify';

export interface OperationsOptions {
  /** Whether store and schema are ready; the sentence says what is missing. */
  ready(): Promise<{ ready: boolean; message: string }>;
  metrics(): Promise<{ contentType: string; text: string }>;
}

/** Health and metrics, for whoever runs us. */
export function operationsRoutes(app: FastifyInstance, options: OperationsOptions): void {
  const config = { policy: 'operations' } as const;
  app.get('/healthz', { config }, () => ({ status: 'ok' }));
  app.get('/readyz', { config }, async (_request, reply) => {
    const { ready, message } = await options.ready();
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', message });
  });
  app.get('/metrics', { config }, async (_request, reply) => {
    const { contentType, text } = await options.metrics();
    return reply.header('content-type', contentType).send(text);
  });
}
