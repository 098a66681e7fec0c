import { setTimeout as sleep } from 'node:timers/promises';
import { CRASH_POINTS, type CrashPoint } from '../../src/core/crash-point.ts';
import type { Process } from './processes.ts';
import type { Query, Servers } from './servers.ts';

/** Points that only one kind of bot passes. */
const WAITING_ONLY: readonly CrashPoint[] = ['turn.stored', 'turn.before-result', 'turn.after-result'];
const DIRECT_ONLY: readonly CrashPoint[] = ['turn.after-brain'];

/** The named moments of a gateway whose bot answers without the lease, or at once. */
export function pointsOf(waits: boolean): CrashPoint[] {
  const skipped = waits ? DIRECT_ONLY : WAITING_ONLY;
  return CRASH_POINTS.filter((point) => !skipped.includes(point));
}

export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const left = [...items];
  const out: T[] = [];
  while (left.length > 0) out.push(...left.splice(Math.floor(random() * left.length), 1));
  return out;
}

/** Which of the moments were come to, and which not within a life. */
export interface Crashes {
  readonly reached: CrashPoint[];
  readonly missed: CrashPoint[];
}

/**
 * One life after the other, each ended by kill -9 at its own moment, or in the end of its time where it never came there.
 * @param options.lifeMs how long a life may take to come to its moment, once it is up
 * @param options.between what happens between two lives
 */
export async function crashAtEach(
  points: readonly CrashPoint[],
  options: {
    start(crashAt: CrashPoint, crashAfter: number): Process;
    lifeMs: number;
    between(index: number, died: Process): Promise<void>;
  },
): Promise<Crashes> {
  const reached: CrashPoint[] = [];
  const missed: CrashPoint[] = [];
  for (const [index, point] of points.entries()) {
    // The late points of a life need a life: every third crash comes a little later.
    const started = options.start(point, index % 3 === 2 ? 3 : 0);
    await Promise.race([started.ready.catch(() => undefined), started.ended]);
    const crashed = await Promise.race([started.ended.then(() => true), sleep(options.lifeMs).then(() => false)]);
    (crashed ? reached : missed).push(point);
    if (!crashed) started.child.kill('SIGKILL');
    await started.ended;
    await options.between(index, started);
  }
  return { reached, missed };
}

/** Stops a process for longer than its death takes to be noticed, then lets it go on with leases it has lost. */
export async function freeze(process: Process): Promise<void> {
  process.child.kill('SIGSTOP');
  await sleep(12_000);
  process.child.kill('SIGCONT');
}

/**
 * Makes the last heartbeat of a process that is gone as old as it would be a little later, so that its successor need not wait for what
 * the clock alone would bring.
 */
export async function ageDead(query: Query, died: Process): Promise<void> {
  const aging = `UPDATE instance SET heartbeat_at = heartbeat_at - interval '4 seconds' WHERE pid = $1 AND ended_at IS NULL`;
  // The server may be away itself at this moment; then the clock brings it.
  await query(aging, [died.pid]).catch(() => undefined);
}

/** Trouble with the servers between two crashes; one kind at a time. */
export async function disturbServers(
  servers: Pick<Servers, 'redis' | 'postgres' | 'crashEmbeddedServer'>,
  random: () => number,
): Promise<void> {
  const dice = random();
  if (servers.redis !== null && servers.postgres !== null) {
    if (dice < 0.25) await servers.redis.flush();
    else if (dice < 0.4) {
      await servers.redis.stop();
      await sleep(300);
      await servers.redis.start();
    } else if (dice < 0.6) await servers.postgres.immediateRestart();
  } else if (dice < 0.2) servers.crashEmbeddedServer();
}
