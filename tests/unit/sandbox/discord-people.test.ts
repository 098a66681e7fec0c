import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createDiscordSimulator, type DiscordSimulator } from '../../../channels/discord/simulator/index.ts';
import { createDiscordPeople, type DiscordPeople } from '../../../src/sandbox/discord/people.ts';
import { FORUM_ID, GENERAL_ID, openDemoServer, SUPPORT_ID } from '../../../src/sandbox/discord/server.ts';
import { eventually } from '../../kit/eventually.ts';

const PRIYA = '200000000000000001';
const DIRECT = '210000000000000001';
const KAI = '200000000000000002';
const WORDS = { mention: false, replyTo: null, title: '', picture: false, file: false };

let simulator: DiscordSimulator;
let people: DiscordPeople;
let changes: number;

beforeEach(async () => {
  changes = 0;
  simulator = createDiscordSimulator({ botName: 'Support' });
  openDemoServer(simulator);
  await simulator.start();
  people = createDiscordPeople({
    simulator,
    botName: 'Support',
    onChange: () => {
      changes += 1;
    },
  });
});
afterEach(async () => {
  people.close();
  await simulator.stop();
});

/** A call of the bot's, as the gateway makes it. */
async function call(path: string, body: object, method = 'POST'): Promise<Response> {
  return fetch(`${simulator.apiRoot}/v10${path}`, {
    method,
    headers: { 'content-type': 'application/json', authorization: `Bot ${simulator.token}` },
    body: JSON.stringify(body),
  });
}
const placeOf = (person: string, place: string) =>
  people
    .list()
    .find(({ id }) => id === person)
    ?.places.find(({ id }) => id === place);
const formOf = (person: string) => people.list().find(({ id }) => id === person)?.form ?? null;

test('a text that names a place shows how it is called, to whoever may see it', async () => {
  await call(`/channels/${SUPPORT_ID}/messages`, { content: `Go on here: <#${GENERAL_ID}>` });
  expect(placeOf(PRIYA, SUPPORT_ID)?.messages.at(-1)?.text).toBe('Go on here: #general');
});

test('everybody sees their own direct messages and the same channels; words are shown without their marks', async () => {
  await people.say({ ...WORDS, person: PRIYA, place: DIRECT, text: 'a **bold** word' });
  await people.say({ ...WORDS, person: KAI, place: SUPPORT_ID, text: 'help', mention: true });
  const sent = await call(`/channels/${SUPPORT_ID}/messages`, { content: 'It costs 5\\_00' });
  expect(sent.status).toBe(200);
  expect(placeOf(PRIYA, DIRECT)?.messages).toEqual([
    expect.objectContaining({ from: 'customer', author: 'Priya Nair', text: 'a bold word' }),
  ]);
  expect(people.list()[1]?.places[0]).toMatchObject({ kind: 'direct', support: true, messages: [] });
  expect(placeOf(PRIYA, SUPPORT_ID)?.messages).toMatchObject([
    { from: 'other', author: 'Kai Becker', text: '@Support help' },
    { from: 'support', text: 'It costs 5_00' },
  ]);
  expect(placeOf(KAI, SUPPORT_ID)?.messages[0]?.from).toBe('customer');
  expect(placeOf(KAI, GENERAL_ID)).toMatchObject({ kind: 'channel', support: false });
});

test('own words are changed and deleted, those of others are not', async () => {
  await people.say({ ...WORDS, person: KAI, place: SUPPORT_ID, text: 'one' });
  const message = placeOf(KAI, SUPPORT_ID)?.messages[0]?.id ?? '';
  people.edit({ person: KAI, place: SUPPORT_ID, message }, 'two');
  expect(placeOf(KAI, SUPPORT_ID)?.messages[0]).toMatchObject({ text: 'two', edited: true });
  expect(() => people.edit({ person: PRIYA, place: SUPPORT_ID, message }, 'mine')).toThrow('could be changed');
  expect(() => people.remove({ person: PRIYA, place: SUPPORT_ID, message })).toThrow('could be changed');
  expect(() => people.edit({ person: PRIYA, place: DIRECT, message }, 'elsewhere')).toThrow('any more');
  people.remove({ person: KAI, place: SUPPORT_ID, message });
  expect(placeOf(KAI, SUPPORT_ID)?.messages).toEqual([]);
});

test('a reaction is given and taken back; an answer names what it answers; files are shown', async () => {
  await people.say({ ...WORDS, person: KAI, place: SUPPORT_ID, text: 'look', picture: true, file: true });
  const [asked] = placeOf(KAI, SUPPORT_ID)?.messages ?? [];
  expect(asked?.files).toEqual([
    { name: 'screen.png', picture: true },
    { name: 'statement.pdf', picture: false },
  ]);
  const spot = { person: KAI, place: SUPPORT_ID, message: asked?.id ?? '' };
  expect(people.picture(spot, 0).bytes.subarray(1, 4).toString()).toBe('PNG');
  expect(() => people.picture(spot, 1)).toThrow('no such picture');
  people.react(spot, '👍');
  expect(placeOf(KAI, SUPPORT_ID)?.messages[0]?.reactions).toEqual([{ emoji: '👍', count: 1, own: true }]);
  people.react(spot, '👍');
  expect(placeOf(KAI, SUPPORT_ID)?.messages[0]?.reactions).toEqual([]);
  await people.say({ ...WORDS, person: PRIYA, place: SUPPORT_ID, text: 'yes', replyTo: spot.message });
  expect(placeOf(KAI, SUPPORT_ID)?.messages[1]?.repliesTo).toBe(spot.message);
});

