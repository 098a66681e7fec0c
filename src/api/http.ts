import Fastify, { type FastifyInstance } from 'fastify';
import { crashPoint } from '../core/crash-point.ts';
import { IngestRefused } from '../core/errors.ts';
import type { ChannelAccount, InboundSink } from '../core/ports/channel.ts';
import type { Log } from '../core/ports/log.ts';

/** Largest webhook body, bytes; the platforms send far less. */
export const MAX_WEBHOOK_BYTES = 1024 * 1024;

export interface HttpOptions {
  log: Log;
  trustedProxies: readonly string[];
  /** The account and its sink, when it has a webhook. */
  webhook(id: string): { account: ChannelAccount; sink: InboundSink } | undefined;
  /** Whether store and schema are ready; the sentence says what is missing. */
  ready(): Promise<{ ready: boolean; message: string }>;
  metrics(): Promise<{ contentType: string; text: string }>;
  /** Told how long a webhook took from its arrival to the commit, ms. */
  onWebhook(channel: string, tookMs: number): void;
}

/** The HTTP side: health for whoever runs us, webhooks for the platforms. */
export function createHttp(options: HttpOptions): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: MAX_WEBHOOK_BYTES,
    trustProxy: options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
    requestTimeout: 30_000,
    keepAliveTimeout: 75_000,
    forceCloseConnections: 'idle',
  });

  // The bytes as they came: signatures are over them, and what cannot be parsed is kept whole.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  app.setErrorHandler((error: unknown, request, reply) => {
    const status =
      typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number'
        ? error.statusCode
        : 500;
    if (status >= 500) {
      options.log.error(
        { requestId: request.id, err: error instanceof Error ? error.message : 'unknown' },
        'a request failed',
      );
    }
    const message = status >= 500 ? 'internal error' : error instanceof Error ? error.message : 'bad request';
    return reply
      .code(status)
      .send({ error: { code: status === 413 ? 'too_large' : 'request', message, requestId: request.id } });
  });
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ error: { code: 'not_found', message: 'nothing is here', requestId: request.id } }),
  );

  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const { ready, message } = await options.ready();
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', message });
  });
  app.get('/metrics', async (_request, reply) => {
    const { contentType, text } = await options.metrics();
    return reply.header('content-type', contentType).send(text);
  });

  app.post<{ Params: { account: string } }>('/hooks/:account', async (request, reply) => {
    const arrivedMs = performance.now();
    const target = options.webhook(request.params.account);
    if (target?.account.verifyWebhook === undefined) {
      return reply.code(404).send({ error: { code: 'not_found', message: 'nothing is here', requestId: request.id } });
    }
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const verdict = target.account.verifyWebhook({ headers: request.headers, body });
    if (verdict.verdict === 'refuse') {
      return reply
        .code(verdict.status)
        .send({ error: { code: 'refused', message: verdict.message, requestId: request.id } });
    }
    try {
      await target.sink([body]);
    } catch (error) {
      // Nothing was stored: the platform is asked to bring it again.
      const waitMs = error instanceof IngestRefused ? error.retryAfterMs : 1_000;
      options.log.warn(
        { accountId: target.account.id, err: error instanceof Error ? error.message : 'unknown' },
        'webhook refused',
      );
      return reply
        .code(503)
        .header('retry-after', String(Math.max(1, Math.ceil(waitMs / 1_000))))
        .send({ error: { code: 'unavailable', message: 'try again', requestId: request.id } });
    }
    crashPoint('ingest.before-ack');
    options.onWebhook(target.account.channel, performance.now() - arrivedMs);
    reply.raw.once('finish', () => crashPoint('ingest.after-ack'));
    return reply.code(200).send('');
  });

  return app;
}
