import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTelegramSimulator, type TelegramSimulator } from '../../../channels/telegram/simulator/index.ts';
import { eventually } from '../../kit/eventually.ts';
import { CRASH, linesOf, openEchoDesk } from './failure-kit.ts';

const LETTERS = 3_000;
let disk = '';
let simulator: TelegramSimulator;
const desk = openEchoDesk();

beforeAll(async () => {
  disk = mkdtempSync(join(tmpdir(), 'parley-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=140m,mode=0755', 'tmpfs', disk], { encoding: 'utf8' });
  if (mounted.status !== 0) throw new Error(`no disk to fill: ${mounted.stderr}`);
  simulator = createTelegramSimulator();
  await simulator.start();
  desk.configureEcho({
    data: join(disk, 'data'),
    accounts: [{ id: 'tg', channel: 'telegram', token: simulator.token, apiRoot: simulator.url }],
  });
}, 30_000);
afterAll(async () => {
  await desk.remove();
  await simulator.stop();
  spawnSync('umount', [disk]);
  rmSync(disk, { recursive: true, force: true });
}, 30_000);

function fill(): void {
  let left = statfsSync(disk).bavail * statfsSync(disk).bsize;
  let n = 0;
  mkdirSync(join(disk, 'ballast'), { recursive: true });
  while (left > 0) {
    try { writeFileSync(join(disk, 'ballast', String(n++)), Buffer.alloc(Math.min(left, 1 << 20))); } catch { break; }
    left = statfsSync(disk).bavail * statfsSync(disk).bsize;
  }
}

test('explore', async () => {
  const serving = await desk.serve();
  const c = simulator.customer(1);
  c.write('first');
  expect((await c.next()).text).toBe('first');
  fill();
  console.log('free', statfsSync(disk).bavail);
  for (let i = 0; i < 400; i++) simulator.customer(100 + (i % 20)).write(`${i} ${randomBytes(LETTERS / 2).toString('hex')}`);
  await sleep(12_000);
  console.log('acked', simulator.log.updates.filter((u) => u.ackedAtMs !== null).length, 'answered', simulator.log.messages.length);
  const cpu0 = spawnSync('ps', ['-o', 'time=,pcpu=', '-p', String(serving.child.pid)], { encoding: 'utf8' }).stdout;
  console.log(cpu0, serving.output().split('\n').slice(-60).join('\n').slice(0, 14000));
  console.log(spawnSync('tail', ['-20', join(disk, 'data/postgres.log')], { encoding: 'utf8' }).stdout);
  console.log((await desk.run(['doctor'])).stdout);
  rmSync(join(disk, 'ballast'), { recursive: true });
  const t = Date.now();
  await eventually(() => expect(simulator.log.messages.length).toBe(401), 40_000).catch((e) => console.log(String(e)));
  console.log('back after', Date.now() - t, simulator.log.messages.length);
  console.log(linesOf(serving).slice(-8));
  expect(serving.output()).not.toMatch(CRASH);
  console.log(await serving.stop());
}, 120_000);
