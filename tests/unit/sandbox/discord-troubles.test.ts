import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { createDiscordSimulator, type DiscordSimulator } from '../../../channels/discord/simulator/index.ts';
import { GENERAL_ID, openDemoServer, SUPPORT_ID } from '../../../src/sandbox/discord/server.ts';
import { discordTroubles } from '../../../src/sandbox/troubles/of-discord.ts';
import { createTroubles, type Troubles } from '../../../src/sandbox/troubles/troubles.ts';
import { eventually } from '../../kit/eventually.ts';

let simulator: DiscordSimulator;
let troubles: Troubles;

beforeEach(async () => {
  simulator = createDiscordSimulator();
  const server = openDemoServer(simulator);
  await simulator.start();
  troubles = createTroubles([discordTroubles(simulator, server)], () => undefined);
});
afterEach(() => simulator.stop());

/** A message of the bot's; what it was answered, or `cut`. */
async function send(channel: string, content = 'hello'): Promise<number | 'cut'> {
  try {
    const { status } = await fetch(`${simulator.apiRoot}/v10/channels/${channel}/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bot ${simulator.token}` },
      body: JSON.stringify({ content }),
    });
    return status;
  } catch {
    return 'cut';
  }
}

/** How the gateway closes a connection that identifies with these intents; null: it is let in. */
async function identify(intents: number): Promise<number | null> {
  const socket = new WebSocket(`${simulator.url.replace('http', 'ws')}/gateway?v=10&encoding=json`);
  return new Promise((resolve) => {
    socket.on('open', () =>
      socket.send(JSON.stringify({ op: 2, d: { token: simulator.token, intents, properties: {} } })),
    );
    socket.on('message', (data: Buffer) => {
      if (data.toString().includes('"READY"')) {
        resolve(null);
        socket.terminate();
      }
    });
    socket.on('close', (code) => resolve(code));
  });
}
const CONTENT = 1 << 15;

test('answers are refused or lost as often as is said', async () => {
  troubles.add('discord_too_many', undefined);
  expect([await send(GENERAL_ID), await send(GENERAL_ID), await send(GENERAL_ID)]).toEqual([429, 429, 200]);
  troubles.add('discord_cut', undefined);
  expect(troubles.list()).toEqual([{ id: 2, kind: 'discord_cut', left: 1, struck: 0 }]);
  expect(await send(GENERAL_ID, 'lost')).toBe('cut');
  expect(simulator.customer().sees(GENERAL_ID).at(-1)?.content).toBe('lost');
  expect(troubles.list()).toEqual([]);
});

test('the platform is away until it is stopped, however often it was asked for', async () => {
  troubles.add('discord_away', undefined);
  troubles.add('discord_away', undefined);
  await eventually(async () => expect(await send(GENERAL_ID)).toBe('cut'));
  troubles.clear(1);
  expect(troubles.list()).toEqual([{ id: 2, kind: 'discord_away', left: null, struck: 0 }]);
  expect(await send(GENERAL_ID)).toBe('cut');
  troubles.clear(null);
  await eventually(async () => expect(await send(GENERAL_ID)).toBe(200));
});

test('rights are missing in the support channel alone', async () => {
  troubles.add('discord_rights', undefined);
  expect([await send(SUPPORT_ID), await send(GENERAL_ID)]).toEqual([403, 200]);
  troubles.clear(null);
  expect(await send(SUPPORT_ID)).toBe(200);
});

test('a token is revoked and an intent taken, until they are given back', async () => {
  expect(await identify(CONTENT)).toBeNull();
  troubles.add('discord_token', undefined);
  expect([await send(GENERAL_ID), await identify(CONTENT)]).toEqual([401, 4004]);
  troubles.clear(null);
  troubles.add('discord_intent', undefined);
  expect([await send(GENERAL_ID), await identify(CONTENT), await identify(1)]).toEqual([200, 4014, null]);
  troubles.clear(null);
  expect(await identify(CONTENT)).toBeNull();
});

test('a session is lost at once, and nothing is left of it', async () => {
  troubles.add('discord_session', undefined);
  expect(troubles.list()).toEqual([]);
});
