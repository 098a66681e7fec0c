import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its body may take long: a file. The route itself ends one that stands still. */
    slowBody?: boolean;
  }
}

/** Longest a request may take to arrive, ms; a file on a slow line, and everything else. */
export const SLOW_BODY_MS = 15 * 60_000;
const BODY_MS = 30_000;

/** Ends connections whose request does not arrive in time; Node's own limit is one for all routes and as long as the longest. */
export function limitBodyTime(app: FastifyInstance, bodyMs = BODY_MS): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const { raw } = request;
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
    const hasBody = encoding !== undefined || (length !== undefined && length !== '0');
    if (hasBody && request.routeOptions.config.slowBody !== true) {
      const timer = setTimeout(() => raw.destroy(), bodyMs);
      raw.once('end', () => clearTimeout(timer));
      raw.once('close', () => clearTimeout(timer));
    }
    done();
  });
}

/** Ends requests that are still arriving when the server closes: it would wait for them as long as they take. */
export function endSlowBodies(app: FastifyInstance): void {
  const arriving = new Set<IncomingMessage>();
  app.addHook('onRequest', ({ raw, routeOptions }, _reply, done) => {
    if (routeOptions.config.slowBody === true) {
      arriving.add(raw);
      for (const end of ['end', 'close']) raw.once(end, () => arriving.delete(raw));
    }
    done();
  });
  app.addHook('preClose', (done) => {
    for (const raw of arriving) raw.destroy();
    done();
  });
}

/** A body as it comes; fails when nothing comes for `idleMs`. Whoever stops reading leaves the connection for the answer. */
export async function* bodyOf(raw: IncomingMessage, idleMs: number): AsyncGenerator<Uint8Array> {
  const timer = setTimeout(() => raw.destroy(new Error('nothing more came')), idleMs);
  try {
    for await (const bytes of raw.iterator({ destroyOnReturn: false })) {
      timer.refresh();
      if (bytes instanceof Uint8Array) yield bytes;
    }
  } finally {
    clearTimeout(timer);
    // What still comes after a refusal is let by, or the connection would be stuck with it.
    raw.resume();
  }
}
