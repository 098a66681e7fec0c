import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { IngestRefused, Refused } from '../../core/errors.ts';
import type { ServedAnswer } from '../../core/ports/channel.ts';
import { wholeBodyOf } from '../whole-body.ts';
import type { WebhookOptions } from './webhooks.ts';

/** A body has ended when nothing of it comes for so long, ms. */
const IDLE_MS = 30_000;

/**
 * Where accounts that have no platform behind them answer customers' browsers: everything below `/chat/<account>/`. Who may ask and how
 * often is the channel's to say; the desk's cookies and rights mean nothing here.
 */
export function servedRoutes(app: FastifyInstance, { log, webhook }: Pick<WebhookOptions, 'log' | 'webhook'>): void {
  app.removeAllContentTypeParsers();
  // Whether a body is read, and how much of it, is the channel's to say.
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  // An open stream would keep the server from closing.
  const open = new Set<AbortController>();
  app.addHook('preClose', (done) => {
    for (const one of open) one.abort();
    done();
  });

  type Asked = FastifyRequest<{ Params: { account: string } }>;
  async function answer(request: Asked, reply: FastifyReply): Promise<FastifyReply> {
    const target = webhook(request.params.account);
    if (target?.account.serve === undefined) throw new Refused('not_found', 'nothing is here');
    const gone = new AbortController();
    open.add(gone);
    reply.raw.once('close', () => {
      open.delete(gone);
      gone.abort();
    });
    const { method, headers, url, ip: address, host } = request;
    const path = url.slice(`/chat/${request.params.account}`.length) || '/';
    const body = (maxBytes: number): Promise<Buffer> => wholeBodyOf(request.raw, maxBytes, IDLE_MS);
    let given: ServedAnswer;
    try {
      given = await target.account.serve(
        { method, path, headers, body, address, host, signal: gone.signal },
        target.sink,
      );
    } catch (error) {
      if (error instanceof Refused) throw error;
      // Whoever went away in the middle of a body gets no answer and is no trouble of ours.
      if (gone.signal.aborted) return reply.code(400).send();
      log.warn(
        { accountId: target.account.id, err: error instanceof Error ? error.message : 'unknown' },
        'a customer could not be served',
      );
      const waitMs = error instanceof IngestRefused ? error.retryAfterMs : 1_000;
      return reply
        .code(503)
        .header('retry-after', String(Math.max(1, Math.ceil(waitMs / 1_000))))
        .send({ error: { code: 'unavailable', message: 'try again', requestId: request.id } });
    }
    reply.code(given.status).headers(given.headers);
    if (typeof given.body === 'string' || Buffer.isBuffer(given.body)) return reply.send(given.body);
    // Once it has ended its connection must not wait for the next request: the server could not close.
    return reply.header('connection', 'close').send(Readable.from(given.body));
  }

  const config = { policy: 'customer' } as const;
  const method = ['GET', 'POST', 'OPTIONS'];
  app.route<{ Params: { account: string } }>({
    method,
    url: '/chat/:account/*',
    config,
    handler: answer,
  });
  app.route<{ Params: { account: string } }>({
    method: 'POST',
    url: '/chat/:account/files',
    // A file over a slow line.
    config: { ...config, slowBody: true },
    handler: answer,
  });
}
