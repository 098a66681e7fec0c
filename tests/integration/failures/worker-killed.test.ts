import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TelegramSimulator } from '../../../channels/telegram/simulator/index.ts';
import { migrateStore } from '../../../src/cli/store-access.ts';
import { eventually } from '../../kit/eventually.ts';
import { startPlainPostgres, type TestPostgres } from '../../kit/servers/postgres.ts';
import { freePort } from '../../kit/servers/process.ts';
import { startRedis, type TestRedis } from '../../kit/servers/redis.ts';
import { ask } from '../cli/cli-kit.ts';
import { CRASH, linesOf, openEchoDesk } from './failure-kit.ts';
import { startTwoBots, type TwoBots } from './two-bots.ts';

const CHATS = 60;
const EACH = 20;
const ROUND_MS = 150;
let postgres: TestPostgres;
let redis: TestRedis;
let bots: TwoBots;
let simulator: TelegramSimulator;
const desk = openEchoDesk();

beforeAll(async () => {
  [postgres, redis] = await Promise.all([startPlainPostgres(), startRedis()]);
  bots = await startTwoBots({
    webhookTimes: { firstRetryMs: 100, maxRetryMs: 500, timeoutMs: 10_000 },
    latencyMs: 30,
  });
  simulator = bots.simulator;
}, 60_000);
afterAll(async () => {
  await desk.remove();
  await simulator.stop();
  await redis.close();
  await postgres.close();
});

test('one of two workers is killed under load: all answered in order, soon after its death is noticed', async () => {
  const url = await postgres.createDatabase();
  await migrateStore(url, redis.url);
  const port = await freePort();
  desk.configureEcho({
    store: { url },
    queue: { url: redis.url },
    http: { port, publicUrl: `http://127.0.0.1:${port}` },
    accounts: bots.accounts,
  });
  const [front, victim, other] = await Promise.all([
    desk.serve(['--role', 'ingress,connector']),
    desk.serve(['--role', 'worker']),
    desk.serve(['--role', 'worker']),
  ]);
  expect([front.address, victim.address, other.address]).toEqual([`http://127.0.0.1:${port}`, '', '']);

  const written = new Map<number, string[]>();
  const answered = (): number => new Set(simulator.log.messages.map((message) => message.text)).size;

  let texts = 0;
  const everyoneWrites = (): void => {
    for (let chat = 1; chat <= CHATS; chat += 1) {
      const text = `${chat}.${texts}`;
      bots.customer(chat).write(text);
      written.set(chat, [...(written.get(chat) ?? []), text]);
    }
    texts += 1;
  };

  // The same load with nobody killed: what this machine takes for it when all is well.
  const calmFromMs = Date.now();
  for (let round = 0; round < EACH / 2; round += 1) {
    everyoneWrites();
    await new Promise((done) => setTimeout(done, ROUND_MS));
  }
  await eventually(() => expect(answered()).toBe(CHATS * texts), 30_000);
  const calmMs = Date.now() - calmFromMs;

  let killedAtMs = 0;
  for (let round = 0; round < EACH; round += 1) {
    everyoneWrites();
    if (round === EACH / 2) {
      // While it holds leases and has calls open; they write on meanwhile, for it may be done with these already.
      await eventually(
        async () => {
          everyoneWrites();
          const sql = `SELECT FROM thread t JOIN instance i ON i.id = t.lease_owner WHERE i.pid = $1`;
          expect((await ask(url, sql, [victim.child.pid])).length).toBeGreaterThan(0);
        },
        10_000,
        50,
      );
      const gone = once(victim.child, 'exit');
      victim.child.kill('SIGKILL');
      await gone;
      killedAtMs = Date.now();
    }
    await new Promise((done) => setTimeout(done, ROUND_MS));
  }
  await eventually(() => expect(answered()).toBe(CHATS * texts), 30_000);

  // Its session lock is free at once; the heartbeat has to be 3 s old.
  const noticed = linesOf(other).find((line) => line.message.startsWith('dead instance')) as
    | { time?: string }
    | undefined;
  const noticedAtMs = Date.parse(noticed?.time ?? '');
  const lastAtMs = Math.max(...simulator.log.messages.map((message) => message.atMs));
  expect(noticedAtMs - killedAtMs).toBeLessThan(5_000);
  // Five seconds where the calm half takes the two it should; a machine that is busy elsewhere gets in proportion.
  expect(lastAtMs - noticedAtMs).toBeLessThan(5_000 * Math.max(1, calmMs / 2_000));

  // In order per chat; only what the dead worker was just sending may stand twice, side by side.
  let doubled = 0;
  for (const [chat, texts] of written) {
    const came = simulator.log.messagesIn(chat).map((message) => message.text);
    const once = came.filter((text, index) => text !== came[index - 1]);
    doubled += came.length - once.length;
    expect(once).toEqual(texts);
  }
  expect(doubled).toBeLessThanOrEqual(CHATS);
  await simulator.waitForAcks();
  expect(await ask(url, `SELECT state FROM delivery WHERE state <> 'sent'`)).toEqual([]);
  process.stdout.write(
    `worker killed: noticed after ${noticedAtMs - killedAtMs} ms, last answer ${lastAtMs - noticedAtMs} ms later (calm half: ${calmMs} ms), ${doubled} doubled\n`,
  );
  for (const one of [front, other]) {
    expect(one.output()).not.toMatch(CRASH);
    expect((await one.stop()).code).toBe(0);
  }
}, 120_000);
