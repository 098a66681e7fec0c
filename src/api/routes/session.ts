import { z } from 'zod';
import type { SignedIn } from '../../core/model/inbox.ts';
import { changePassword, session, sessionList, signIn, welcome } from '../contract/session.ts';
import { rowId } from '../contract/shared-shapes.ts';
import type { ApiDesk, ApiOptions } from '../desk-side.ts';
import { callerOf } from '../gate.ts';
import { giveSession, takeSession } from '../session-cookie.ts';
import { refusals, type ZodApp } from '../zod-app.ts';

const noContent = z.undefined().describe('done');

async function sessionOf({ access }: ApiDesk, options: ApiOptions, who: SignedIn): Promise<z.output<typeof session>> {
  const [teams, agents] = await Promise.all([access.teams(), access.agents()]);
  return {
    agent: who.agent,
    csrfToken: who.csrfToken,
    expiresAt: who.expiresAt,
    teams,
    agents: agents.filter((one) => one.disabledAt === null).map(({ id, name }) => ({ id, name })),
    version: options.version,
    sandbox: options.sandbox !== null,
  };
}

/** Signing in and out, and an agent's own sessions. */
export function sessionRoutes(app: ZodApp, options: ApiOptions): void {
  const { desk, secure, sandbox, version } = options;
  const publicly = { policy: 'public' } as const;
  const signedIn = { policy: 'agent' } as const;

  app.get(
    '/welcome',
    { config: publicly, schema: { operationId: 'welcome', response: { 200: welcome, ...refusals } } },
    () => ({ version, sandbox: sandbox !== null, demo: sandbox?.demo ?? null }),
  );

  app.post(
    '/session',
    {
      config: { policy: 'public', withoutSession: true },
      schema: { operationId: 'signIn', body: signIn, response: { 200: session, ...refusals } },
    },
    async (request, reply) => {
      const { access } = desk();
      const { token, signedIn: who } = await access.signIn({
        ...request.body,
        address: request.ip,
        userAgent: request.headers['user-agent'] ?? '',
      });
      giveSession(reply, token, secure);
      return sessionOf(desk(), options, who);
    },
  );

  app.get(
    '/session',
    { config: signedIn, schema: { operationId: 'session', response: { 200: session, ...refusals } } },
    (request) => sessionOf(desk(), options, callerOf(request)),
  );

  app.delete(
    '/session',
    { config: signedIn, schema: { operationId: 'signOut', response: { 204: noContent, ...refusals } } },
    async (request, reply) => {
      await desk().access.signOut(callerOf(request));
      takeSession(reply, secure);
      return reply.code(204).send();
    },
  );

  app.post(
    '/session/password',
    {
      config: signedIn,
      schema: { operationId: 'changePassword', body: changePassword, response: { 204: noContent, ...refusals } },
    },
    async (request, reply) => {
      const { current, next } = request.body;
      await desk().access.changePassword(callerOf(request), current, next, request.ip);
      return reply.code(204).send();
    },
  );

  app.get(
    '/sessions',
    { config: signedIn, schema: { operationId: 'sessions', response: { 200: sessionList, ...refusals } } },
    async (request) => ({ sessions: await desk().access.sessions(callerOf(request)) }),
  );

  app.delete(
    '/sessions/:id',
    {
      config: signedIn,
      schema: {
        operationId: 'endSession',
        params: z.object({ id: rowId }),
        response: { 204: noContent, ...refusals },
      },
    },
    async (request, reply) => {
      await desk().access.endSession(callerOf(request), request.params.id);
      return reply.code(204).send();
    },
  );
}
