import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { seededRandom } from '../../channels/shared/seeded-random.ts';
import type { CrashPoint } from '../../src/core/crash-point.ts';
import { crashAtEach, disturbServers, freeze, pointsOf, shuffled } from './crash-points.ts';
import { untilDrained } from './drained.ts';
import { violations } from './invariants.ts';
import type { Process } from './processes.ts';
import type { ChaosBackend } from './servers.ts';
import { startTraffic } from './traffic.ts';
import { startWorld, type World } from './world.ts';

const SEEDS = Number(process.env['PARLEY_CHAOS_SEEDS'] ?? '1');
const FIRST = Number(process.env['PARLEY_CHAOS_FIRST'] ?? '1');
const ONLY = process.env['PARLEY_CHAOS_POINTS']?.split(',');

/** The platform's own trouble, all the time. */
function addFaults(world: World): void {
  const { faults } = world.simulator;
  faults.add({ kind: 'rate_limited', method: 'sendMessage', probability: 0.02, retryAfterSeconds: 1 });
  faults.add({ kind: 'error_after', method: 'sendMessage', probability: 0.01 });
  faults.add({ kind: 'error_before', method: 'sendMessage', probability: 0.01 });
  faults.add({ kind: 'drop_after', method: 'sendMessage', probability: 0.02 });
  faults.add({ kind: 'drop_before', method: 'sendMessage', probability: 0.01 });
  faults.add({ kind: 'slow', method: 'sendMessage', probability: 0.02, latencyMs: 200 });
  faults.add({ kind: 'error_after', method: 'editMessageText', probability: 0.05 });
  faults.add({ kind: 'drop_after', method: 'editMessageText', probability: 0.05 });
  faults.add({ kind: 'drop_before', method: 'editMessageText', probability: 0.05 });
  faults.add({ kind: 'drop_after', method: 'deleteMessage', probability: 0.1 });
  faults.add({ kind: 'cut_download', method: 'file', probability: 0.1 });
  faults.add({ kind: 'error_before', method: 'getFile', probability: 0.1 });
  faults.add({ kind: 'duplicate_update', probability: 0.1 });
  faults.add({ kind: 'reorder_updates', probability: 0.1 });
}

async function runMatrix(
  backend: ChaosBackend,
  seed: number,
): Promise<{ reached: CrashPoint[]; missed: CrashPoint[]; edits: number; deletions: number; files: number }> {
  const random = seededRandom(seed);
  const waits = seed % 2 === 0;
  const points = shuffled(
    pointsOf(waits).filter((point) => ONLY === undefined || ONLY.includes(point)),
    random,
  );
  const world = await startWorld(backend, seed);
  let gateway: Process | null = null;
  const traffic = startTraffic(world, random, () => gateway);
  let second: Process | null = null;
  try {
    addFaults(world);
    if (backend === 'postgres+redis') {
      second = world.start({ roles: ['worker'], waits });
      await second.ready;
    }
    let frozen: Promise<void> = Promise.resolve();
    const third = Math.floor(points.length / 3);
    const worker = second;
    const { reached, missed } = await crashAtEach(points, {
      start(crashAt, crashAfter) {
        const started = world.start({ crashAt, crashAfter, waits });
        gateway = started;
        return started;
      },
      lifeMs: 6_000,
      async between(index) {
        if (worker !== null && index === third) frozen = freeze(worker);
        await disturbServers(world, random);
      },
    });
    await frozen;
    gateway = world.start({ waits });
    await gateway.ready;
    await sleep(1_000);
    world.simulator.faults.clear();
    await traffic.stop();
    await untilDrained(world).catch(() => undefined);
    const found = await violations(world, traffic);
    if (found.length > 0) {
      throw new Error(
        `${backend}, seed ${seed}: ${found.length} violations\n${found.slice(0, 20).join('\n')}\n--- gateway\n${gateway.printed().slice(-3_000)}`,
      );
    }
    const amends = [...traffic.amends.values()].filter(({ accepted }) => accepted);
    const edits = amends.filter(({ action }) => action === 'edit').length;
    const files = world.simulator.log.messages.filter(({ media }) => media !== null).length;
    return { reached, missed, edits, deletions: amends.length - edits, files };
  } finally {
    await traffic.stop();
    await world.close();
  }
}

/** The crash matrix on one backend, as a block of tests; each backend has a file, so that they run side by side. */
export function crashMatrix(backend: ChaosBackend): void {
  describe(`crash matrix on ${backend}`, () => {
    test.each(Array.from({ length: SEEDS }, (_, index) => FIRST + index))(
      'seed %i: every named point, and the invariants hold',
      async (seed) => {
        const { reached, missed, edits, deletions, files } = await runMatrix(backend, seed);
        process.stderr.write(
          `${backend} seed ${seed}: ${reached.length} crash points reached, missed: ${missed.join(', ') || 'none'}; ` +
            `${edits} edits, ${deletions} deletions and ${files} files of agents\n`,
        );
        if (ONLY === undefined) {
          expect(reached.length).toBeGreaterThanOrEqual(20);
          expect(edits).toBeGreaterThan(10);
          expect(deletions).toBeGreaterThan(0);
          expect(files).toBeGreaterThan(0);
        }
      },
      300_000,
    );
  });
}
