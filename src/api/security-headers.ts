import type { FastifyInstance, FastifyRequest } from 'fastify';

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  // Letters are formatted by attributes; their frame inherits this policy. Nothing of them is fetched: pictures are ours or data.
  "style-src-attr 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "manifest-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join('; ');

/** A host with its port, and nothing that could go on with the policy. */
const HOST = /^[\w.-]+(?::\d{1,5})?$|^\[[\da-f:.]+\](?::\d{1,5})?$/i;

/** The policy, with the one path of the host that was asked whose pages may stand in a frame. */
function policyWith(frame: string | null, { protocol, host }: FastifyRequest): string {
  return frame === null || !HOST.test(host) ? POLICY : `${POLICY}; frame-src ${protocol}://${host}${frame}`;
}

export interface HeaderOptions {
  /** The public address is https. */
  secure: boolean;
  /** Path, with a slash at its end, below which pages may stand in a frame of the page; null: none may. */
  frame: string | null;
}

/**
 * Headers of every answer that a browser may see: what it may do with it is said once, here. A platform's webhook is no browser, and
 * what an account serves to customers says so itself: other sites show it.
 */
export function addSecurityHeaders(app: FastifyInstance, { secure, frame }: HeaderOptions): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { policy } = request.routeOptions.config;
    if (policy === 'webhook' || policy === 'customer') {
      done();
      return;
    }
    reply.headers({
      'content-security-policy': policyWith(frame, request),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': 'camera=(), geolocation=(), microphone=()',
      'x-request-id': request.id,
    });
    if (secure) reply.header('strict-transport-security', 'max-age=31536000');
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store');
    done();
  });
}
