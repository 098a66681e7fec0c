import { randomUUID } from 'node:crypto';
import Fastify, { type FastifyInstance } from 'fastify';
import { Refused } from '../core/errors.ts';
import type { Log } from '../core/ports/log.ts';
import type { AnsweredRequest } from '../observability/trace-requests.ts';
import { type ExtraRoutes, registerApi } from './api.ts';
import { endSlowBodies, limitBodyTime, SLOW_BODY_MS } from './body-time.ts';
import type { ApiDesk, ApiOptions } from './desk-side.ts';
import { answerFailure } from './failures.ts';
import { type DeclaredRoute, requirePolicies } from './policy.ts';
import { type OperationsOptions, operationsRoutes } from './routes/operations.ts';
import { pageRoutes } from './routes/page.ts';
import { servedRoutes } from './routes/served.ts';
import { type WebhookOptions, webhookRoutes } from './routes/webhooks.ts';
import { addSecurityHeaders } from './security-headers.ts';

/** Largest body, bytes; the platforms send far less. */
export const MAX_WEBHOOK_BYTES = 1024 * 1024;

/** The desk's side of the HTTP server: API and page. */
export interface DeskSide {
  /** Asked for each request. @throws {StoreUnavailable} while the store is not there yet */
  desk(): ApiDesk;
  version: string;
  publicUrl: string | null;
  /** Folder of the built page. */
  pageFolder: string;
  sandbox: ApiOptions['sandbox'];
  /** Routes of the sandbox. */
  extra: ExtraRoutes | null;
  /** The one path of ours whose pages the page may show in a frame; null or left out: none. */
  frame?: string | null;
}

export interface HttpOptions extends OperationsOptions {
  log: Log;
  trustedProxies: readonly string[];
  /** Left out where no platform calls. */
  webhooks?: Omit<WebhookOptions, 'log'> | undefined;
  /** Left out where no people work. */
  deskSide?: DeskSide | undefined;
  /** Told of every answer but those of health and metrics; left out where nobody asks. */
  onAnswered?: ((answered: AnsweredRequest) => void) | undefined;
}

/** The HTTP server and what it serves. */
export interface HttpServer {
  readonly app: FastifyInstance;
  /** Every route with who may call it; complete once `app` is ready. */
  readonly routes: readonly DeclaredRoute[];
  /** The OpenAPI document of the API, once `app` is ready; null without the desk's side. */
  document(): unknown;
}

/**
 * The HTTP side: health for whoever runs us, webhooks for the platforms, API and page for people.
 * @throws {ParleyError} `no_policy` when a route does not say who may call it
 */
export async function createHttp(options: HttpOptions): Promise<HttpServer> {
  const { log, webhooks, deskSide } = options;
  const app = Fastify({
    logger: false,
    bodyLimit: MAX_WEBHOOK_BYTES,
    trustProxy: options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
    // Of the slowest route; the others have far less, see limitBodyTime.
    requestTimeout: SLOW_BODY_MS,
    // Of connections that say little, slowly: Node's own are a minute for the headers, looked at twice a minute.
    http: { headersTimeout: 15_000, connectionsCheckingInterval: 5_000 },
    keepAliveTimeout: 75_000,
    forceCloseConnections: 'idle',
    genReqId: () => randomUUID(),
    // What is no address never reaches a route or a hook.
    frameworkErrors: (error, request, reply) => void answerFailure(log, error, request, reply),
  });
  const routes = requirePolicies(app);
  limitBodyTime(app);
  endSlowBodies(app);
  addSecurityHeaders(app, {
    secure: deskSide?.publicUrl?.startsWith('https://') === true,
    frame: deskSide?.frame ?? null,
  });
  app.setErrorHandler((error: unknown, request, reply) => answerFailure(log, error, request, reply));
  // Before a body is read: what is nowhere has no form either.
  app.addHook('onRequest', (request, _reply, done) => {
    if (request.is404) done(new Refused('not_found', 'nothing is here'));
    else done();
  });
  app.setNotFoundHandler((request, reply) =>
    answerFailure(log, new Refused('not_found', 'nothing is here'), request, reply),
  );

  const { onAnswered } = options;
  if (onAnswered !== undefined) {
    app.addHook('onResponse', (request, reply, done) => {
      const { url: route = 'nowhere', config } = request.routeOptions;
      if (config.policy !== 'operations') {
        const { id: requestId, method } = request;
        onAnswered({ requestId, method, route, status: reply.statusCode, tookMs: reply.elapsedTime });
      }
      done();
    });
  }
  operationsRoutes(app, options);
  if (webhooks !== undefined) {
    await app.register(async (scope) => {
      webhookRoutes(scope, { ...webhooks, log });
    });
    await app.register(async (scope) => {
      servedRoutes(scope, { ...webhooks, log });
    });
  }
  let document = (): unknown => null;
  if (deskSide !== undefined) {
    const { pageFolder, publicUrl, ...api } = deskSide;
    await app.register(async (scope) => {
      ({ document } = await registerApi(scope, {
        ...api,
        publicUrl,
        secure: publicUrl?.startsWith('https://') === true,
      }));
    });
    await app.register(async (scope) => {
      pageRoutes(scope, pageFolder);
    });
  }
  return { app, routes, document: () => document() };
}
