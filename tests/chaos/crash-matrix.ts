import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { seededRandom } from '../../channels/shared/seeded-random.ts';
import { CRASH_POINTS, type CrashPoint } from '../../src/core/crash-point.ts';
import { untilDrained } from './drained.ts';
import { violations } from './invariants.ts';
import { startTraffic } from './traffic.ts';
import { type ChaosBackend, type Process, startWorld, type World } from './world.ts';

const root = join(import.meta.dirname, '..', '..');
const SEEDS = Number(process.env['PARLEY_CHAOS_SEEDS'] ?? '1');
const FIRST = Number(process.env['PARLEY_CHAOS_FIRST'] ?? '1');
const ONLY = process.env['PARLEY_CHAOS_POINTS']?.split(',');

/** Points that only one kind of bot passes. */
const WAITING_ONLY: readonly CrashPoint[] = ['turn.stored', 'turn.before-result', 'turn.after-result'];
const DIRECT_ONLY: readonly CrashPoint[] = ['turn.after-brain'];

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const left = [...items];
  const out: T[] = [];
  while (left.length > 0) out.push(...left.splice(Math.floor(random() * left.length), 1));
  return out;
}

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

/** Trouble with the servers between two crashes; one kind at a time. */
async function disturb(world: World, random: () => number): Promise<void> {
  const dice = random();
  if (world.redis !== null && world.postgres !== null) {
    if (dice < 0.25) await world.redis.flush();
    else if (dice < 0.4) {
      await world.redis.stop();
      await sleep(300);
      await world.redis.start();
    } else if (dice < 0.6) await world.postgres.immediateRestart();
  } else if (dice < 0.2) world.crashEmbeddedServer();
}

async function runMatrix(
  backend: ChaosBackend,
  seed: number,
): Promise<{ reached: CrashPoint[]; missed: CrashPoint[]; edits: number; deletions: number; files: number }> {
  const random = seededRandom(seed);
  const waits = seed % 2 === 0;
  const skipped: readonly string[] = waits ? DIRECT_ONLY : WAITING_ONLY;
  const points = shuffled(
    CRASH_POINTS.filter((point) => !skipped.includes(point) && (ONLY === undefined || ONLY.includes(point))),
    random,
  );
  const world = await startWorld(backend, seed);
  let gateway: Process | null = null;
  const traffic = startTraffic(world, random, () => gateway);
  const reached: CrashPoint[] = [];
  const missed: CrashPoint[] = [];
  let second: Process | null = null;
  try {
    addFaults(world);
    if (backend === 'postgres+redis') {
      second = world.start({ roles: ['worker'], waits });
      await second.ready;
    }
    let frozen: Promise<void> = Promise.resolve();
    for (const [index, point] of points.entries()) {
      // The late points of a life need a life: every third crash comes a little later.
      const started: Process = world.start({ crashAt: point, crashAfter: index % 3 === 2 ? 3 : 0, waits });
      gateway = started;
      await Promise.race([started.ready.catch(() => undefined), started.ended]);
      const crashed = await Promise.race([started.ended.then(() => true), sleep(6_000).then(() => false)]);
      (crashed ? reached : missed).push(point);
      if (!crashed) started.child.kill('SIGKILL');
      await started.ended;
      if (second !== null && index === Math.floor(points.length / 3)) frozen = freeze(second);
      await disturb(world, random);
    }
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

/** Stops a worker for longer than its death takes to be noticed, then lets it go on with leases it has lost. */
async function freeze(process: Process): Promise<void> {
  process.child.kill('SIGSTOP');
  await sleep(12_000);
  process.child.kill('SIGCONT');
}

/** The crash matrix on one backend, as a block of tests; each backend has a file, so that they run side by side. */
export function crashMatrix(backend: ChaosBackend): void {
  describe(`crash matrix on ${backend}`, () => {
    beforeAll(() => {
      execFileSync(process.execPath, [join(root, 'scripts', 'build.js')], { cwd: root, stdio: 'pipe' });
    }, 60_000);

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
