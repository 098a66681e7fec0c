import { refusals, type ZodApp } from '../../api/zod-app.ts';
import { type SandboxState, sandboxState } from '../contract.ts';
import { askForToken, newVisitor, visitorToken } from './contract.ts';
import type { ChatVisitors } from './visitors.ts';

/** The demo site's server: who its visitors are, and what proves it to the chat. */
export function visitorRoutes(app: ZodApp, of: () => { visitors: ChatVisitors; state(): SandboxState }): void {
  const config = { policy: 'sandbox' } as const;

  app.post(
    '/visitors',
    { config, schema: { body: newVisitor, response: { 200: sandboxState, ...refusals } } },
    ({ body }) => {
      of().visitors.add(body.name);
      return of().state();
    },
  );
  app.post(
    '/visitors/token',
    { config, schema: { body: askForToken, response: { 200: visitorToken, ...refusals } } },
    ({ body }) => ({ token: of().visitors.token(body.visitor) }),
  );
}
