import type { FastifyInstance } from 'fastify';
import { crashPoint } from '../../core/crash-point.ts';
import { IngestRefused, Refused } from '../../core/errors.ts';
import type { ChannelAccount, InboundSink } from '../../core/ports/channel.ts';
import type { Log } from '../../core/ports/log.ts';

export interface WebhookOptions {
  log: Log;
  /** The account and its sink, when it has a webhook. */
  webhook(id: string): { account: ChannelAccount; sink: InboundSink } | undefined;
  /** Told how long a webhook took from its arrival to the commit, ms. */
  onWebhook(channel: string, tookMs: number): void;
}

/** Where the platforms bring what customers write. */
export function webhookRoutes(app: FastifyInstance, options: WebhookOptions): void {
  // The bytes as they came: signatures are over them, and what cannot be parsed is kept whole.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  const config = { policy: 'webhook' } as const;
  app.post<{ Params: { account: string } }>('/hooks/:account', { config }, async (request, reply) => {
    const arrivedMs = performance.now();
    const target = options.webhook(request.params.account);
    if (target?.account.verifyWebhook === undefined) throw new Refused('not_found', 'nothing is here');
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
}
