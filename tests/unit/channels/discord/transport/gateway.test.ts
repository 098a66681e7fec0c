import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { INTENT } from '../../../../../channels/discord/simulator/gateway/session.ts';
import {
  createDiscordSimulator,
  type DiscordSimulator,
  type DiscordSimulatorOptions,
} from '../../../../../channels/discord/simulator/index.ts';
import type { ConnectionState } from '../../../../../src/core/ports/channel.ts';
import { type Receiver, receive, stateOf, until } from './receiver.ts';

let simulator: DiscordSimulator;
let receivers: Receiver[] = [];

async function start(options: DiscordSimulatorOptions = {}): Promise<void> {
  simulator = createDiscordSimulator(options);
  await simulator.start();
}

function open(options: Parameters<typeof receive>[1] = {}): Receiver {
  const receiver = receive(simulator, options);
  receivers.push(receiver);
  return receiver;
}

const connected = (receiver: Receiver): Promise<void> =>
  until(`connected, but ${stateOf(receiver)}`, () => stateOf(receiver) === 'connected');
const sessions = (): string[] => simulator.log.gateway.map(({ kind, outcome }) => `${kind} ${outcome}`);
const withCode = (states: readonly ConnectionState[], code: string): ConnectionState | undefined =>
  states.find((state) => 'code' in state && state.code === code);

beforeEach(() => start());

afterEach(async () => {
  for (const receiver of receivers) {
    await receiver.stop();
    const said = JSON.stringify([receiver.states, receiver.log.lines]);
    expect(said).not.toContain(simulator.token);
  }
  receivers = [];
  await simulator.stop();
});

