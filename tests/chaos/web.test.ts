import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { seededRandom } from '../../channels/shared/seeded-random.ts';
import type { CrashPoint } from '../../src/core/crash-point.ts';
import { eventually } from '../kit/eventually.ts';
import { type Amends, keepAmending } from './amends.ts';
import { type Crashes, crashAtEach, disturbServers, freeze } from './crash-points.ts';
import { leftToDo } from './drained.ts';
import type { Process } from './processes.ts';
import { keepAnswering, noReplies } from './replies.ts';
import { storeViolations } from './store-invariants.ts';
import { describeStorms, pointsOfStorm, WHOLE } from './storms.ts';
import { startVisitors, type Visitors } from './web/visitors.ts';
import { judgeWeb } from './web/web-invariants.ts';
import { startWebWorld, type WebWorld } from './web/web-world.ts';

/** Only webhooks have the first two; files come with their words here, and are ours by then. */
const ELSEWHERE: readonly CrashPoint[] = [
  'ingest.before-ack',
  'ingest.after-ack',
  'file.claimed',
  'file.received',
  'file.kept',
  'file.settled',
];
const LIFE_MS = 5_000;
const DRAINED_WITHIN_MS = 60_000;

/** Resolves when every page shows all that its place holds. */
async function untilShown(world: WebWorld, { guests }: Visitors): Promise<void> {
  await eventually(
    async () => {
      const [row] = await world.query<{ entries: string }>('SELECT count(*) AS entries FROM place_entry');
      const came = guests.reduce((sum, { window }) => sum + new Set(window.came.map(({ seq }) => seq)).size, 0);
      return came >= Number(row?.entries);
    },
    20_000,
    100,
  );
}

async function storm(seed: number): Promise<Crashes & { told: string }> {
  const random = seededRandom(seed);
  const waits = seed % 2 === 0;
  const points = pointsOfStorm(waits, ELSEWHERE, random);
  const world = await startWebWorld(random);
  const replies = noReplies();
  const amends: Amends = new Map();
  const agentId = randomUUID();
  let over = false;
  let gateway: Process | null = null;
  let visitors: Visitors | null = null;
  let agents: Promise<unknown> = Promise.resolve();
  try {
    // Serves and works beside those that die, so that visitors come to a living one and a dying one in turn.
    const steady = world.start({ waits });
    await steady.ready;
    visitors = startVisitors(world, random);
    const acting = (): Process => gateway ?? steady;
    agents = Promise.all([
      keepAnswering(world, random, acting, { agentId, replies, isOver: () => over }),
      keepAmending(world, random, acting, { agentId, amends, channel: 'web', isOver: () => over }),
    ]);
    let frozen: Promise<void> = Promise.resolve();
    const crashes = await crashAtEach(points, {
      start(crashAt, crashAfter) {
        const started = world.start({ crashAt, crashAfter, waits });
        gateway = started;
        return started;
      },
      lifeMs: LIFE_MS,
      async between(index) {
        if (WHOLE && index === Math.floor(points.length / 3)) frozen = freeze(steady);
        await disturbServers(world, random);
      },
    });
    await frozen;
    gateway = world.start({ waits });
    await gateway.ready;
    world.front.calm();
    await sleep(500);
    await visitors.stop();
    over = true;
    await agents;
    await eventually(async () => (await leftToDo(world.query)) === 0, DRAINED_WITHIN_MS, 250).catch(() => undefined);
    await untilShown(world, visitors).catch(() => undefined);
    const verdict = await judgeWeb(world, visitors, replies, amends);
    const found = [...verdict.found, ...(await storeViolations(world.query))];
    if (found.length > 0) {
      throw new Error(
        `web chat, seed ${seed}: ${found.length} violations\n${found.slice(0, 20).join('\n')}\n--- gateway\n${steady.printed().slice(-3_000)}`,
      );
    }
    const { reached, missed } = crashes;
    const { counts } = world.front;
    const opened = visitors.guests.reduce((sum, { window }) => sum + window.opened(), 0);
    // A page whose stream never breaks would see nothing twice.
    expect(opened).toBeGreaterThan(visitors.guests.length * 5);
    // Less trouble than this would prove less than the name says.
    expect(verdict.taken).toBeGreaterThan(100);
    expect(counts.lost).toBeGreaterThan(3);
    expect(counts.doubled).toBeGreaterThan(3);
    expect(visitors.repeats.length).toBeGreaterThan(3);
    expect(verdict.changes).toBeGreaterThan(0);
    const told =
      `${reached.length} crash points reached, missed: ${missed.join(', ') || 'none'}; ${verdict.taken} messages and presses taken, ` +
      `${verdict.parts} parts shown once, ${verdict.review} wait for a person, ${verdict.changes} edits and deletions of agents; ${counts.requests} requests, ` +
      `${counts.lost} answers lost, ${counts.doubled} sent to two, ${visitors.repeats.length} repeats, ${opened} streams`;
    return { reached, missed, told };
  } finally {
    over = true;
    await agents;
    await visitors?.leave();
    await world.close();
  }
}

describeStorms(
  'web chat in a storm: what was taken is stored once, and every page shows everything once',
  'web chat',
  storm,
);
