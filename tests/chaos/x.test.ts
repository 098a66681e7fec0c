import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { seededRandom } from '../../channels/shared/seeded-random.ts';
import type { CrashPoint } from '../../src/core/crash-point.ts';
import { eventually } from '../kit/eventually.ts';
import { type Amends, keepAmending } from './amends.ts';
import { ageDead, type Crashes, crashAtEach, disturbServers, freeze } from './crash-points.ts';
import { leftToDo } from './drained.ts';
import type { Process } from './processes.ts';
import { keepAnswering, noReplies } from './replies.ts';
import { storeViolations } from './store-invariants.ts';
import { describeStorms, pointsOfStorm, WHOLE } from './storms.ts';
import { oddWords, startCustomers } from './x/customers.ts';
import { lacking, lostIn } from './x/enough.ts';
import { judgeIncoming, missing } from './x/incoming.ts';
import { judgeOutgoing } from './x/outgoing.ts';
import { addFaults, keepCutting } from './x/trouble.ts';
import { MODES, startXWorld, type XWorld } from './x/x-world.ts';

/** Only webhooks have these. */
const OF_WEBHOOKS: readonly CrashPoint[] = ['ingest.before-ack', 'ingest.after-ack'];
const LIFE_MS = 6_000;
const WELL_MS = 2_000;
const DRAINED_WITHIN_MS = 90_000;
const ENOUGH_WITHIN_MS = 120_000;
/** Words that are longer than a post; those of a second post are not said twice, which X would refuse. */
function longWords(random: () => number): string {
  return ` ${Array.from({ length: 60 }, () => Math.floor(random() * 1e5).toString(36)).join(' ')}`;
}

/** How often X was asked for what is new, and answered. */
function looks({ simulator }: XWorld): number {
  return simulator.log.calls.filter(({ route, status }) => route === 'GET /2/users/:id/mentions' && status === 200)
    .length;
}

/** Resolves when X was asked once more than `before`, and brings what is new. */
async function untilReceiving(world: XWorld, before: number): Promise<void> {
  const { mode, simulator } = world;
  await eventually(() => looks(world) > before, 30_000, 50);
  if (mode === 'stream')
    await eventually(() => simulator.streams.some(({ disconnectedMs }) => disconnectedMs === null), 30_000, 50);
  if (mode === 'webhook') await eventually(() => simulator.webhooks.some(({ valid }) => valid), 30_000, 50);
}

async function storm(seed: number): Promise<Crashes & { told: string }> {
  const random = seededRandom(seed);
  const waits = seed % 2 === 0;
  const world = await startXWorld(seed);
  const { simulator, mode, backend } = world;
  const points = pointsOfStorm(waits, mode === 'webhook' ? [] : OF_WEBHOOKS, random, MODES.length);
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
    await untilReceiving(world, 0);
    customers = startCustomers(world, random);
    const { deeds } = customers;
    const behind = (): string => (random() < 0.15 ? longWords(random) : oddWords(random));
    agents = Promise.all([
      keepAnswering(world, random, () => gateway, { agentId, replies, isOver, behind, mostFiles: 1, privately: 0.4 }),
      keepAmending(world, random, () => gateway, { agentId, amends, channel: 'x', isOver, deletesOnly: true }),
    ]);
    addFaults(simulator);
    cutting = keepCutting(simulator, random, isOver);
    // An embedded store has one process.
    const second = backend === 'embedded' ? null : world.start({ roles: ['worker'], waits });
    await second?.ready;
    gateway.child.kill('SIGKILL');
    await gateway.ended;
    let frozen: Promise<void> = Promise.resolve();
    const crashes = await crashAtEach(points, {
      start(crashAt, crashAfter) {
        gateway = world.start({ crashAt, crashAfter, waits });
        return gateway;
      },
      // Of a few moments each counts: a busy machine has time to come to it.
      lifeMs: WHOLE ? LIFE_MS : 3 * LIFE_MS,
      async between(index, died) {
        if (WHOLE && second !== null && index === Math.floor(points.length / 3)) frozen = freeze(second);
        await disturbServers(world, random);
        await world.owner?.tend();
        // Some successors wait the whole time, so that there are long gaps too.
        if (random() < 0.8) await ageDead(world.query, died);
      },
    });
    await frozen;

    // Two that may both receive: the one that does dies, and the other takes its place in mid-traffic. One address takes one process.
    const first = world.start({ waits });
    gateway = first;
    await untilReceiving(world, looks(world));
    const alone = backend === 'embedded' || mode === 'webhook';
    if (!alone) {
      gateway = world.start({ waits });
      await gateway.ready;
    }
    // A storm of few crashes goes on until there was trouble enough.
    const isEnough = async (): Promise<boolean> => (await lacking(world, deeds, amends)).length === 0;
    await eventually(isEnough, ENOUGH_WITHIN_MS, 250).catch(() => undefined);
    over = true;
    const cuts = await cutting;
    simulator.faults.clear();
    first.child.kill('SIGKILL');
    await first.ended;
    const before = looks(world);
    if (alone) gateway = world.start({ waits });
    await untilReceiving(world, before);

    await sleep(WELL_MS);
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
        `X, seed ${seed}: ${found.length} violations\n${found.slice(0, 20).join('\n')}\n--- gateway\n${gateway.printed().slice(-3_000)}`,
      );
    }
    const { reached, missed } = crashes;
    const lost = lostIn(world);
    expect(await lacking(world, deeds, amends)).toEqual([]);
    expect(outgoing.unsure).toBeGreaterThan(lost.length / 2);
    // Most of what nobody knew the fate of is found: people decide only where it was absent and somebody else speaks now.
    expect(outgoing.review.length).toBeLessThan(outgoing.unsure / 3);
    if (world.owner !== null) expect(simulator.refreshes).toBeGreaterThan(points.length / 2);
    const told =
      `${mode} on ${backend}, public answers ${world.publicReplies}: ${reached.length} crash points reached, missed: ` +
      `${missed.join(', ') || 'none'}; ${incoming.messages} messages, ${incoming.inPublic} of them public, ${incoming.edits} edited, ` +
      `${incoming.late} came late; ${outgoing.parts} parts, ${outgoing.inPublic} of them public, ${outgoing.approved} approved texts, ` +
      `${outgoing.suggestions} suggestions wait; ${lost.length} answers lost, ${outgoing.unsure} parts looked up, ${outgoing.nameless} without id, ` +
      `${outgoing.review.length} wait for a person (${[...new Set(outgoing.review)].join('; ')}); ${outgoing.deletions} deletions; ` +
      `${simulator.refreshes} tokens renewed, ${world.owner?.logins ?? 0} logins; ${JSON.stringify(cuts)}`;
    return { reached, missed, told };
  } finally {
    over = true;
    await customers?.stop();
    await agents;
    await cutting;
    await world.close();
  }
}

describeStorms('X in a storm: no part twice, nothing lost', 'X', storm, MODES.length);
