import { z } from 'zod';
import { refusals, type ZodApp } from '../../api/zod-app.ts';
import { type SandboxState, sandboxState } from '../contract.ts';
import { blockOnX, directOnX, newXPerson, postOnX, removeOnX, xPictureQuery } from './contract.ts';
import type { XPeople } from './people.ts';

const bytes = z.unknown().meta({ type: 'string', format: 'binary' });

/** What people on the simulated X do, each answered with the state it led to. */
export function xRoutes(app: ZodApp, of: () => { x: XPeople; state(): SandboxState }): void {
  const config = { policy: 'sandbox' } as const;
  const response = { 200: sandboxState, ...refusals };

  app.post('/x/people', { config, schema: { body: newXPerson, response } }, ({ body }) => {
    of().x.add(body.name);
    return of().state();
  });
  app.post('/x/post', { config, schema: { body: postOnX, response } }, async ({ body }) => {
    await of().x.post(body);
    return of().state();
  });
  app.post('/x/direct', { config, schema: { body: directOnX, response } }, async ({ body }) => {
    await of().x.direct(body);
    return of().state();
  });
  app.post('/x/remove', { config, schema: { body: removeOnX, response } }, ({ body }) => {
    of().x.remove(body.person, body.post);
    return of().state();
  });
  app.post('/x/block', { config, schema: { body: blockOnX, response } }, ({ body }) => {
    of().x.block(body.person, body.blocked);
    return of().state();
  });
  app.get(
    '/x/picture',
    { config, schema: { querystring: xPictureQuery, response: { 200: bytes, ...refusals } } },
    ({ query }, reply) => {
      const { mime, bytes: picture } = of().x.picture(query);
      return reply.type(mime).send(picture);
    },
  );
}
