import { z } from 'zod';
import { agent, agentChange, agentList, ended, newAgent, newTeam, teamChange, teamList } from '../contract/agents.ts';
import { rowId, shortName, team } from '../contract/shared-shapes.ts';
import type { ApiOptions } from '../desk-side.ts';
import { callerOf } from '../gate.ts';
import { refusals, type ZodApp } from '../zod-app.ts';

const byRow = z.object({ id: rowId });
const byName = z.object({ id: shortName });

/** Who works here. */
export function agentRoutes(app: ZodApp, { desk }: ApiOptions): void {
  const lead = { policy: 'lead' } as const;
  const admin = { policy: 'admin' } as const;

  app.get(
    '/agents',
    { config: lead, schema: { operationId: 'agents', response: { 200: agentList, ...refusals } } },
    async () => ({ agents: await desk().access.agents() }),
  );

  app.post(
    '/agents',
    { config: admin, schema: { operationId: 'addAgent', body: newAgent, response: { 201: agent, ...refusals } } },
    async (request, reply) => reply.code(201).send(await desk().access.addAgent(callerOf(request), request.body)),
  );

  app.patch(
    '/agents/:id',
    {
      config: admin,
      schema: { operationId: 'changeAgent', params: byRow, body: agentChange, response: { 200: agent, ...refusals } },
    },
    (request) => desk().access.changeAgent(callerOf(request), request.params.id, request.body),
  );

  app.delete(
    '/agents/:id/sessions',
    {
      config: admin,
      schema: { operationId: 'endSessionsOf', params: byRow, response: { 200: ended, ...refusals } },
    },
    async (request) => ({ ended: await desk().access.endSessionsOf(callerOf(request), request.params.id) }),
  );

  app.get(
    '/teams',
    { config: lead, schema: { operationId: 'teams', response: { 200: teamList, ...refusals } } },
    async () => ({ teams: await desk().access.teams() }),
  );

  app.post(
    '/teams',
    { config: admin, schema: { operationId: 'addTeam', body: newTeam, response: { 201: team, ...refusals } } },
    async (request, reply) => reply.code(201).send(await desk().access.addTeam(callerOf(request), request.body)),
  );

  app.patch(
    '/teams/:id',
    {
      config: admin,
      schema: { operationId: 'changeTeam', params: byName, body: teamChange, response: { 200: team, ...refusals } },
    },
    (request) => desk().access.changeTeam(callerOf(request), request.params.id, request.body),
  );
}