describe('receiving', () => {
  test('hands on what came, as it came, in the order of each channel', async () => {
    const receiver = open();
    await connected(receiver);
    const [one, two] = [simulator.customer(), simulator.customer()];
    for (let number = 0; number < 50; number += 1) {
      one.write(`one ${number}`);
      two.write(`two ${number}`);
    }
    const where = one.write('to be changed');
    one.edit(where, 'changed');
    one.react(where, '👍');
    one.remove(where);
    await until('all', () => receiver.stored.length >= 104);
    expect(receiver.texts(one.dm)).toEqual([...Array.from({ length: 50 }, (_, at) => `one ${at}`), 'to be changed']);
    expect(receiver.texts(two.dm)).toEqual(Array.from({ length: 50 }, (_, at) => `two ${at}`));
    const last = receiver.stored.filter(({ d }) => (d as { channel_id: string }).channel_id === one.dm).slice(-4);
    expect(last.map(({ t }) => t)).toEqual([
      'MESSAGE_CREATE',
      'MESSAGE_UPDATE',
      'MESSAGE_REACTION_ADD',
      'MESSAGE_DELETE',
    ]);
    expect(receiver.stored.every(({ v, source, shardId }) => v === 1 && source === 'gateway' && shardId === 0)).toBe(
      true,
    );
  });

  test('who types in a direct message is told on and never stored; in servers nobody is, nor are we', async () => {
    const typing: string[] = [];
    const receiver = open({ onTyping: (channelId) => void typing.push(channelId) });
    await connected(receiver);
    expect(simulator.log.gateway.map(({ intents }) => (intents ?? 0) & INTENT.directTyping)).toEqual([
      INTENT.directTyping,
    ]);
    const customer = simulator.customer();
    const guild = simulator.guild();
    const types = (over: object): void =>
      simulator.dispatch('TYPING_START', { channel_id: customer.dm, user_id: customer.id, timestamp: 1, ...over });
    types({ user_id: simulator.botId });
    types({ channel_id: guild.addChannel('general'), guild_id: guild.id });
    types({ channel_id: 7 });
    types({});
    customer.write('done');
    await until('the message', () => receiver.texts().length === 1);
    expect(typing).toEqual([customer.dm]);
    expect(receiver.stored.map(({ t }) => t)).not.toContain('TYPING_START');
  });

  test('what was not stored comes again, before what came after it', async () => {
    const receiver = open();
    await connected(receiver);
    receiver.refuse(7);
    const customer = simulator.customer();
    for (const text of ['a', 'b', 'c']) customer.write(text);
    await until('all', () => receiver.stored.length === 3);
    expect(receiver.texts()).toEqual(['a', 'b', 'c']);
    expect(withCode(receiver.states, 'ingest_refused')).toMatchObject({ state: 'retrying', mend: expect.any(String) });
    await connected(receiver);
  });

  test('odd payloads, garbled frames and unknown events end nothing', async () => {
    const receiver = open();
    await connected(receiver);
    const customer = simulator.customer();
    simulator.faults.add({ kind: 'odd_thread', times: 1 });
    customer.write('with thread null');
    simulator.faults.add({ kind: 'missing_channel_type', times: 1 });
    customer.write('without channel_type');
    simulator.faults.add({ kind: 'malformed_frame', times: 1 });
    customer.write('behind a garbled frame');
    for (const d of [null, 7, 'text', [], { channel_id: 5, id: {} }]) simulator.dispatch('MESSAGE_CREATE', d);
    simulator.dispatch('SOMETHING_NEW', { channel_id: customer.dm });
    simulator.dispatch('GUILD_CREATE', { id: 'no id', channels: 7 });
    customer.write('last');
    await until('the last', () => receiver.texts().includes('last'));
    expect(receiver.texts(customer.dm)).toEqual([
      'with thread null',
      'without channel_type',
      'behind a garbled frame',
      'last',
    ]);
    expect(receiver.stored.some(({ t }) => t === 'SOMETHING_NEW')).toBe(true);
    expect(sessions()).toEqual(['identify ready', 'resume resumed']);
  });

  test('more than fits in memory stops the reading, not the connection', async () => {
    const gates: (() => void)[] = [];
    let isOpen = false;
    let stored = 0;
    const receiver = open({
      async take() {
        if (!isOpen) await new Promise<void>((resolve) => void gates.push(resolve));
        stored += 1;
      },
    });
    await connected(receiver);
    const customer = simulator.customer();
    const padding = 'x'.repeat(1_900);
    for (let number = 0; number < 12_000; number += 1) customer.write(`${number} ${padding}`);
    await until('the first', () => gates.length > 0);
    isOpen = true;
    for (const gate of gates) gate();
    await until('all', () => stored === 12_000, 20_000);
    expect(sessions()).toEqual(['identify ready']);
  });

  test('what was received is stored before the end, edits too: they never come again', async () => {
    const taken: string[] = [];
    const receiver = open({
      async take({ t }) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        taken.push(t);
      },
    });
    await connected(receiver);
    const customer = simulator.customer();
    const where = customer.write('to be changed');
    for (let number = 0; number < 20; number += 1) customer.edit(where, `changed ${number}`);
    await until('the first', () => taken.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await receiver.stop();
    expect(taken).toHaveLength(21);
  });

  test('a store that takes nothing holds up the end for a bounded time', async () => {
    const receiver = open({ take: () => Promise.reject(new Error('the store is away')) });
    await connected(receiver);
    for (let number = 0; number < 20; number += 1) simulator.customer().write('hello');
    await until('the state', () => stateOf(receiver).includes('ingest_refused'));
    const from = performance.now();
    await receiver.stop();
    expect(performance.now() - from).toBeLessThan(4_000);
  });

  test('with many shards each gets its servers, and direct messages come once', async () => {
    await simulator.stop();
    await start({ gateway: { shards: 3, maxConcurrency: 3 } });
    const channels = Array.from({ length: 9 }, (_, at) => simulator.guild().addChannel(`c${at}`));
    const receiver = open();
    await until('three', () => simulator.gatewayConnections === 3 && stateOf(receiver) === 'connected');
    const customer = simulator.customer();
    for (const channelId of channels) customer.write(`in ${channelId}`, { channelId });
    customer.write('direct');
    await until('all', () => receiver.stored.filter(({ t }) => t === 'MESSAGE_CREATE').length >= 10);
    expect(receiver.texts().sort()).toEqual([...channels.map((id) => `in ${id}`), 'direct'].sort());
  });
});

