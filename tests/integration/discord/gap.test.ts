import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  createDiscordSimulator,
  type DiscordCustomer,
  type DiscordSimulator,
} from '../../../channels/discord/simulator/index.ts';
import { bookmarkAt, bookmarkName, positionAt, positionOf } from '../../../channels/discord/transport/positions.ts';
import { type MemoryRecords, memoryRecords } from '../../kit/channels/memory-records.ts';
import { messagesOf, type Receiver, receive, stateOf, until } from '../../unit/channels/discord/transport/receiver.ts';

const MINUTE_MS = 60_000;

let simulator: DiscordSimulator;
let receivers: Receiver[] = [];

beforeEach(async () => {
  simulator = createDiscordSimulator({ gateway: { resumeWindowMs: 2 * MINUTE_MS } });
  await simulator.start();
});

afterEach(async () => {
  for (const receiver of receivers) await receiver.stop();
  receivers = [];
  await simulator.stop();
});

function open(options: Parameters<typeof receive>[1] = {}): Receiver {
  const receiver = receive(simulator, options);
  receivers.push(receiver);
  return receiver;
}

const connected = (receiver: Receiver, withinMs?: number): Promise<void> =>
  until(`connected, but ${stateOf(receiver)}`, () => stateOf(receiver) === 'connected', withinMs);
/** The account's very first start is noted; what is written from now on is later than it by the platform's clock. */
async function begun(receiver: Receiver): Promise<void> {
  await connected(receiver);
  await until('the note of the first start', () => receiver.records.bookmarks.has('account'));
  await pause(5);
}
const channelCalls = (): string[] =>
  simulator.log.calls.filter(({ route }) => route === 'GET /channels/:id/messages').map(({ path }) => path);

/** A customer from whom something is stored, and what is known of it, after nobody listens any more. */
async function somebodyKnown(): Promise<{ customer: DiscordCustomer; records: MemoryRecords }> {
  const customer = simulator.customer();
  const records = memoryRecords();
  const first = open({ records });
  await connected(first);
  customer.write('before');
  await until('what came before', () => first.texts().length === 1);
  await first.stop();
  return { customer, records };
}

