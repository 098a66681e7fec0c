import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createTelegramSimulator, type TelegramSimulator } from '../../../channels/telegram/simulator/index.ts';
import { migrateStore } from '../../../src/cli/store-access.ts';
import { startPlainPostgres, type TestPostgres } from '../../kit/servers/postgres.ts';
import { startRedis, type TestRedis } from '../../kit/servers/redis.ts';
import { CRASH, doctorWrongs, openEchoDesk, troubleIn } from './failure-kit.ts';

/** What the sweeper needs at most: due for a second, a look every half, and the work itself. */
const SWEPT_MS = 5_000;
let postgres: TestPostgres;
let redis: TestRedis;
let simulator: TelegramSimulator;
const desk = openEchoDesk();

beforeAll(async () => {
  [postgres, redis] = await Promise.all([startPlainPostgres(), startRedis()]);
  simulator = createTelegramSimulator();
  await simulator.start();
}, 60_000);
afterAll(async () => {
  await desk.remove();
  await simulator.stop();
  await redis.close();
  await postgres.close();
});
beforeEach(async () => {
  const url = await postgres.createDatabase();
  await migrateStore(url, redis.url);
  const tg = { id: 'tg', channel: 'telegram', token: simulator.token, apiRoot: simulator.url };
  desk.configureEcho({ store: { url }, queue: { url: redis.url }, accounts: [tg] });
}, 30_000);

async function answeredWithin(chat: number, text: string, ms: number): Promise<void> {
  const customer = simulator.customer(chat);
  customer.write(text);
  await customer.next((message) => message.text === text, ms);
}

test('no Redis at the start: one message, answers by the sweeper; Redis appears and wakes again', async () => {
  await redis.stop();
  const serving = await desk.serve();
  expect((await fetch(`${serving.address}/readyz`)).status).toBe(200);
  await answeredWithin(11, 'without Redis', SWEPT_MS);
  expect(troubleIn(serving).map((line) => line.message)).toEqual([
    expect.stringContaining('the sweeper does its work'),
  ]);
  expect(await doctorWrongs(desk)).toEqual([
    expect.stringMatching(/^✗ queue: Redis does not answer.*\n +→ Check queue/u),
  ]);
  await redis.start();
  await new Promise((done) => setTimeout(done, 2_000));
  await answeredWithin(11, 'with Redis', 900);
  expect(serving.output()).not.toMatch(CRASH);
  expect((await serving.stop()).code).toBe(0);
}, 60_000);

test('Redis vanishes while running, comes back, vanishes for good', async () => {
  const serving = await desk.serve();
  await answeredWithin(12, 'one', SWEPT_MS);
  await redis.kill9();
  await answeredWithin(12, 'two', SWEPT_MS);
  await redis.start();
  await new Promise((done) => setTimeout(done, 2_000));
  await answeredWithin(12, 'three', 900);
  await redis.kill9();
  await answeredWithin(12, 'four', SWEPT_MS);
  const { code, tookMs } = await serving.stop();
  expect([code, tookMs < 10_000]).toEqual([0, true]);
  expect(serving.output()).not.toMatch(CRASH);
  await redis.start();
}, 60_000);
