import { channelList } from '../contract/channels.ts';
import type { ApiOptions } from '../desk-side.ts';
import { refusals, type ZodApp } from '../zod-app.ts';

/** What each configured channel can do: the composer says before sending what cannot be shown there. */
export function channelRoutes(app: ZodApp, { desk }: ApiOptions): void {
  app.get(
    '/channels',
    { config: { policy: 'agent' }, schema: { operationId: 'channels', response: { 200: channelList, ...refusals } } },
    async () => ({ channels: await desk().channels.list() }),
  );
}
