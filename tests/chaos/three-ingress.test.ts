import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { seededRandom } from '../../channels/shared/seeded-random.ts';
import { eventually } from '../kit/eventually.ts';
import { startCopyingFront } from './copying-front.ts';
import { untilDrained } from './drained.ts';
import { unevenAnswers } from './exactly-once.ts';
import { violations } from './invariants.ts';
import type { Process } from './processes.ts';
import { startTraffic } from './traffic.ts';
import { startWorld, type World } from './world.ts';

const SEED = Number(process.env['PARLEY_CHAOS_FIRST'] ?? '1');
const ROLES = ['ingress', 'connector'];

/** The process of these that receives for the polled account now. @throws when it is none of them */
async function ownerOf(world: World, among: readonly Process[]): Promise<Process> {
  const [row] = await world.query<{ pid: number }>(
    `SELECT i.pid FROM account a JOIN instance i ON i.id = a.owner_instance WHERE a.id = 'polled'`,
  );
  const owner = among.find((one) => one.pid === row?.pid);
  if (owner === undefined) throw new Error(`nobody of ${among.map(({ pid }) => pid).join(', ')} owns the account`);
  return owner;
}

/** Waits until another process receives for the polled account. */
async function untilTaken(world: World, from: Process, among: readonly Process[]): Promise<void> {
  const others = among.filter((one) => one !== from);
  await eventually(async () => (await ownerOf(world, others)) !== from, 25_000, 100);
}

test('three processes take the same updates side by side, pollers change in mid-work: nothing is lost, doubled or out of order', async () => {
  const random = seededRandom(SEED);
  const front = await startCopyingFront(random);
  const world = await startWorld('postgres+redis', SEED, { front: front.url, webhookTimeoutMs: 3_000 });
  try {
    world.simulator.faults.add({ kind: 'duplicate_update', probability: 0.1 });
    world.simulator.faults.add({ kind: 'reorder_updates', probability: 0.1 });
    const startOne = (): Process => world.start({ roles: ROLES, waits: false });
    const worker = world.start({ roles: ['worker'], waits: false });
    let three: Process[] = [startOne(), startOne(), startOne()];
    await Promise.all([worker, ...three].map((one) => one.ready));
    const useThem = (): void => front.use(three.map((one) => one.address() ?? ''));
    useThem();

    const traffic = startTraffic(world, random, () => worker, { gestures: true });
    await sleep(2_000);

    // The poller is killed with its webhook's requests in hand; somebody starts another.
    const killed = await ownerOf(world, three);
    killed.child.kill('SIGKILL');
    await killed.ended;
    const fresh = startOne();
    await fresh.ready;
    three = [...three.filter((one) => one !== killed), fresh];
    useThem();
    await untilTaken(world, killed, three);
    await sleep(1_000);

    // The next one stands still until another has its place, then goes on with what it holds: two poll with one token.
    const frozen = await ownerOf(world, three);
    frozen.child.kill('SIGSTOP');
    await untilTaken(world, frozen, three);
    frozen.child.kill('SIGCONT');
    await sleep(2_000);

    await traffic.stop();
    await untilDrained(world);
    const broken = [...(await violations(world, traffic)), ...unevenAnswers(world, traffic, { allAnswered: false })];
    if (broken.length > 0) {
      throw new Error(`seed ${SEED}: ${broken.length} violations\n${broken.slice(0, 20).join('\n')}`);
    }

    // Less trouble than this would prove less than the name says.
    const { updates } = world.simulator.log;
    const kinds = new Set(updates.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(['callback_query', 'edited_message', 'message', 'message_reaction']);
    expect(front.counts.copies).toBeGreaterThan(front.counts.requests / 4);
    expect(traffic.files.size).toBeGreaterThan(10);
    expect(traffic.presses.size).toBeGreaterThan(10);
    expect(traffic.reactions.size).toBeGreaterThan(10);
    const [row] = await world.query<{ owners: number }>(
      `SELECT owner_token AS owners FROM account WHERE id = 'polled'`,
    );
    expect(Number(row?.owners)).toBeGreaterThanOrEqual(3);
    const twice = updates.filter(({ deliveries }) => deliveries > 1).length;
    process.stderr.write(
      `three ingress processes: ${updates.length} updates, ${front.counts.copies} copies of ${front.counts.requests} requests, ` +
        `${twice} handed out again by the platform, 0 lost, doubled or out of order\n`,
    );
  } finally {
    await world.close();
    await front.close();
  }
}, 150_000);
