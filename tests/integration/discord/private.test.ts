import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DiscordSimulator } from '../../../channels/discord/simulator/index.ts';
import { eventually } from '../../kit/eventually.ts';
import { type DiscordStand, startDiscordStand } from './discord-stand.ts';

const WAIT_MS = 20_000;
const SUPPORT = '500000000000000003';

let on: DiscordStand;
let simulator: DiscordSimulator;
beforeAll(async () => {
  // A bot with words of its own; it has no answer to anything.
  on = await startDiscordStand({ brains: ['faq'], channels: [SUPPORT] });
  ({ simulator } = on);
  simulator.guild().addChannel('support', { id: SUPPORT });
}, 90_000);
afterAll(async () => {
  await on.stop();
}, 30_000);

const conversationsOf = (customerId: string) =>
  on.query(
    `SELECT c.id, c.status, c.continued_in, t.kind FROM conversation c JOIN thread t ON t.id = c.thread_id
     JOIN identity i ON i.id = t.identity_id WHERE i.external_id = $1 ORDER BY c.number`,
    [customerId],
  );

test('a public question goes on in a private thread, as a conversation of its own, and nobody else reads it', async () => {
  const [ana, bob] = [simulator.customer(), simulator.customer()];
  const asked = ana.write('zzqx 17', { channelId: SUPPORT });
  await eventually(() => expect(on.answersIn(SUPPORT)).toHaveLength(1), WAIT_MS);
  const answer = ana.sees(SUPPORT).at(-1);
  expect(answer?.referenceId).toBe(asked.id);
  expect(answer?.buttons.flat().map(({ label }) => label)).toEqual(['Talk to a person', 'Continue in private']);

  ana.press('Continue in private', { channelId: SUPPORT });
  const threadId = await eventually(() => {
    const found = ana.places().find(({ kind }) => kind === 'private thread');
    if (found === undefined) throw new Error('no private thread');
    return found.id;
  }, WAIT_MS);
  await eventually(() => expect(on.answersIn(threadId)).toHaveLength(1), WAIT_MS);
  expect(on.answersIn(threadId)[0]).toMatch(/only you and our support team/u);
  await eventually(() => expect(ana.sees(SUPPORT).at(-1)).toMatchObject({ ephemeral: true }), WAIT_MS);
  expect(ana.sees(SUPPORT).at(-1)?.content).toContain(`<#${threadId}>`);
  expect(bob.places().map(({ id }) => id)).not.toContain(threadId);

  ana.write('qqzz 18', { channelId: threadId });
  await eventually(() => expect(on.answersIn(threadId)).toHaveLength(2), WAIT_MS);
  expect(
    ana
      .sees(threadId)
      .at(-1)
      ?.buttons.flat()
      .map(({ label }) => label),
  ).toEqual(['Talk to a person']);
  const [first, second, ...others] = await conversationsOf(ana.id);
  expect(others).toEqual([]);
  expect(first).toMatchObject({ status: 'resolved', kind: 'group', continued_in: second?.['id'] });
  expect(second).toMatchObject({ status: 'open', kind: 'private', continued_in: null });
}, 60_000);

test('a form from a channel takes the question asked there along', async () => {
  const ana = simulator.customer();
  const before = on.answersIn(SUPPORT).length;
  ana.write('zzqx 19', { channelId: SUPPORT });
  await eventually(() => expect(on.answersIn(SUPPORT)).toHaveLength(before + 1), WAIT_MS);
  const command = ana.command('support', { channelId: SUPPORT });
  await eventually(() => expect(command.answer?.type).toBe(9), WAIT_MS);
  ana.submit(command, { text: 'qqzz 20' });
  await eventually(async () => {
    const [first, second] = await conversationsOf(ana.id);
    expect(first).toMatchObject({ status: 'resolved', continued_in: second?.['id'] });
    expect(second).toMatchObject({ kind: 'private', status: 'open' });
  }, WAIT_MS);
}, 60_000);
