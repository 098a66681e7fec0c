import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  createDiscordSimulator,
  type DiscordCustomer,
  type DiscordSimulator,
} from '../../../channels/discord/simulator/index.ts';
import type { DiscordGatewayPayload } from '../../../channels/discord/transport/ports.ts';
import { type MemoryRecords, memoryRecords } from '../../kit/channels/memory-records.ts';
import { messagesOf, type Receiver, receive, stateOf, until } from '../../unit/channels/discord/transport/receiver.ts';

/** A session or a process is lost before all that came in it is stored: the next one must know where to look. */

const MINUTE_MS = 60_000;

let simulator: DiscordSimulator;
let receiver: Receiver | null = null;
/** Whether the store keeps what it is given waiting. */
let isHeld: boolean;
let held: Set<string>;
let taken: DiscordGatewayPayload[];

beforeEach(async () => {
  simulator = createDiscordSimulator({ gateway: { resumeWindowMs: 2 * MINUTE_MS } });
  await simulator.start();
});

afterEach(async () => {
  isHeld = false;
  await receiver?.stop();
  receiver = null;
  await simulator.stop();
});

async function listen(options: { hold: boolean; records?: MemoryRecords } = { hold: true }): Promise<void> {
  isHeld = options.hold;
  held = new Set();
  taken = [];
  const records = options.records ?? memoryRecords();
  receiver = receive(simulator, {
    records,
    async take(payload, bookmark) {
      held.add(payload.source);
      while (isHeld) await pause(5);
      if (bookmark !== undefined) records.bookmarks.set(bookmark.name, bookmark);
      taken.push(payload);
    },
  });
  const opened = receiver;
  await until('connected', () => stateOf(opened) === 'connected');
  await pause(5);
}

async function loseSession(customer: DiscordCustomer): Promise<void> {
  await simulator.suspend();
  simulator.clock.advance(5 * MINUTE_MS);
  customer.write('in the gap');
  await simulator.resume();
  const ready = (): number => simulator.log.gateway.filter(({ outcome }) => outcome === 'ready').length;
  await until('a new session', () => ready() === 2);
  await pause(50);
  isHeld = false;
}

const texts = (): string[] => [...new Set(messagesOf(taken).map(({ content }) => content))];

test('whoever is new misses nothing', async () => {
  await listen();
  const customer = simulator.customer();
  customer.write('first');
  await until('it came', () => held.has('gateway'));
  await loseSession(customer);
  await until('both', () => texts().length === 2);
  expect(texts()).toEqual(['first', 'in the gap']);
});

test('whoever is older misses nothing: their first message is read over REST with what may have come before', async () => {
  const customer = simulator.customer();
  customer.write('long ago, to nobody');
  await listen();
  customer.write('first');
  await until('it came', () => held.has('backfill'));
  await loseSession(customer);
  await until('both', () => texts().length === 2);
  expect(texts()).toEqual(['first', 'in the gap']);
});

test('whoever changed an old message misses nothing', async () => {
  const customer = simulator.customer();
  const old = customer.write('long ago, to nobody');
  await listen();
  customer.edit(old, 'changed');
  await until('it came', () => held.has('gateway'));
  await loseSession(customer);
  await until('what came in the gap', () => texts().includes('in the gap'));
  expect(taken.map(({ t, source }) => [t, source])).toEqual([
    ['MESSAGE_UPDATE', 'gateway'],
    ['MESSAGE_CREATE', 'backfill'],
  ]);
});

describe('what came before a message and could not be read', () => {
  const refusal = () =>
    simulator.faults.add({ kind: 'error_before', route: 'GET /channels/:id/messages', status: 503 });

  test('is read by the next session, with what came in between', async () => {
    const customer = simulator.customer();
    customer.write('long ago, to nobody');
    await listen({ hold: false });
    const lift = refusal();
    customer.write('first');
    await until('it is stored without what came before', () => texts().includes('first'));
    await loseSession(customer);
    lift();
    await until('what came in the gap', () => texts().includes('in the gap'));
  });

  test('is read by the next process, with what came in between', async () => {
    const customer = simulator.customer();
    customer.write('long ago, to nobody');
    const records = memoryRecords();
    await listen({ hold: false, records });
    const lift = refusal();
    customer.write('first');
    await until('it is stored without what came before', () => texts().includes('first'));
    await receiver?.stop();
    lift();
    customer.write('in the gap');
    await listen({ hold: false, records });
    await until('what came in the gap', () => texts().includes('in the gap'));
  });

  test('is read once it can be, though nobody writes any more', async () => {
    const customer = simulator.customer();
    customer.write('long ago, to nobody');
    await listen({ hold: false });
    await until(
      'all that was known is read',
      () => receiver?.log.lines.some(({ message }) => message === 'gap read') ?? false,
    );
    const lift = refusal();
    customer.write('missed', { silent: true });
    customer.write('first');
    await until('it is stored without what came before', () => texts().includes('first'));
    expect(texts()).toEqual(['first']);
    lift();
    await until('what was missed', () => texts().includes('missed'));
  });
});
