import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Access } from '../access/access.ts';
import { Refused } from '../core/errors.ts';
import { atLeast, type Viewer } from '../core/model/agent.ts';
import { brandId } from '../core/model/ids.ts';
import type { SignedIn } from '../core/model/inbox.ts';
import { isNamedAsOurs, isOwnOrigin, isThisMachine } from './origin.ts';
import { SESSION_COOKIE } from './session-cookie.ts';

export interface GateOptions {
  publicUrl: string | null;
  access(): Pick<Access, 'authenticate'>;
}

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

function signedOut(): Refused {
  return new Refused('signed_out', 'you are signed out', { mend: 'sign in again' });
}

function checkOrigin(request: FastifyRequest, publicUrl: string | null): void {
  if (isOwnOrigin({ origin: request.headers.origin, host: request.host }, publicUrl)) return;
  throw new Refused('origin', 'this request comes from a page that is not ours', {
    mend: 'open the page under the address in http.publicUrl, or set that address right',
  });
}

function checkCsrf(request: FastifyRequest, expected: string): void {
  const given = request.headers['x-csrf-token'];
  const left = Buffer.from(typeof given === 'string' ? given : '');
  const right = Buffer.from(expected);
  if (left.length === right.length && timingSafeEqual(left, right)) return;
  throw new Refused('csrf', 'the header x-csrf-token is missing or is not of this session', {
    mend: 'send the csrfToken of GET /api/v1/session; reload the page',
  });
}

/** Lets a request through to its route only as the route's policy says. Runs before anything of its body is read. */
export function guardRoutes(app: FastifyInstance, { publicUrl, access }: GateOptions): void {
  app.decorateRequest('signedIn', null);
  app.addHook('onRequest', async (request) => {
    const { policy, withoutSession } = request.routeOptions.config;
    if (policy === undefined || policy === 'operations' || policy === 'webhook' || policy === 'customer') return;
    const changes = !SAFE_METHODS.includes(request.method);
    if (changes) checkOrigin(request, publicUrl);
    if (policy === 'sandbox') {
      if (!isThisMachine(request.socket.remoteAddress) || !isNamedAsOurs(request.host, publicUrl)) {
        throw new Refused('origin', 'the sandbox answers to this machine alone', { mend: 'open it under localhost' });
      }
      return;
    }
    if (policy === 'public') {
      if (changes && withoutSession !== true) throw new Refused('forbidden', 'nobody may change this');
      return;
    }
    const token = request.cookies[SESSION_COOKIE];
    const signedIn = token === undefined ? null : await access().authenticate(token);
    if (signedIn === null) throw signedOut();
    if (!atLeast(signedIn.agent.role, policy)) {
      throw new Refused('forbidden', `this is for the role ${policy} and above`, { mend: 'ask an administrator' });
    }
    if (changes) checkCsrf(request, signedIn.csrfToken);
    request.signedIn = signedIn;
  });
}

/** Who calls a route that asks for somebody signed in. */
export function callerOf(request: FastifyRequest): SignedIn {
  if (request.signedIn === null) throw signedOut();
  return request.signedIn;
}

/** The same as far as rights go. */
export function viewerOf(request: FastifyRequest): Viewer {
  const { id, role, teamIds } = callerOf(request).agent;
  return { id: brandId(id), role, teamIds: teamIds.map((team) => brandId(team)) };
}
