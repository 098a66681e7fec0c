import { z } from 'zod';
import type { ExtraRoutes } from '../api/api.ts';
import { refusals } from '../api/zod-app.ts';
import { ParleyError } from '../core/errors.ts';
import {
  answerLetter,
  blockOnPhone,
  clearTrouble,
  editOnPhone,
  newCorrespondent,
  newPhone,
  newTrouble,
  phone,
  pictureQuery,
  pressOnPhone,
  reactOnPhone,
  sandboxState,
  sayOnPhone,
  sendOnPhone,
  stateQuery,
  writeLetter,
} from './contract.ts';
import { discordRoutes } from './discord/routes.ts';
import type { Playground } from './playground.ts';
import { visitorRoutes } from './web-chat/routes.ts';
import { xRoutes } from './x/routes.ts';

/** How long a request for a newer state is held, ms: under what browsers and proxies put up with. */
const HOLD_MS = 15_000;

const bytes = z.unknown().meta({ type: 'string', format: 'binary' });

/** What the page needs of the sandbox, under `/api/v1/sandbox`. Only a sandbox has it. */
export function sandboxRoutes(playground: () => Playground): ExtraRoutes {
  return (app) => {
    const config = { policy: 'sandbox' } as const;
    const response = { 200: sandboxState, ...refusals };

    app.get('/state', { config, schema: { querystring: stateQuery, response } }, async ({ query }) => {
      if (query.after !== undefined) await playground().marks.past(query.after, HOLD_MS);
      return playground().state();
    });
    app.post('/phones', { config, schema: { body: newPhone, response: { 200: phone, ...refusals } } }, ({ body }) =>
      playground().phones.add(body.name, body.language),
    );
    app.post('/say', { config, schema: { body: sayOnPhone, response } }, ({ body }) => {
      playground().phones.say(body.phone, body.text);
      return playground().state();
    });
    app.post('/send', { config, schema: { body: sendOnPhone, response } }, async ({ body }) => {
      await playground().phones.send(body.phone, body.what);
      return playground().state();
    });
    app.post('/press', { config, schema: { body: pressOnPhone, response } }, ({ body }) => {
      playground().phones.press(body.phone, body.message, body.button);
      return playground().state();
    });
    app.post('/react', { config, schema: { body: reactOnPhone, response } }, ({ body }) => {
      playground().phones.react(body.phone, body.message, body.emoji);
      return playground().state();
    });
    app.get(
      '/picture',
      { config, schema: { querystring: pictureQuery, response: { 200: bytes, ...refusals } } },
      ({ query }, reply) => {
        const { mime, bytes: picture } = playground().phones.picture(query.phone, query.message);
        return reply.type(mime).send(picture);
      },
    );
    app.post('/edit', { config, schema: { body: editOnPhone, response } }, ({ body }) => {
      playground().phones.edit(body.phone, body.message, body.text);
      return playground().state();
    });
    app.post('/block', { config, schema: { body: blockOnPhone, response } }, ({ body }) => {
      playground().phones.block(body.phone, body.blocked);
      return playground().state();
    });
    app.post('/letters/people', { config, schema: { body: newCorrespondent, response } }, ({ body }) => {
      playground().letters.add(body.name, body.address);
      return playground().state();
    });
    app.post('/letters/write', { config, schema: { body: writeLetter, response } }, async ({ body }) => {
      const { address, ...letter } = body;
      await playground().letters.write(address, letter);
      return playground().state();
    });
    app.post('/letters/answer', { config, schema: { body: answerLetter, response } }, async ({ body }) => {
      const { address, letter, ...said } = body;
      await playground().letters.answer(address, letter, said);
      return playground().state();
    });
    discordRoutes(app, playground);
    xRoutes(app, playground);
    visitorRoutes(app, playground);
    app.post('/troubles', { config, schema: { body: newTrouble, response } }, ({ body }) => {
      playground().troubles.add(body.kind, body.phone);
      return playground().state();
    });
    app.delete('/troubles', { config, schema: { querystring: clearTrouble, response } }, ({ query }) => {
      playground().troubles.clear(query.id ?? null);
      return playground().state();
    });
    app.post('/worker/kill', { config, schema: { response } }, () => {
      playground().worker.kill();
      return playground().state();
    });
  };
}

/** The same without a playground, for those who only want to know what there is. */
export const declaredSandboxRoutes: ExtraRoutes = sandboxRoutes(() => {
  throw new ParleyError('only_declared', 'these routes are only declared, nobody serves them');
});
