import { z } from 'zod';
import { refusals, type ZodApp } from '../../api/zod-app.ts';
import { type SandboxState, sandboxState } from '../contract.ts';
import {
  blockOnDiscord,
  commandOnDiscord,
  discordPictureQuery,
  editOnDiscord,
  newDiscordPerson,
  pressOnDiscord,
  reactOnDiscord,
  removeOnDiscord,
  sayOnDiscord,
  submitOnDiscord,
} from './contract.ts';
import type { DiscordPeople } from './people.ts';

const bytes = z.unknown().meta({ type: 'string', format: 'binary' });

/** What people on the simulated Discord do, each answered with the state it led to. */
export function discordRoutes(app: ZodApp, of: () => { discord: DiscordPeople; state(): SandboxState }): void {
  const config = { policy: 'sandbox' } as const;
  const response = { 200: sandboxState, ...refusals };

  app.post('/discord/people', { config, schema: { body: newDiscordPerson, response } }, ({ body }) => {
    of().discord.add(body.name);
    return of().state();
  });
  app.post('/discord/say', { config, schema: { body: sayOnDiscord, response } }, async ({ body }) => {
    await of().discord.say(body);
    return of().state();
  });
  app.post('/discord/edit', { config, schema: { body: editOnDiscord, response } }, ({ body }) => {
    const { text, ...spot } = body;
    of().discord.edit(spot, text);
    return of().state();
  });
  app.post('/discord/remove', { config, schema: { body: removeOnDiscord, response } }, ({ body }) => {
    of().discord.remove(body);
    return of().state();
  });
  app.post('/discord/react', { config, schema: { body: reactOnDiscord, response } }, ({ body }) => {
    const { emoji, ...spot } = body;
    of().discord.react(spot, emoji);
    return of().state();
  });
  app.post('/discord/press', { config, schema: { body: pressOnDiscord, response } }, ({ body }) => {
    const { button, ...spot } = body;
    of().discord.press(spot, button);
    return of().state();
  });
  app.post('/discord/command', { config, schema: { body: commandOnDiscord, response } }, ({ body }) => {
    of().discord.ask(body.person, body.place);
    return of().state();
  });
  app.post('/discord/submit', { config, schema: { body: submitOnDiscord, response } }, ({ body }) => {
    of().discord.submit(body.person, body.text);
    return of().state();
  });
  app.post('/discord/block', { config, schema: { body: blockOnDiscord, response } }, ({ body }) => {
    of().discord.block(body.person, body.blocked);
    return of().state();
  });
  app.get(
    '/discord/picture',
    { config, schema: { querystring: discordPictureQuery, response: { 200: bytes, ...refusals } } },
    ({ query }, reply) => {
      const { file, ...spot } = query;
      const { mime, bytes: picture } = of().discord.picture(spot, file);
      return reply.type(mime).send(picture);
    },
  );
}