describe('connections that end', () => {
  test('a cut one is taken up again and brings what was missed', async () => {
    const receiver = open();
    await connected(receiver);
    // Of a conversation as old as the session the history would be read first.
    await new Promise((resolve) => setTimeout(resolve, 5));
    const customer = simulator.customer();
    customer.write('before');
    await until('before', () => receiver.stored.length === 1);
    simulator.cut();
    for (const text of ['x', 'y', 'z']) customer.write(text);
    await until('all', () => receiver.stored.length === 4);
    expect(receiver.texts()).toEqual(['before', 'x', 'y', 'z']);
    expect(sessions()).toEqual(['identify ready', 'resume resumed']);
    expect(receiver.stored.every(({ source }) => source === 'gateway')).toBe(true);
  });

  test('refused reconnects do not lose the session', async () => {
    const receiver = open();
    await connected(receiver);
    await simulator.suspend();
    const customer = simulator.customer();
    customer.write('written while the door was shut');
    await until('trouble', () => withCode(receiver.states, 'network') !== undefined);
    await simulator.resume();
    await until('the message', () => receiver.stored.length === 1);
    expect(sessions()).toEqual(['identify ready', 'resume resumed']);
    await connected(receiver);
  });

  test('an invalid session begins a new one; what is handed out twice is handed on twice', async () => {
    const receiver = open();
    await connected(receiver);
    simulator.faults.add({ kind: 'invalid_session', times: 1 });
    simulator.cut();
    await until('a new one', () => sessions().length === 3 && stateOf(receiver) === 'connected');
    expect(sessions()).toEqual(['identify ready', 'resume invalid_session', 'identify ready']);
    simulator.faults.add({ kind: 'duplicate_dispatch', times: 1 });
    const { id } = simulator.customer().write('twice');
    await until('both', () => receiver.stored.length === 2);
    expect(receiver.stored.map(({ d }) => (d as { id: string }).id)).toEqual([id, id]);
  });

  test('opcode 7 is followed at once', async () => {
    const receiver = open();
    await connected(receiver);
    await new Promise((resolve) => setTimeout(resolve, 50));
    simulator.askToReconnect();
    await until('resumed', () => sessions().length === 2);
    expect(sessions()).toEqual(['identify ready', 'resume resumed']);
    await connected(receiver);
  });

  test('heartbeats without an answer end a connection that looks alive', async () => {
    await simulator.stop();
    await start({ gateway: { heartbeatMs: 100 } });
    const receiver = open();
    await connected(receiver);
    simulator.faults.add({ kind: 'no_ack', times: 1 });
    await until('resumed', () => sessions().includes('resume resumed'));
    expect(simulator.log.connections).toBeGreaterThan(1);
    await connected(receiver);
    expect(withCode(receiver.states, 'network')).toBeDefined();
  });

  test.each(['no_hello', 'no_ready', 'refuse_connect'] as const)('%s: tried again', async (kind) => {
    simulator.faults.add({ kind, times: 2 });
    const receiver = open();
    await connected(receiver);
    expect(simulator.log.connections).toBe(3);
    expect(withCode(receiver.states, 'network')).toBeDefined();
  });

  test.each([4000, 4001, 4002, 4005, 4007, 4008, 4009, 1000, 1001])('close code %d: comes back', async (code) => {
    const receiver = open();
    await connected(receiver);
    simulator.cut(code);
    await until('back', () => sessions().length >= 2 && stateOf(receiver) === 'connected');
    const customer = simulator.customer();
    customer.write('still here');
    await until('the message', () => receiver.texts().includes('still here'));
  });

  test('close code 4011: all shards begin anew with the number that is asked for', async () => {
    const channels = Array.from({ length: 4 }, (_, at) => simulator.guild().addChannel(`c${at}`));
    const receiver = open();
    await connected(receiver);
    simulator.setShards(2);
    simulator.cut(4011);
    await until('two', () => simulator.gatewayConnections === 2 && stateOf(receiver) === 'connected');
    const customer = simulator.customer();
    for (const channelId of channels) customer.write(channelId, { channelId });
    await until('all', () => receiver.texts().length === 4);
    expect(simulator.log.gateway.map(({ shard }) => shard)).toEqual([
      [0, 1],
      [0, 2],
      [1, 2],
    ]);
  });

  test('a server that closes every connection is not hammered, and identifies stay few', async () => {
    simulator.faults.add({ kind: 'close_identify', closeCode: 4000 });
    const receiver = open({ times: { firstRetryMs: 1, maxRetryMs: 2 } });
    await until('the budget', () => withCode(receiver.states, 'identify_budget') !== undefined);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(simulator.log.gateway).toHaveLength(20);
    expect(withCode(receiver.states, 'identify_budget')).toMatchObject({ state: 'retrying', mend: expect.any(String) });
  });

  test('of the last sessions of the day a process takes one, and leaves the others alone', async () => {
    await simulator.stop();
    await start({ gateway: { identifiesPerDay: 9 } });
    const receiver = open();
    await connected(receiver);
    simulator.forgetSessions();
    simulator.cut();
    await until('the budget', () => stateOf(receiver) === 'retrying identify_budget');
    expect(sessions()).toEqual(['identify ready', 'resume invalid_session']);
    expect(simulator.identifiesLeft).toBe(8);
  });

  test('a session that nothing answers for any more is given up, and a new one begun', async () => {
    const receiver = open({ times: { handshakeMs: 30, firstRetryMs: 5, maxRetryMs: 10 } });
    await connected(receiver);
    const lift = simulator.faults.add({ kind: 'no_hello' });
    simulator.cut();
    await until('tries', () => simulator.log.connections > 6);
    lift();
    await until('a new session', () => sessions().length === 2);
    expect(sessions()).toEqual(['identify ready', 'identify ready']);
    await connected(receiver);
  });

  test.each([4000, 4008])('a session whose every RESUME is closed with %d is given up', async (closeCode) => {
    const receiver = open({ times: { firstRetryMs: 5, maxRetryMs: 10 } });
    await connected(receiver);
    simulator.faults.add({ kind: 'close_resume', closeCode });
    simulator.cut();
    await until('a new session', () => sessions().includes('identify ready', 1));
    expect(sessions()).toEqual([
      'identify ready',
      ...Array.from({ length: 6 }, () => 'resume closed'),
      'identify ready',
    ]);
  });
});

