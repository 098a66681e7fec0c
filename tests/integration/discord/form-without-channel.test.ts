import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../../kit/eventually.ts';
import { formData, interactionOf } from '../../unit/channels/discord/account-stand.ts';
import { type DiscordStand, startDiscordStand } from './discord-stand.ts';

const WAIT_MS = 20_000;
const FORM = 5;

let on: DiscordStand;
beforeAll(async () => {
  on = await startDiscordStand();
}, 90_000);
afterAll(async () => {
  await on.stop();
}, 30_000);

test('the answer to a form that does not tell its channel is read by its sender alone', async () => {
  const { simulator } = on;
  const guild = simulator.guild();
  const lounge = guild.addChannel('lounge');
  const ana = simulator.customer();
  const given = { type: FORM, data: formData('my balance'), guild_id: guild.id, channel_id: lounge };
  simulator.dispatch('INTERACTION_CREATE', interactionOf(ana.id, given), guild.id);
  const threadId = await eventually(() => {
    const found = ana.places().find(({ kind }) => kind === 'private thread');
    if (found === undefined) throw new Error('no private thread');
    return found.id;
  }, WAIT_MS);
  await eventually(
    () => expect(on.answersIn(threadId).some((text) => text.includes('my balance'))).toBe(true),
    WAIT_MS,
  );
  expect(on.answersIn(lounge)).toEqual([]);
}, 60_000);
