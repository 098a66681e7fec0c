import { accountList } from '../contract/accounts.ts';
import type { ApiOptions } from '../desk-side.ts';
import { viewerOf } from '../gate.ts';
import { refusals, type ZodApp } from '../zod-app.ts';

/** How our accounts stand: to agents whether they work, to leads and administrators why not and what to do. */
export function accountRoutes(app: ZodApp, { desk }: ApiOptions): void {
  app.get(
    '/accounts',
    { config: { policy: 'agent' }, schema: { operationId: 'accounts', response: { 200: accountList, ...refusals } } },
    async (request) => ({ accounts: await desk().accounts.list(viewerOf(request)) }),
  );
}
