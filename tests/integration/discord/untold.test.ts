import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  createDiscordSimulator,
  type DiscordCustomer,
  type DiscordGuild,
  type DiscordSimulator,
} from '../../../channels/discord/simulator/index.ts';
import { type MemoryRecords, memoryRecords } from '../../kit/channels/memory-records.ts';
import { messagesOf, type Receiver, receive, stateOf, until } from '../../unit/channels/discord/transport/receiver.ts';

/** What a server does not tell of itself when a session begins, or tells late: nothing written there may be lost. */

let simulator: DiscordSimulator;
let server: DiscordGuild;
let customer: DiscordCustomer;
let records: MemoryRecords;
let receivers: Receiver[] = [];

beforeEach(async () => {
  simulator = createDiscordSimulator();
  await simulator.start();
  server = simulator.guild();
  customer = simulator.customer();
  records = memoryRecords();
});

afterEach(async () => {
  for (const receiver of receivers) await receiver.stop();
  receivers = [];
  await simulator.stop();
});

function open(options: Parameters<typeof receive>[1] = {}): Receiver {
  const receiver = receive(simulator, { records, ...options });
  receivers.push(receiver);
  return receiver;
}

const connected = (receiver: Receiver): Promise<void> =>
  until(`connected, but ${stateOf(receiver)}`, () => stateOf(receiver) === 'connected');
const callsTo = (route: string): string[] =>
  simulator.log.calls.filter((call) => call.route === route).map(({ path }) => path);

/** A session in which something happened, and which is over. */
async function before<T>(happens: (receiver: Receiver) => T, options: Parameters<typeof receive>[1] = {}): Promise<T> {
  const receiver = open(options);
  await connected(receiver);
  await until('the note of the first start', () => records.bookmarks.has('account'));
  await pause(5);
  const happened = happens(receiver);
  await until('all of it', () => receiver.texts().length === 1);
  await receiver.stop();
  simulator.log.clear();
  return happened;
}

describe('a channel told without its newest message', () => {
  test('is read where something is stored of it', async () => {
    const channelId = server.addChannel('help');
    await before(() => customer.write('before', { channelId }));
    customer.write('in the gap', { channelId });
    simulator.faults.add({ kind: 'unsaid_last' });
    const second = open();
    await until('the gap', () => second.texts().includes('in the gap'));
  });

  test('is read where it counts', async () => {
    const channelId = server.addChannel('help');
    const other = server.addChannel('chatter');
    await before(() => customer.write('hello'));
    customer.write('in the gap', { channelId });
    customer.write('chatter', { channelId: other });
    simulator.faults.add({ kind: 'unsaid_last' });
    const second = open({ covers: ({ id }) => id === channelId });
    await until('the gap', () => second.texts().includes('in the gap'));
    expect(second.texts()).not.toContain('chatter');
  });

  test('a post whose newest message is null has the text it began with', async () => {
    const forum = server.addForum('questions');
    await before(() => customer.write('hello'));
    const post = customer.openPost(forum, 'How?', 'the question');
    const forgotten = server.addThread(forum, 'nothing yet');
    const covers = ({ parentId }: { parentId: string | null }): boolean => parentId === forum;
    const second = open({ covers });
    await until('the question', () => second.texts().includes('the question'));
    await until('the other is asked for', () =>
      callsTo('GET /channels/:id/messages').some((path) => path.includes(forgotten)),
    );
    const question = messagesOf(second.stored).find(({ content }) => content === 'the question');
    expect(question?.channel_id).toBe(post.channelId);
  });
});

