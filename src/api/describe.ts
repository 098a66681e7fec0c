import { ParleyError } from '../core/errors.ts';
import type { Log } from '../core/ports/log.ts';
import type { ExtraRoutes } from './api.ts';
import { createHttp } from './http.ts';
import type { DeclaredRoute } from './policy.ts';

const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silent,
};

async function declared(extra: ExtraRoutes | null) {
  const server = await createHttp({
    log: silent,
    trustedProxies: [],
    webhooks: { webhook: () => undefined, onWebhook: () => undefined },
    deskSide: {
      desk: never,
      version: '1',
      publicUrl: null,
      pageFolder: import.meta.dirname,
      sandbox: null,
      extra,
    },
    ready: never,
    metrics: never,
  });
  await server.app.ready();
  return server;
}

function never(): never {
  throw new ParleyError('only_declared', 'these routes are only declared, nobody serves them');
}

/** The OpenAPI document of the API, without a store. `extra`: with the routes of the sandbox. */
export async function describeApi(extra: ExtraRoutes | null = null): Promise<unknown> {
  const { app, document } = await declared(extra);
  const described = document();
  await app.close();
  return described;
}

/** Every route with who may call it, without a store. */
export async function listRoutes(extra: ExtraRoutes | null = null): Promise<readonly DeclaredRoute[]> {
  const { app, routes } = await declared(extra);
  await app.close();
  return routes;
}
