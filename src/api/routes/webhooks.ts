import type { FastifyInstance, FastifyReply } from 'fastify';
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
  const targetOf = (id: string) => {
    const target = options.webhook(id);
    const judge = target?.account.verifyWebhook?.bind(target.account);
    if (target === undefined || judge === undefined) throw new Refused('not_found', 'nothing is here');
    return { ...target, judge };
  };
  const refused = (reply: FastifyReply, { status, message }: { status: number; message: string }) =>
    reply.code(status).send({ error: { code: 'refused', message, requestId: reply.request.id } });

  // Some platforms ask whether the address is ours before they bring anything, and again from time to time.
  app.get<{ Params: { account: string } }>('/hooks/:account', { config }, async (request, reply) => {
    const { judge } = targetOf(request.params.account);
    const verdict = judge({
      method: 'GET',
      query: queryOf(request.query),
      headers: request.headers,
      body: Buffer.alloc(0),
      address: request.ip,
    });
    if (verdict.verdict === 'answer') return reply.code(200).type(verdict.contentType).send(verdict.body);
    if (verdict.verdict === 'refuse') return refused(reply, verdict);
    throw new Refused('not_found', 'nothing is here');
  });

  app.post<{ Params: { account: string } }>('/hooks/:account', { config }, async (request, reply) => {
    const arrivedMs = performance.now();
    const { account, sink, judge } = targetOf(request.params.account);
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const verdict = judge({
      method: 'POST',
      query: queryOf(request.query),
      headers: request.headers,
      body,
      address: request.ip,
    });
    if (verdict.verdict === 'refuse') return refused(reply, verdict);
    if (verdict.verdict === 'answer') return reply.code(200).type(verdict.contentType).send(verdict.body);
    try {
      await sink([verdict.body ?? body]);
    } catch (error) {
      // Nothing was stored: the platform is asked to bring it again.
      const waitMs = error instanceof IngestRefused ? error.retryAfterMs : 1_000;
      options.log.warn(
        { accountId: account.id, err: error instanceof Error ? error.message : 'unknown' },
        'webhook refused',
      );
      return reply
        .code(503)
        .header('retry-after', String(Math.max(1, Math.ceil(waitMs / 1_000))))
        .send({ error: { code: 'unavailable', message: 'try again', requestId: request.id } });
    }
    crashPoint('ingest.before-ack');
    options.onWebhook(account.channel, performance.now() - arrivedMs);
    reply.raw.once('finish', () => crashPoint('ingest.after-ack'));
    return reply.code(200).send('');
  });
}

/** A name that stands twice says nothing certain, so it is left out. */
function queryOf(query: unknown): Record<string, string> {
  const entries = typeof query === 'object' && query !== null ? Object.entries(query) : [];
  return Object.fromEntries(entries.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));
}