describe('a thread archived in the gap', () => {
  test('that is known is read from where it stood', async () => {
    const thread = server.addThread(server.addChannel('town'), 'help');
    await before(() => customer.write('before', { channelId: thread }));
    customer.write('in the gap', { channelId: thread });
    server.archive(thread);
    const second = open();
    await until('the gap', () => second.texts().includes('in the gap'));
    expect(second.stored.at(-1)?.d).toMatchObject({ guild_id: server.id, channel_type: 11 });
    await connected(second);
    // What stands still is asked for by one call, and not read.
    await second.stop();
    simulator.log.clear();
    const third = open();
    await until('asked', () => callsTo('GET /channels/:id').length === 1);
    await connected(third);
    expect(callsTo('GET /channels/:id/messages')).toEqual([]);
  });

  test('and taken out again by a new message: what was missed goes before it', async () => {
    const thread = server.addThread(server.addChannel('town'), 'help');
    await before(() => customer.write('before', { channelId: thread }));
    customer.write('in the gap', { channelId: thread });
    server.archive(thread);
    const lift = simulator.faults.add({ kind: 'error_before', route: 'GET /channels/:id', status: 503 });
    const second = open();
    await until('ready', () => simulator.log.gateway.length === 1);
    await pause(50);
    customer.write('new', { channelId: thread });
    await until('both', () => second.texts().includes('new'));
    lift();
    expect(second.texts()).toEqual(['before', 'in the gap', 'new']);
  });

  test('that is gone or shut by now is asked for once', async () => {
    const town = server.addChannel('town');
    const [gone, shut] = [server.addThread(town, 'gone'), server.addThread(town, 'shut')];
    await before(() => customer.write('before', { channelId: gone }));
    const second = open();
    await connected(second);
    customer.write('before', { channelId: shut });
    await until('it', () => second.texts(shut).length === 1);
    await second.stop();
    server.removeChannel(gone);
    server.deny(shut, 'view');
    simulator.log.clear();
    const third = open();
    await until('both', () => callsTo('GET /channels/:id').length === 2);
    await pause(300);
    expect(callsTo('GET /channels/:id')).toHaveLength(2);
    await connected(third);
  });

  test.each(['forum', 'channel'])('that was opened in it, in a %s where all counts', async (kind) => {
    const parent = kind === 'forum' ? server.addForum('questions') : server.addChannel('help');
    const covers = ({ parentId }: { parentId: string | null }): boolean => parentId === parent;
    await before(() => customer.write('hello'), { covers });
    const post = customer.openPost(parent, 'How?', 'the question');
    server.archive(post.channelId);
    simulator.faults.add({ kind: 'error_before', route: 'GET /channels/:id/threads/archived/public', times: 1 });
    const second = open({ covers });
    await until('the question', () => second.texts().includes('the question'));
    expect(second.stored.at(-1)?.d).toMatchObject({ guild_id: server.id, channel_type: 11 });
  });

  test('what was archived before the account began is none of ours', async () => {
    const forum = server.addForum('questions');
    const post = customer.openPost(forum, 'How?', 'long ago');
    server.archive(post.channelId);
    await pause(5);
    const covers = ({ parentId }: { parentId: string | null }): boolean => parentId === forum;
    const first = open({ covers });
    await until('listed', () => callsTo('GET /channels/:id/threads/archived/public').length === 1);
    await connected(first);
    await pause(50);
    expect(first.texts()).toEqual([]);
  });
});

describe('a message that comes before its server has told of itself', () => {
  test('in a known channel hides nothing of the gap', async () => {
    const channelId = server.addChannel('help');
    await before(() => customer.write('before', { channelId }));
    customer.write('in the gap', { channelId });
    simulator.faults.add({ kind: 'late_guilds' });
    const second = open();
    await until('ready', () => simulator.log.gateway.length === 1);
    customer.write('new', { channelId });
    await until('the new one', () => second.texts().includes('new'));
    server.join();
    await pause(50);
    expect(second.texts()).toEqual(['before', 'in the gap', 'new']);
  });

  test.each(['channel', 'forum'])('in a %s where all counts hides nothing of the gap', async (kind) => {
    const forum = server.addForum('questions');
    const help = server.addChannel('help');
    const covers = ({ id, parentId }: { id: string; parentId: string | null }): boolean =>
      id === help || parentId === forum;
    await before(() => customer.write('hello'), { covers });
    const channelId = kind === 'channel' ? help : customer.openPost(forum, 'How?', 'the question').channelId;
    customer.write('in the gap', { channelId });
    simulator.faults.add({ kind: 'late_guilds' });
    const second = open({ covers, times: { orderWaitMs: 100 } });
    await until('ready', () => simulator.log.gateway.length === 1);
    customer.write('new', { channelId });
    await until('the new one', () => second.texts().includes('new'));
    server.join();
    await until('the gap', () => second.texts().includes('in the gap'));
    if (kind === 'channel') expect(second.texts(channelId)).toEqual(['in the gap', 'new']);
  });
});
