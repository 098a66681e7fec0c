import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { seededRandom } from '../../channels/shared/seeded-random.ts';
import type { CrashPoint } from '../../src/core/crash-point.ts';
import { eventually } from '../kit/eventually.ts';
import { type Amends, keepAmending } from './amends.ts';
import { ageDead, type Crashes, crashAtEach, disturbServers, freeze } from './crash-points.ts';
import { startCustomers } from './discord/customers.ts';
import { judgeOutgoing } from './discord/discord-invariants.ts';
import { type DiscordWorld, startDiscordWorld } from './discord/discord-world.ts';
import { judgeIncoming, missing } from './discord/stored-invariants.ts';
import { addFaults, keepCutting } from './discord/trouble.ts';
import { leftToDo } from './drained.ts';
import type { Process } from './processes.ts';
import { keepAnswering, noReplies } from './replies.ts';
import { storeViolations } from './store-invariants.ts';
import { describeStorms, pointsOfStorm, WHOLE } from './storms.ts';

/** Only webhooks have these. */
const ELSEWHERE: readonly CrashPoint[] = ['ingest.before-ack', 'ingest.after-ack'];
const LIFE_MS = 6_000;
const WELL_MS = 2_000;
const DRAINED_WITHIN_MS = 90_000;
/** Not one ping may leave with what an agent says either. */
const behind = (): string => ' @everyone <@&500000000000000004> <@600000000000000001>';

/** Resolves when one more session than `before` has begun. */
async function untilListening({ simulator }: DiscordWorld, before: number): Promise<void> {
  await eventually(() => sessions(simulator) > before, 30_000, 50);
}

/** Whether whoever connected last was let in. */
function isHeard({ log }: DiscordWorld['simulator']): boolean {
  const outcome = log.gateway.at(-1)?.outcome;
  return outcome === 'ready' || outcome === 'resumed';
}

function sessions({ log }: DiscordWorld['simulator']): number {
  return log.gateway.filter(({ outcome }) => outcome === 'ready').length;
}

async function storm(seed: number): Promise<Crashes & { told: string }> {
  const random = seededRandom(seed);
  const waits = seed % 2 === 0;
  const points = pointsOfStorm(waits, ELSEWHERE, random);
  const world = await startDiscordWorld(seed);
  const { simulator } = world;
  let gateway: Process = world.start({ waits });
  let over = false;
  const isOver = (): boolean => over;
  const replies = noReplies();
  const amends: Amends = new Map();
  const agentId = randomUUID();
  let customers: ReturnType<typeof startCustomers> | null = null;
  let agents: Promise<unknown> = Promise.resolve();
  let cutting: ReturnType<typeof keepCutting> | null = null;
  try {
    await untilListening(world, 0);
    customers = startCustomers(world, random);
    const { deeds } = customers;
    customers.greet();
    // From here on each of these places is one in which something is known.
    await eventually(async () => (await missing(world, deeds)).length === 0, 30_000, 100);
    agents = Promise.all([
      keepAnswering(world, random, () => gateway, { agentId, replies, isOver, behind }),
      keepAmending(world, random, () => gateway, { agentId, amends, channel: 'discord', isOver }),
    ]);
    addFaults(simulator);
    cutting = keepCutting(simulator, random, isOver);
    const second = world.start({ roles: ['worker'], waits });
    await second.ready;
    gateway.child.kill('SIGKILL');
    await gateway.ended;
    let frozen: Promise<void> = Promise.resolve();
    const crashes = await crashAtEach(points, {
      start(crashAt, crashAfter) {
        gateway = world.start({ crashAt, crashAfter, waits });
        return gateway;
      },
      lifeMs: LIFE_MS,
      async between(index, died) {
        if (WHOLE && index === Math.floor(points.length / 3)) frozen = freeze(second);
        await disturbServers(world, random);
        // Some successors wait the whole time, so that there are long gaps too.
        if (random() < 0.8) await ageDead(world.query, died);
      },
    });
    await frozen;

    // Two that may both receive: the one that does dies, and the other takes its place in mid-traffic.
    let before = sessions(simulator);
    const first = world.start({ waits });
    gateway = first;
    await untilListening(world, before);
    gateway = world.start({ waits });
    await gateway.ready;
    simulator.faults.clear();
    before = sessions(simulator);
    first.child.kill('SIGKILL');
    await untilListening(world, before);
    over = true;
    const cuts = await cutting;
    // The last cut may be a moment old, and its session forgotten.
    await eventually(() => simulator.gatewayConnections > 0 && isHeard(simulator), 30_000, 50);

    customers.allIsWell();
    await sleep(WELL_MS);
    // Whoever wrote for the first time while nobody was connected is found when they write again.
    customers.greet();
    await customers.stop();
    await agents;
    await eventually(
      async () => (await leftToDo(world.query)) === 0 && (await missing(world, deeds)).length === 0,
      DRAINED_WITHIN_MS,
      250,
    ).catch(() => undefined);
    const incoming = await judgeIncoming(world, deeds);
    const outgoing = await judgeOutgoing(world, replies, amends);
    const found = [...incoming.found, ...outgoing.found, ...(await storeViolations(world.query))];
    if (found.length > 0) {
      throw new Error(
        `Discord, seed ${seed}: ${found.length} violations\n${found.slice(0, 20).join('\n')}\n--- gateway\n${gateway.printed().slice(-3_000)}`,
      );
    }
    const { reached, missed } = crashes;
    const lost = simulator.log.calls.filter(
      ({ route, answered }) => route === 'POST /channels/:id/messages' && !answered,
    );
    // Less trouble than this would prove less than the name says.
    expect(incoming.messages).toBeGreaterThan(200);
    expect(incoming.gestures).toBeGreaterThan(10);
    expect(lost.length).toBeGreaterThan(5);
    expect(outgoing.edits).toBeGreaterThan(0);
    const told =
      `${reached.length} crash points reached, missed: ${missed.join(', ') || 'none'}; ${incoming.messages} messages and ` +
      `${incoming.gestures} presses and forms (${incoming.lostGestures} never answered and not there), ` +
      `${incoming.late} came late, ${incoming.lostChanges} edits and deletions in a gap; ${outgoing.parts} parts, ${outgoing.copies} copies, ` +
      `${outgoing.review} wait for a person, ${lost.length} answers lost, ${simulator.log.deduplicated} repeats known by their nonce; ` +
      `${outgoing.edits} edits and ${outgoing.deletions} deletions of agents; ${sessions(simulator)} sessions, ${JSON.stringify(cuts)}`;
    return { reached, missed, told };
  } finally {
    over = true;
    await customers?.stop();
    await agents;
    await cutting;
    await world.close();
  }
}

describeStorms('Discord in a storm: every part exactly once, nothing that counts lost', 'Discord', storm);
