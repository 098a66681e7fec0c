import type { FastifyInstance } from 'fastify';
import { ParleyError } from '../core/errors.ts';
import type { SignedIn } from '../core/model/inbox.ts';

/**
 * Who may call a route.
 * - `public`: everybody. `agent`, `lead`, `admin`: who is signed in with at least this role.
 * - `sandbox`: whoever sits at this machine; there in the sandbox alone.
 * - `customer`: customers' browsers, judged by the account they ask.
 * - `operations`: whoever runs us (health, metrics). `webhook`: a platform, known by its secret.
 */
export const POLICIES = ['public', 'agent', 'lead', 'admin', 'sandbox', 'operations', 'webhook', 'customer'] as const;
export type Policy = (typeof POLICIES)[number];

declare module 'fastify' {
  interface FastifyContextConfig {
    policy?: Policy;
    /** A change before anybody is signed in: no CSRF token can be asked for, the Origin check stands alone. */
    withoutSession?: boolean;
  }
  interface FastifyRequest {
    /** Set on every route with the policy agent, lead or admin. */
    signedIn: SignedIn | null;
  }
}

/** A route as it was declared. */
export interface DeclaredRoute {
  method: string;
  url: string;
  policy: Policy;
}

/** Makes a route without a policy an error at start, and keeps the list of all routes. */
export function requirePolicies(app: FastifyInstance): readonly DeclaredRoute[] {
  const routes: DeclaredRoute[] = [];
  app.addHook('onRoute', ({ method, url, config }) => {
    const policy = config?.policy;
    if (policy === undefined || !POLICIES.includes(policy)) {
      throw new ParleyError('no_policy', `the route ${String(method)} ${url} says not who may call it`, {
        mend: 'declare it with config: { policy: … }',
      });
    }
    for (const one of [method].flat()) routes.push({ method: one, url, policy });
  });
  return routes;
}
