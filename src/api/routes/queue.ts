import { brandId } from '../../core/model/ids.ts';
import { queueStatus, rebuildQueue } from '../contract/queue.ts';
import type { ApiOptions } from '../desk-side.ts';
import { callerOf } from '../gate.ts';
import { refusals, type ZodApp } from '../zod-app.ts';

/** The queue, for administrators: how it stands, and building it anew. */
export function queueRoutes(app: ZodApp, { desk }: ApiOptions): void {
  const config = { policy: 'admin' } as const;

  app.get(
    '/admin/queue',
    { config, schema: { operationId: 'queue', response: { 200: queueStatus, ...refusals } } },
    async () => shown(await desk().queue.status()),
  );

  app.post(
    '/admin/queue/rebuild',
    {
      config,
      schema: { operationId: 'rebuildQueue', body: rebuildQueue, response: { 200: queueStatus, ...refusals } },
    },
    async (request) => shown(await desk().queue.rebuild(brandId(callerOf(request).agent.id))),
  );
}

type Status = Awaited<ReturnType<ReturnType<ApiOptions['desk']>['queue']['status']>>;

/** The response's types have lists that may be written to. */
function shown(status: Status) {
  return {
    ...status,
    mailboxes: status.mailboxes === null ? null : [...status.mailboxes],
    instances: status.instances.map((one) => ({ ...one, roles: [...one.roles] })),
  };
}