test('a text in the forum opens a post, named by its title or its first words', async () => {
  await people.say({ ...WORDS, person: KAI, place: FORUM_ID, text: 'Why?', title: 'Fees' });
  await people.say({ ...WORDS, person: KAI, place: FORUM_ID, text: 'When?' });
  const posts = people.list()[0]?.places.filter(({ kind }) => kind === 'post') ?? [];
  expect(posts.map(({ name, support, messages }) => [name, support, messages[0]?.text])).toEqual([
    ['Fees', true, 'Why?'],
    ['When?', true, 'When?'],
  ]);
  expect(() => people.ask(KAI, FORUM_ID)).toThrow('no commands');
});

test('buttons of the bot are pressed where they are, and edits of the bot are noticed', async () => {
  const button = { type: 2, style: 1, label: 'Talk to a person', custom_id: 'b:1' };
  const made = await call(`/channels/${DIRECT}/messages`, {
    content: 'hm',
    components: [{ type: 1, components: [button] }],
  });
  const { id } = (await made.json()) as { id: string };
  const spot = { person: PRIYA, place: DIRECT, message: id };
  expect(placeOf(PRIYA, DIRECT)?.messages[0]?.buttons).toEqual([
    [{ label: 'Talk to a person', url: null, disabled: false }],
  ]);
  people.press(spot, 'Talk to a person');
  expect(simulator.interactions.at(-1)).toMatchObject({ type: 3, userId: PRIYA, messageId: id });
  expect(formOf(PRIYA)).toBeNull();
  expect(() => people.press(spot, 'Another one')).toThrow('no such button');
  const before = changes;
  await call(`/channels/${DIRECT}/messages/${id}`, { content: 'changed' }, 'PATCH');
  await eventually(() => expect(changes).toBeGreaterThan(before));
});

test('/support waits for the form, shows it, and sends what is written; unanswered it says so', async () => {
  people.ask(KAI, SUPPORT_ID);
  expect(formOf(KAI)).toEqual({ state: 'waiting', title: '', question: '' });
  const asked = simulator.interactions.at(-1);
  const field = { type: 4, custom_id: 'text', label: 'How can we help?', style: 2 };
  const modal = { custom_id: 'form', title: 'Contact support', components: [{ type: 1, components: [field] }] };
  await call(`/interactions/${asked?.id}/${asked?.token}/callback`, { type: 9, data: modal });
  expect(formOf(KAI)).toEqual({ state: 'open', title: 'Contact support', question: 'How can we help?' });
  people.submit(KAI, 'My withdrawal is stuck');
  expect(formOf(KAI)).toBeNull();
  expect(simulator.interactions.at(-1)).toMatchObject({
    type: 5,
    channelId: SUPPORT_ID,
    data: { custom_id: 'form', components: [{ components: [{ custom_id: 'text', value: 'My withdrawal is stuck' }] }] },
  });
  expect(() => people.submit(KAI, 'once more')).toThrow('no form open');
  people.ask(PRIYA, SUPPORT_ID);
  const before = changes;
  await eventually(() => expect(formOf(PRIYA)?.state).toBe('failed'), 5_000, 50);
  expect(changes).toBeGreaterThan(before);
  people.submit(PRIYA, null);
  expect(formOf(PRIYA)).toBeNull();
}, 15_000);

test('who closed their direct messages is out of reach there', async () => {
  people.block(PRIYA, true);
  expect(people.list()[0]?.blocked).toBe(true);
  expect((await call(`/channels/${DIRECT}/messages`, { content: 'hello?' })).status).toBe(403);
  people.block(PRIYA, false);
  expect((await call(`/channels/${DIRECT}/messages`, { content: 'hello' })).status).toBe(200);
});

test('a private thread is seen by its members alone', async () => {
  const made = await call(`/channels/${SUPPORT_ID}/threads`, { name: 'Contact support', type: 12 });
  const { id } = (await made.json()) as { id: string };
  await call(`/channels/${id}/thread-members/${KAI}`, {}, 'PUT');
  await call(`/channels/${id}/messages`, { content: 'between us' });
  expect(placeOf(KAI, id)).toMatchObject({ kind: 'private', name: 'Contact support', support: true });
  expect(placeOf(PRIYA, id)).toBeUndefined();
  expect(() => people.ask(PRIYA, id)).toThrow('sees no place');
});
