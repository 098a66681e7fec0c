import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../../kit/eventually.ts';
import { ask } from '../cli/cli-kit.ts';
import { type RunningSandbox, startSandbox, storeUrlOf } from './sandbox-kit.ts';

const CUSTOMERS = [1001, 1002, 1003, 1004, 1005, 1006];
const TEXTS = ['My deposit has not arrived', 'How high are the fees?', 'My withdrawal is pending'];
const KILLS = 4;
/** Of each customer, at most: more within a minute, while kills take long, would be a flood. */
const MOST_TEXTS = 18;

let sandbox: RunningSandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
}, 90_000);
afterAll(() => sandbox.desk.remove());

/** The worker's process, once there is one. */
async function workerPid(): Promise<number> {
  const found = { pid: 0 };
  await eventually(async () => {
    found.pid = (await sandbox.state()).worker.pid ?? 0;
    return found.pid > 0;
  }, 20_000);
  return found.pid;
}

/** Resolves when no such process is left. */
async function gone(pid: number): Promise<void> {
  await eventually(() => {
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      return true;
    }
  }, 5_000);
}

function query<Row extends Record<string, unknown>>(sql: string): Promise<Row[]> {
  return ask<Row>(storeUrlOf(readFileSync(join(sandbox.desk.folder, 'data/postgres.json'), 'utf8')), sql);
}

test('the worker is killed again and again while customers write: each is a real death, and nothing is lost', async () => {
  const pids = new Set<number>();
  let written = 0;
  let stop = false;
  const writing = Promise.all(
    CUSTOMERS.map(async (phone, place) => {
      await sleep(place * 120);
      for (let turn = 0; !stop && turn < MOST_TEXTS; turn += 1) {
        await sandbox.order('/say', { phone, text: TEXTS[turn % TEXTS.length] ?? '' });
        written += 1;
        await sleep(900);
      }
    }),
  );
  for (let kill = 0; kill < KILLS; kill += 1) {
    const pid = await workerPid();
    expect(pids.has(pid)).toBe(false);
    pids.add(pid);
    // In the middle of turns and sends: the pause before a turn is 1.5 s, so something is always under way.
    await sleep(1_700 + kill * 130);
    const killed = await sandbox.order('/worker/kill', {});
    expect(killed.worker).toEqual({ up: false, pid: null, kills: kill + 1 });
    await gone(pid);
  }
  stop = true;
  await writing;

  await eventually(
    async () => {
      const rows = await query<{ inbound: number; open: number; unsent: number; leased: number }>(
        `SELECT (SELECT count(*) FROM message WHERE kind = 'inbound')::int AS inbound,
          (SELECT count(*) FROM message WHERE kind = 'inbound' AND state NOT IN ('answered', 'routed'))::int AS open,
          (SELECT count(*) FROM delivery WHERE state IN ('scheduled', 'pending', 'sending', 'retry', 'unknown'))::int AS unsent,
          (SELECT count(*) FROM thread WHERE lease_owner IS NOT NULL)::int AS leased`,
      );
      expect(rows).toEqual([{ inbound: written, open: 0, unsent: 0, leased: 0 }]);
    },
    // Whoever wrote much while a worker took long to come back has their three answers of the minute, and waits for its end.
    75_000,
    300,
  );
  // What the last kill left may be done already before there is a worker again.
  await workerPid();
  const state = await sandbox.state();
  expect(state.worker).toMatchObject({ up: true, kills: KILLS });
  const parked = await query<{ n: number }>(`SELECT count(*)::int AS n FROM message WHERE state = 'parked'`);
  expect(parked).toEqual([{ n: 0 }]);
  // Every answer that the store calls sent is on the phone it was for, in order, at most once more than was meant.
  for (const id of CUSTOMERS) {
    const phone = state.phones.find((one) => one.id === id);
    const sent = await query<{ text: string }>(
      `SELECT m.text FROM delivery d JOIN message m ON m.id = d.message_id JOIN thread t ON t.id = d.thread_id
       WHERE d.state = 'sent' AND t.address LIKE '%${id}%' ORDER BY d.out_seq`,
    );
    const shown = phone?.messages.filter((message) => message.from === 'support').map((message) => message.text) ?? [];
    expect(sent.length).toBeGreaterThan(0);
    expect(shown.length).toBeGreaterThanOrEqual(sent.length);
    expect(shown.length).toBeLessThanOrEqual(sent.length + KILLS);
  }
  await eventually(async () => {
    const done = (await sandbox.state()).steps.filter((step) => step.done).map((step) => step.id);
    expect(done).toEqual(['write', 'worker_killed']);
  }, 10_000);
}, 180_000);

test('a stop ends both processes, also right after a kill', async () => {
  const pid = await workerPid();
  await sandbox.order('/worker/kill', {});
  const { code, tookMs } = await sandbox.serving.stop();
  expect(code).toBe(0);
  expect(tookMs).toBeLessThan(10_000);
  expect(pid).toEqual(expect.any(Number));
}, 30_000);

test('the worker ends with its gateway when that is killed, and the next start goes on', async () => {
  sandbox = await startSandbox(sandbox.desk);
  const pid = await workerPid();
  await sandbox.order('/say', { phone: 1001, text: 'My deposit has not arrived' });
  sandbox.serving.child.kill('SIGKILL');
  await gone(pid);
  sandbox = await startSandbox(sandbox.desk);
  await eventually(async () => {
    const open = await query<{ n: number }>(`SELECT count(*)::int AS n FROM message WHERE state = 'new'`);
    expect(open).toEqual([{ n: 0 }]);
  }, 30_000);
}, 120_000);
