import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TelegramSimulator } from '../../../channels/telegram/simulator/index.ts';
import { migrateStore } from '../../../src/cli/store-access.ts';
import { eventually } from '../../kit/eventually.ts';
import { startPlainPostgres, type TestPostgres } from '../../kit/servers/postgres.ts';
import { startRedis, type TestRedis } from '../../kit/servers/redis.ts';
import { ask, type Serving } from '../cli/cli-kit.ts';
import { CRASH, openEchoDesk } from '../failures/failure-kit.ts';
import { startTwoBots, type TwoBots } from '../failures/two-bots.ts';
import { type Balancer, startBalancer } from './balancer.ts';

const CHATS = 30;
/** Texts without an answer at which customers wait for one. */
const MOST_WAITING = 1_000;
const ROUND_MS = 120;
const ROLES = ['ingress', 'web', 'connector', 'worker'] as const;
type Role = (typeof ROLES)[number];

let postgres: TestPostgres;
let redis: TestRedis;
let bots: TwoBots;
let simulator: TelegramSimulator;
let balancer: Balancer;
const desk = openEchoDesk();

beforeAll(async () => {
  [postgres, redis, balancer] = await Promise.all([startPlainPostgres(), startRedis(), startBalancer()]);
  bots = await startTwoBots({
    webhookTimes: { firstRetryMs: 100, maxRetryMs: 500, timeoutMs: 10_000 },
    latencyMs: 30,
  });
  simulator = bots.simulator;
}, 60_000);
afterAll(async () => {
  await desk.remove();
  await simulator.stop();
  await balancer.close();
  await redis.close();
  await postgres.close();
});

/** Customers who write without a pause, each text its own. */
function startWriting(): { written: Map<number, string[]>; stop(): Promise<void> } {
  const written = new Map<number, string[]>();
  let stopped = false;
  let count = 0;
  const ended = (async () => {
    for (let round = 0; !stopped; round += 1) {
      // A machine that is busy elsewhere is not buried: its backlog would say nothing of restarts.
      while (!stopped && count - simulator.log.messages.length > MOST_WAITING) {
        await new Promise((done) => setTimeout(done, ROUND_MS));
      }
      count += CHATS;
      for (let chat = 1; chat <= CHATS; chat += 1) {
        const text = `${chat}.${round}`;
        bots.customer(chat).write(text);
        written.set(chat, [...(written.get(chat) ?? []), text]);
      }
      await new Promise((done) => setTimeout(done, ROUND_MS));
    }
  })();
  return {
    written,
    async stop() {
      stopped = true;
      await ended;
    },
  };
}

/** Somebody who looks at the page all the time; counts what they did not get. */
function startLooking(): { stop(): Promise<{ looks: number; failed: number }> } {
  let stopped = false;
  let looks = 0;
  let failed = 0;
  const ended = (async () => {
    while (!stopped) {
      looks += 1;
      const ok = await fetch(`${balancer.url}/api/v1/welcome`).then(
        async (answer) => (await answer.text()) !== '' && answer.ok,
        () => false,
      );
      if (!ok) failed += 1;
      await new Promise((done) => setTimeout(done, 50));
    }
  })();
  return {
    async stop() {
      stopped = true;
      await ended;
      return { looks, failed };
    },
  };
}

test('each process is replaced under load: every message answered once, in order, and no page was missed', async () => {
  const url = await postgres.createDatabase();
  await migrateStore(url, redis.url);
  desk.configureEcho({
    store: { url },
    queue: { url: redis.url },
    http: { port: 0, healthPort: 0, publicUrl: balancer.url },
    accounts: bots.accounts,
  });
  const serve = (role: Role): Promise<Serving> => desk.serve(['--role', role]);
  const [ingress, web, connector, worker] = await Promise.all(ROLES.map(serve));
  if (ingress === undefined || web === undefined || connector === undefined || worker === undefined)
    throw new Error('none');
  const running: Record<Role, Serving> = { ingress, web, connector, worker };
  const everyone: Serving[] = Object.values(running);
  balancer.use([ingress.address], [web.address]);

  const writing = startWriting();
  const looking = startLooking();
  const answered = (): number => new Set(simulator.log.messages.map((message) => message.text)).size;
  await eventually(() => expect(answered()).toBeGreaterThan(CHATS * 3), 30_000);

  const took: Partial<Record<Role, number>> = {};
  for (const role of ROLES) {
    const before = answered();
    const fresh = await serve(role);
    everyone.push(fresh);
    await eventually(async () => expect((await fetch(`${fresh.address}/readyz`)).status).toBe(200), 15_000);
    const old = running[role];
    running[role] = fresh;
    // Both are known to the balancer when the old one is told to end.
    const both = (one: Role): string[] => (one === role ? [old.address, fresh.address] : [running[one].address]);
    balancer.use(both('ingress'), both('web'));
    const { code, tookMs } = await old.stop('SIGTERM');
    expect([role, code]).toEqual([role, 0]);
    expect(tookMs).toBeLessThan(10_000);
    took[role] = Math.round(tookMs);
    balancer.use([running.ingress.address], [running.web.address]);
    // The new one does the work of the role: nothing else is there to do it.
    await eventually(() => expect(answered()).toBeGreaterThan(before + CHATS * 3), 30_000);
  }
  await writing.stop();
  const { looks, failed } = await looking.stop();
  const total = [...writing.written.values()].reduce((sum, texts) => sum + texts.length, 0);
  await eventually(() => expect(answered()).toBe(total), 30_000);
  await simulator.waitForAcks(15_000);

  for (const [chat, texts] of writing.written) {
    expect(simulator.log.messagesIn(chat).map((message) => message.text)).toEqual(texts);
  }
  const [stored] = await ask<{ messages: string }>(
    url,
    `SELECT count(*) AS messages FROM message WHERE kind = 'inbound'`,
  );
  expect(Number(stored?.messages)).toBe(total);
  const unsettled = `SELECT state, ambiguous FROM delivery WHERE state <> 'sent' OR ambiguous > 0`;
  await eventually(async () => expect(await ask(url, unsettled)).toEqual([]), 10_000);
  expect(looks).toBeGreaterThan(50);
  expect(failed).toBe(0);

  // What the platform was refused while a door closed it brought again; whoever ended said so in order.
  expect(balancer.refused.filter(({ status }) => status !== 502 && status !== 503)).toEqual([]);
  expect(await ask(url, `SELECT roles FROM instance WHERE ended_as = 'dead'`)).toEqual([]);
  for (const one of everyone) expect(one.output()).not.toMatch(CRASH);
  process.stdout.write(
    `rolling restart: ${total} messages, ${balancer.refused.length} refused and repeated, ended within ${JSON.stringify(took)} ms\n`,
  );
  for (const one of Object.values(running)) expect((await one.stop()).code).toBe(0);
}, 160_000);
