import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DiscordSimulator } from '../../../channels/discord/simulator/index.ts';
import { eventually } from '../../kit/eventually.ts';
import { type DiscordStand, FORUM, startDiscordStand } from './discord-stand.ts';

const WAIT_MS = 20_000;

let on: DiscordStand;
let simulator: DiscordSimulator;
beforeAll(async () => {
  on = await startDiscordStand();
  ({ simulator } = on);
  simulator.guild().addChannel('questions', { type: 15, id: FORUM });
}, 90_000);
afterAll(async () => {
  await on.stop();
  expect(on.lines.join('\n')).not.toContain(simulator.token);
}, 30_000);

const rows = (text: string, values: unknown[] = []) => on.query(text, values);
const answersTo = (channelId: string): string[] => on.answersIn(channelId);

test('what is written in a direct message is answered once, as it was written', async () => {
  const ana = simulator.customer(undefined, { username: 'ana', globalName: 'Ana' });
  ana.write('my **order** #5 costs 2*3 @everyone');
  await eventually(() => expect(answersTo(ana.dm)).toHaveLength(1), WAIT_MS);
  expect(answersTo(ana.dm)).toEqual([String.raw`my order #5 costs 2\*3 \@everyone`]);
  expect(simulator.log.messages.at(-1)?.pings).toEqual({ users: [], roles: [], everyone: false });
  const [identity] = await rows('SELECT display_name, handle FROM identity WHERE external_id = $1', [ana.id]);
  expect(identity).toEqual({ display_name: 'Ana', handle: 'ana' });
});

test('an edit, a reaction and a deletion reach their message', async () => {
  const ana = simulator.customer();
  const written = ana.write('tpyo of mine');
  await eventually(() => expect(answersTo(ana.dm)).toHaveLength(1), WAIT_MS);
  ana.edit(written, 'typo of mine');
  ana.react(written, '👍');
  ana.react(written, '🎉');
  const externalId = `${ana.dm}:${written.id}`;
  const look = async () =>
    (
      await rows(
        `SELECT m.text, m.deleted_at IS NOT NULL AS deleted, (SELECT r.emoji FROM message_reaction r WHERE r.message_id = m.id) AS emoji
         FROM message m JOIN message_external x ON x.message_id = m.id WHERE x.external_id = $1`,
        [externalId],
      )
    )[0];
  await eventually(
    async () => expect(await look()).toEqual({ text: 'typo of mine', deleted: false, emoji: ['👍', '🎉'] }),
    WAIT_MS,
  );
  ana.remove(written);
  await eventually(async () => expect(await look()).toMatchObject({ deleted: true }), WAIT_MS);
});

test('a forum post is answered in its thread; chatter leaves no trace', async () => {
  const guild = simulator.guild();
  const lounge = guild.addChannel('lounge');
  const ana = simulator.customer();
  const before = await rows('SELECT count(*)::int AS n FROM inbound_event');
  ana.write('only chatting', { channelId: lounge });
  const post = ana.openPost(FORUM, 'Withdrawal stuck', 'it does not arrive');
  await eventually(() => expect(answersTo(post.channelId)).toEqual(['it does not arrive']), WAIT_MS);
  const [after] = await rows('SELECT count(*)::int AS n FROM inbound_event');
  expect(after?.['n']).toBe(Number(before[0]?.['n']) + 1);
  const [thread] = await rows('SELECT kind, title FROM thread WHERE address = $1', [`${post.channelId}/u${ana.id}`]);
  expect(thread).toEqual({ kind: 'group', title: 'Withdrawal stuck' });
});

test('with a third of all answers lost, refused or late, everybody gets exactly one copy, in order', async () => {
  const route = 'POST /channels/:id/messages';
  const undo = [
    simulator.faults.add({ kind: 'drop_after', route, probability: 0.15 }),
    simulator.faults.add({ kind: 'error_after', route, probability: 0.1, status: 502 }),
    simulator.faults.add({ kind: 'drop_before', route, probability: 0.1 }),
    simulator.faults.add({ kind: 'rate_limited', route, probability: 0.05, retryAfterSeconds: 0.2 }),
  ];
  const people = Array.from({ length: 8 }, () => simulator.customer());
  const wanted = Array.from({ length: 5 }, (_, index) => `question ${index}`);
  for (const text of wanted) for (const person of people) person.write(text);
  await eventually(
    () => {
      for (const person of people) expect(answersTo(person.dm).length).toBeGreaterThanOrEqual(wanted.length);
    },
    60_000,
    100,
  );
  for (const remove of undo) remove();
  await eventually(async () => {
    expect(await rows(`SELECT FROM delivery WHERE state NOT IN ('sent', 'failed', 'cancelled')`)).toEqual([]);
  }, 30_000);
  for (const person of people) expect(answersTo(person.dm)).toEqual(wanted);
  expect(await rows(`SELECT FROM delivery WHERE state <> 'sent'`)).toEqual([]);
}, 100_000);

test('what was written while the gateway was away is answered after its start', async () => {
  const ana = simulator.customer();
  ana.write('before');
  await eventually(() => expect(answersTo(ana.dm)).toEqual(['before']), WAIT_MS);
  await on.restart(() => {
    for (const text of ['one', 'two', 'three']) ana.write(text);
  });
  await eventually(() => expect(answersTo(ana.dm)).toEqual(['before', 'one', 'two', 'three']), WAIT_MS);
}, 60_000);

test('a hundred messages that were written in ten channels meanwhile are stored once and answered in order', async () => {
  const people = Array.from({ length: 5 }, () => simulator.customer());
  const places = people.flatMap((person, index) => [
    { person, channelId: person.dm },
    { person, channelId: person.openPost(FORUM, `Question ${index}`, 'text 0').channelId },
  ]);
  for (const { person, channelId } of places) if (channelId === person.dm) person.write('text 0');
  await eventually(() => {
    for (const { channelId } of places) expect(answersTo(channelId)).toEqual(['text 0']);
  }, WAIT_MS);
  const wanted = Array.from({ length: 11 }, (_, index) => `text ${index}`);
  await on.restart(() => {
    for (const text of wanted.slice(1)) for (const { person, channelId } of places) person.write(text, { channelId });
  });
  await eventually(() => {
    for (const { channelId } of places) expect(answersTo(channelId)).toEqual(wanted);
  }, 60_000);
  for (const { person, channelId } of places) {
    const stored = await rows(
      `SELECT m.text FROM message m JOIN thread t ON t.id = m.thread_id WHERE m.kind = 'inbound' AND t.address = $1 ORDER BY m.seq`,
      [channelId === person.dm ? channelId : `${channelId}/u${person.id}`],
    );
    expect(stored.map(({ text }) => text)).toEqual(wanted);
  }
}, 100_000);

test('who closed direct messages is marked, and comes back by writing', async () => {
  const ana = simulator.customer();
  ana.block();
  ana.write('can you hear me?');
  const marked = async () =>
    (await rows('SELECT unreachable_at IS NOT NULL AS gone FROM identity WHERE external_id = $1', [ana.id]))[0]?.[
      'gone'
    ];
  await eventually(async () => expect(await marked()).toBe(true), WAIT_MS);
  ana.block(false);
  ana.write('now?');
  await eventually(() => expect(answersTo(ana.dm)).toEqual(['now?']), WAIT_MS);
  expect(await marked()).toBe(false);
});