describe('what only a person can mend', () => {
  test('a missing privileged intent', async () => {
    simulator.grantIntents(0);
    const receiver = open();
    await until('the state', () => stateOf(receiver) === 'stopped missing_intent');
    expect(receiver.states.at(-1)).toMatchObject({ mend: expect.stringContaining('Message Content Intent') });
    simulator.grantIntents(1 << 15);
    await connected(receiver);
  });

  test('a revoked token, at the start and later', async () => {
    simulator.revokeToken();
    const receiver = open();
    await until('the state', () => stateOf(receiver) === 'stopped bad_token');
    simulator.revokeToken(false);
    await connected(receiver);
    simulator.revokeToken();
    simulator.cut(4004);
    await until('the state again', () => stateOf(receiver) === 'stopped bad_token');
    expect(receiver.states.at(-1)).toMatchObject({ trouble: 'needs_login', mend: expect.stringContaining('token') });
    simulator.revokeToken(false);
    await connected(receiver);
  });

  test('being thrown out of a server of the configuration, until it is let in again', async () => {
    const server = simulator.guild();
    const channelId = server.addChannel('help');
    const other = simulator.guild();
    other.addChannel('off topic');
    const receiver = open({ covers: ({ id }) => id === channelId });
    await connected(receiver);
    other.remove();
    server.outage();
    await until('told', () => receiver.stored.filter(({ t }) => t === 'GUILD_DELETE').length === 2);
    expect(stateOf(receiver)).toBe('connected');
    server.remove();
    await until('the state', () => stateOf(receiver) === 'retrying removed_from_server');
    server.join();
    await connected(receiver);
  });

  test('an apiRoot where nothing listens', async () => {
    await simulator.suspend();
    const receiver = open();
    await until('the state', () => stateOf(receiver) === 'retrying network');
    await simulator.resume();
    await connected(receiver);
  });
});