describe('a gap of five minutes', () => {
  test('with 100 messages in ten channels is recovered whole and in order, while new ones come', async () => {
    const server = simulator.guild();
    const channels = Array.from({ length: 5 }, (_, at) => server.addChannel(`c${at}`));
    const people = Array.from({ length: 5 }, () => simulator.customer());
    const places = [...channels, ...people.map(({ dm }) => dm)];
    const [writer] = people;
    if (writer === undefined) throw new Error('nobody writes');
    const writeIn = (place: string, text: string): void => {
      const person = people.find(({ dm }) => dm === place) ?? writer;
      person.write(text, { channelId: place });
    };
    const receiver = open({ covers: ({ id }) => channels.includes(id) });
    await connected(receiver);
    for (const place of places) writeIn(place, `before ${place}`);
    await until('what came before', () => receiver.texts().length === 10);

    await simulator.suspend();
    const expected = new Map(places.map((place) => [place, [`before ${place}`]]));
    for (let number = 0; number < 10; number += 1) {
      for (const place of places) {
        writeIn(place, `gap ${number}`);
        expected.get(place)?.push(`gap ${number}`);
      }
      simulator.clock.advance(MINUTE_MS / 2);
    }
    await simulator.resume();
    // The session is too old: nothing is replayed.
    await until('a new session', () => simulator.log.gateway.filter(({ outcome }) => outcome === 'ready').length === 2);
    for (const place of places) {
      writeIn(place, 'new');
      expected.get(place)?.push('new');
    }
    await until('all', () => receiver.texts().length === 10 + 100 + 10);
    for (const place of places) expect([place, receiver.texts(place)]).toEqual([place, expected.get(place)]);
    const found = receiver.stored.filter(({ source }) => source === 'backfill');
    expect(found.every(({ d }) => typeof (d as { channel_type: unknown }).channel_type === 'number')).toBe(true);
    expect(found.find(({ d }) => (d as { channel_id: string }).channel_id === channels[0])?.d).toMatchObject({
      guild_id: server.id,
      channel_type: 0,
    });
    await until('the end of it', () => stateOf(receiver) === 'connected');
  });

  test('is recovered by a process that starts anew, pages and all; the next start asks for nothing twice', async () => {
    const channelId = simulator.guild().addChannel('help');
    const customer = simulator.customer();
    const records = memoryRecords();
    const covers = ({ id }: { id: string }): boolean => id === channelId;
    const first = open({ records, covers });
    await connected(first);
    customer.write('first', { channelId });
    await until('the first', () => first.texts().length === 1);
    await first.stop();

    for (let number = 0; number < 250; number += 1) customer.write(`gap ${number}`, { channelId });
    const second = open({ records, covers });
    await until('all', () => second.texts().length >= 251);
    expect(second.texts(channelId)).toEqual(['first', ...Array.from({ length: 250 }, (_, at) => `gap ${at}`)]);
    await second.stop();

    simulator.log.clear();
    const third = open({ records, covers });
    await connected(third);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(third.texts()).toEqual([]);
    expect(channelCalls()).toEqual([]);
  });

  test('that is cut off half way goes on where it was, and loses nothing', async () => {
    const channelId = simulator.guild().addChannel('help');
    const customer = simulator.customer();
    const records = memoryRecords();
    const covers = ({ id }: { id: string }): boolean => id === channelId;
    const first = open({ records, covers });
    await connected(first);
    customer.write('first', { channelId });
    await until('the first', () => first.texts().length === 1);
    await first.stop();
    for (let number = 0; number < 30; number += 1) customer.write(`gap ${number}`, { channelId });

    const second = open({ records, covers });
    await until('some', () => second.texts().length >= 10);
    await second.stop();
    // Written by nobody's leave while reading was broken off.
    customer.write('last', { channelId });
    const third = open({ records, covers });
    await until('the last', () => third.texts().includes('last'));
    const stored = new Set([...second.texts(channelId), ...third.texts(channelId)]);
    expect([...stored]).toEqual(['first', ...Array.from({ length: 30 }, (_, at) => `gap ${at}`), 'last']);
  });

  test('survives rate limits, errors and cut answers', async () => {
    const { customer, records } = await somebodyKnown();
    for (let number = 0; number < 20; number += 1) customer.write(`gap ${number}`);
    const route = 'GET /channels/:id/messages';
    simulator.faults.add({ kind: 'rate_limited', route, times: 2, retryAfterSeconds: 0.05 });
    simulator.faults.add({ kind: 'error_before', route, times: 2, status: 503 });
    simulator.faults.add({ kind: 'drop_after', route, times: 2 });
    simulator.faults.add({ kind: 'not_json', route, times: 1 });
    const second = open({ records });
    await until('all', () => second.texts().length === 21);
    expect(simulator.faults.rules).toEqual([]);
    expect(second.texts()).toEqual(['before', ...Array.from({ length: 20 }, (_, at) => `gap ${at}`)]);
  });

  test('while it cannot be read, new messages come, and do not hide it', async () => {
    const { customer, records } = await somebodyKnown();
    customer.write('in the gap');
    const lift = simulator.faults.add({ kind: 'error_before', route: 'GET /channels/:id/messages' });
    const second = open({ records });
    await until('connected', () => simulator.gatewayConnections === 1);
    await until('ready', () => simulator.log.gateway.length === 2);
    customer.write('new');
    await until('the new one', () => second.texts().includes('new'));
    await second.stop();
    lift();
    const third = open({ records });
    await until('the gap', () => third.texts().includes('in the gap'));
  });
});

