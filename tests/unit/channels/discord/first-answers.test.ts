import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '../../../kit/eventually.ts';
import { type AccountStand, startAccount } from './account-stand.ts';

/** Discord waits three seconds for a first answer: whatever else there is to do must not come before it. */

const CALLBACK = 'POST /interactions/:id/:token/callback';
const MODAL = 9;
const DEFERRED = 5;
/** Well below the three seconds, and well below what holds things up here. */
const SOON_MS = 1_500;

let on: AccountStand;
let lounge: string;
beforeEach(async () => {
  on = await startAccount();
  lounge = on.simulator.guild().addChannel('lounge');
});
afterEach(async () => {
  await on.stop();
});

const asks = (customer = on.simulator.customer()) => customer.command('support', { channelId: lounge });
/** Somebody whose form is open. */
async function open() {
  const customer = on.simulator.customer();
  const command = asks(customer);
  await eventually(() => expect(command.answer?.type).toBe(MODAL));
  return { customer, command };
}

test('a form whose private thread takes long keeps nobody waiting, nor is it kept waiting itself', async () => {
  const { customer, command } = await open();
  on.simulator.faults.add({ kind: 'slow', route: 'POST /channels/:id/threads', latencyMs: 4_000, times: 1 });
  const form = customer.submit(command, { text: 'one' });
  const [other, own] = [asks(), asks(customer)];
  await eventually(() => expect(other.answer?.type).toBe(MODAL), SOON_MS);
  await eventually(() => expect(own.answer?.type).toBe(MODAL), SOON_MS);
  expect(form.answer?.type).toBe(DEFERRED);
  expect(on.texts()).toEqual([]);
});

test('what others write is stored meanwhile', async () => {
  const [ana, bob] = [await open(), await open()];
  on.simulator.faults.add({
    kind: 'slow',
    route: 'PUT /channels/:id/thread-members/:user',
    latencyMs: 2_000,
    times: 1,
  });
  ana.customer.submit(ana.command, { text: 'slow' });
  bob.customer.submit(bob.command, { text: 'quick' });
  await eventually(() => expect(on.texts()).toEqual(['quick']), SOON_MS);
  await eventually(() => expect(on.texts()).toEqual(['quick', 'slow']));
});

test('an answer that hangs keeps nobody waiting', async () => {
  on.simulator.faults.add({ kind: 'hang_before', route: CALLBACK, times: 1 });
  const ana = on.simulator.customer();
  const [first, other, own] = [asks(ana), asks(), asks(ana)];
  await eventually(() => expect(other.answer?.type).toBe(MODAL), SOON_MS);
  await eventually(() => expect(own.answer?.type).toBe(MODAL), SOON_MS);
  expect(first.answer).toBeNull();
});

test('a store that is away keeps nobody waiting, and what it gets is in order', async () => {
  const { customer, command } = await open();
  const again = asks(customer);
  await eventually(() => expect(again.answer?.type).toBe(MODAL));
  await eventually(() => expect(on.sink.stored).toHaveLength(2));
  const openStore = on.sink.hold();
  const form = customer.submit(command, { text: 'one' });
  await eventually(() => expect(on.sink.offered).toHaveLength(3));
  on.simulator.faults.add({ kind: 'slow', route: CALLBACK, latencyMs: 100, times: 1 });
  const second = customer.submit(again, { text: 'two' });
  const other = asks();
  await eventually(() => expect(other.answer?.type).toBe(MODAL), SOON_MS);
  await eventually(() => expect(second.answer?.type).toBe(DEFERRED), SOON_MS);
  expect(form.answer?.type).toBe(DEFERRED);
  expect(on.texts()).toEqual([]);
  openStore();
  await eventually(() => expect(on.texts()).toEqual(['one', 'two']));
});

test('one that comes twice, or has to be stored again, is answered once', async () => {
  const answers = (): number => on.simulator.log.calls.filter(({ route }) => route === CALLBACK).length;
  on.simulator.faults.add({ kind: 'duplicate_dispatch', times: 1 });
  on.sink.refuse(3);
  const command = asks();
  await eventually(() => expect(on.sink.stored).toHaveLength(2));
  expect(command.answer?.type).toBe(MODAL);
  expect(answers()).toBe(1);
});

test('one repeated by a session that is taken up again is answered once', async () => {
  const answers = (): number => on.simulator.log.calls.filter(({ route }) => route === CALLBACK).length;
  const command = asks();
  await eventually(() => expect(command.answer?.type).toBe(MODAL));
  const { id, token } = command;
  const repeated = { id, token, type: 2, data: { name: 'support' }, channel_id: lounge };
  on.simulator.cut();
  await eventually(() => expect(on.simulator.log.gateway.at(-1)?.outcome).toBe('resumed'));
  on.simulator.dispatch('INTERACTION_CREATE', repeated);
  await eventually(() => expect(on.sink.stored).toHaveLength(2));
  expect(answers()).toBe(1);
});