describe('what is read and what is not', () => {
  test('the first start of an account reads nothing of what was there before', async () => {
    const channelId = simulator.guild().addChannel('help');
    simulator.customer().write('long ago', { channelId, atMs: Date.now() - 60 * MINUTE_MS });
    const receiver = open({ covers: () => true });
    await connected(receiver);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(receiver.texts()).toEqual([]);
    expect(channelCalls()).toEqual([]);
  });

  test('posts opened in a forum of the configuration during the gap are found', async () => {
    const server = simulator.guild();
    const forum = server.addForum('questions');
    const records = memoryRecords();
    const covers = ({ parentId }: { parentId: string | null }): boolean => parentId === forum;
    const first = open({ records, covers });
    await begun(first);
    await first.stop();
    const customer = simulator.customer();
    const post = customer.openPost(forum, 'How?', 'the question');
    const second = open({ records, covers });
    await until('the question', () => second.texts().length === 1);
    expect(messagesOf(second.stored)).toMatchObject([
      { id: post.id, channel_id: post.channelId, guild_id: server.id, channel_type: 11, content: 'the question' },
    ]);
  });

  test('a failed call lets no new message go ahead of what was missed', async () => {
    const { customer, records } = await somebodyKnown();
    customer.write('in the gap');
    // The first is spent on looking through what is known, the others on what the new message waits for.
    simulator.faults.add({ kind: 'error_before', route: 'GET /channels/:id/messages', times: 4, status: 503 });
    const second = open({ records });
    await until('ready', () => simulator.log.gateway.length === 2);
    customer.write('new');
    await until('both', () => second.texts().length >= 3);
    expect(simulator.faults.rules).toEqual([]);
    expect(second.texts()).toEqual(['before', 'in the gap', 'new']);
  });

  test('where a gap cannot be read at all, a busy channel waits for it once, not with every message', async () => {
    const { customer, records } = await somebodyKnown();
    customer.write('in the gap');
    const lift = simulator.faults.add({ kind: 'error_before', route: 'GET /channels/:id/messages', status: 503 });
    const second = open({ records, times: { maxRetryMs: 2_000 } });
    await until('ready', () => simulator.log.gateway.length === 2);
    const texts = Array.from({ length: 8 }, (_, index) => `new ${index}`);
    for (const text of texts) customer.write(text);
    // The first waits its second; with all of them waiting it would be eight.
    await until('all that is new', () => second.texts().includes('new 7'), 3_000);
    expect(second.texts()).toEqual(texts);
    lift();
    await until('the gap', () => second.texts().includes('in the gap'), 10_000);
  }, 20_000);

  test('what is written while the very first start notes where it begins stays in order', async () => {
    const customer = simulator.customer();
    const records = memoryRecords();
    const slow: MemoryRecords = {
      ...records,
      async bookmark(name) {
        await until('the first', () => simulator.log.gateway.length === 1);
        customer.write('first');
        await pause(20);
        return records.bookmark(name);
      },
      async beginAt(name, bookmark) {
        await pause(20);
        customer.write('second');
        await records.beginAt(name, bookmark);
      },
    };
    const receiver = open({ records: slow });
    await until('both', () => receiver.texts().length === 2);
    expect(receiver.texts()).toEqual(['first', 'second']);
  });

  test("somebody's first direct message comes with the next one, in order; whoever is new costs no call", async () => {
    const records = memoryRecords();
    const stranger = simulator.customer();
    const first = open({ records });
    await begun(first);
    await first.stop();
    stranger.write('first ever, while we were away');
    await new Promise((resolve) => setTimeout(resolve, 5));
    const second = open({ records });
    await connected(second);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const newcomer = simulator.customer();
    newcomer.write('hello');
    stranger.write('are you there?');
    await until('all', () => second.texts().length === 3);
    expect(second.texts(stranger.dm)).toEqual(['first ever, while we were away', 'are you there?']);
    expect(channelCalls().filter((path) => path.includes(newcomer.dm))).toEqual([]);
    stranger.write('still there');
    await until('the last', () => second.texts().includes('still there'));
    expect(channelCalls().filter((path) => path.includes(stranger.dm))).toHaveLength(1);
  });

  test('a thread that the bot opened is told with its owner, so that what was written in it is found', async () => {
    const server = simulator.guild();
    const records = memoryRecords();
    const covers = ({ ownerId }: { ownerId: string | null }): boolean => ownerId === simulator.botId;
    const first = open({ records, covers });
    await begun(first);
    const thread = server.addThread(server.addChannel('town'), 'help', { private: true, ownerId: simulator.botId });
    await first.stop();
    simulator.customer().write('in the private thread', { channelId: thread });
    const second = open({ records, covers });
    await until('it', () => second.texts().includes('in the private thread'));
  });

  test('what a refusal kept from us is read once it is over, and hidden by nothing that came meanwhile', async () => {
    const server = simulator.guild();
    const channelId = server.addChannel('help');
    const records = memoryRecords();
    const covers = ({ id }: { id: string }): boolean => id === channelId;
    const first = open({ records, covers });
    await begun(first);
    await first.stop();
    const customer = simulator.customer();
    customer.write('in the gap', { channelId });
    const route = 'GET /channels/:id/messages';
    const lift = simulator.faults.add({ kind: 'refuse', route, status: 403, code: 50_001, channelId });
    const second = open({ records, covers });
    await until('the state', () => stateOf(second) === 'retrying no_access');
    customer.write('meanwhile', { channelId });
    await until('the new one', () => second.texts().includes('meanwhile'));
    lift();
    await until('the gap', () => second.texts().includes('in the gap'));
    await connected(second);
  });

  test('a server that comes back later than the rest is looked through too', async () => {
    const server = simulator.guild();
    const channelId = server.addChannel('help');
    const customer = simulator.customer();
    const receiver = open({ covers: ({ id }) => id === channelId });
    await connected(receiver);
    customer.write('before', { channelId });
    await until('what came before', () => receiver.texts().length === 1);
    server.outage();
    customer.write('in its outage', { channelId, silent: true });
    server.join();
    await until('what was missed', () => receiver.texts().includes('in its outage'));
    expect(receiver.texts()).toEqual(['before', 'in its outage']);
    // From where it stood: what came before the session is not read again.
    expect(messagesOf(receiver.stored)).toHaveLength(2 + 1);
  });

  test('a channel of the configuration that may not be read is a state with a mend', async () => {
    const server = simulator.guild();
    const channelId = server.addChannel('help');
    const records = memoryRecords();
    records.bookmarks.set('account', bookmarkAt(positionAt(Date.now() - MINUTE_MS)));
    simulator.customer().write('unseen', { channelId });
    simulator.faults.add({ kind: 'refuse', route: 'GET /channels/:id/messages', status: 403, code: 50_001, channelId });
    const receiver = open({ records, covers: ({ id }) => id === channelId });
    await until('the state', () => stateOf(receiver) === 'retrying no_access');
    expect(receiver.states.at(-1)).toMatchObject({ mend: expect.stringContaining('Read Message History') });
  });

  test('100,000 known direct messages: soon at work, recent ones first, the rest beside it', async () => {
    const records = memoryRecords();
    const now = Date.now();
    records.bookmarks.set('account', bookmarkAt(positionAt(now - 1_000 * MINUTE_MS)));
    for (let number = 0; number < 100_000; number += 1) {
      const id = String(300_000_000_000_000_000n + BigInt(number));
      records.bookmarks.set(bookmarkName(id, true), bookmarkAt(positionAt(now - 900 * MINUTE_MS) - number));
    }
    const [busy, recent] = [simulator.customer(), simulator.customer()];
    for (const [customer, agoMs] of [
      [busy, 800 * MINUTE_MS],
      [recent, 1_000],
    ] as const) {
      const { id } = customer.write('known', { silent: true, atMs: now - agoMs });
      records.bookmarks.set(bookmarkName(customer.dm, true), bookmarkAt(positionOf(id)));
    }
    recent.write('missed', { silent: true });
    const receiver = open({ records, times: { backfillPerSecond: 25, lagShownMs: 2_000 } });
    await until('ready', () => simulator.log.gateway.length === 1, 10_000);
    // The one that was active last is asked for among the first.
    await until('the missed one', () => receiver.texts().includes('missed'), 10_000);
    // A message of any other does not wait for its turn.
    busy.write('new');
    await until('the new one', () => receiver.texts().includes('new'), 5_000);
    expect(receiver.states.some((state) => state.state === 'lagging' && state.code === 'catching_up')).toBe(true);
    await connected(receiver, 10_000);
    const perSecond = channelCalls().length / ((Date.now() - now) / 1_000);
    expect(perSecond).toBeLessThan(30);
  });
});
