import { beforeAll, describe, expect, test } from '@jest/globals';
import { seededRandom } from '../../../../../channels/shared/seeded-random.ts';
import { dayOf } from '../../../../../channels/x/budget/days.ts';
import { readLedger, takenOn } from '../../../../../channels/x/budget/ledger.ts';
import { madeAtMs } from '../../../../../channels/x/ids.ts';
import { MEMORY_NAME } from '../../../../../channels/x/meter.ts';
import { type AccountProcess, createKeptStore, type KeptStore, startProcess } from './account-process.ts';
import { createFakeTime, type FakeTime } from './fake-time.ts';
import { createModelServer, type ModelServer, type Written } from './model-server.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** A Monday, 00:00 UTC. */
const START_MS = Date.parse('2026-08-03T00:00:00Z');
const RAID_MS = START_MS + 2 * DAY_MS + 3 * HOUR_MS;
const RAID_SIZE = 5_000;
const OUTAGE_MS = START_MS + 4 * DAY_MS + 13 * HOUR_MS;
const OUTAGE_HOURS = 5;
const FEEDS = ['mentions', 'quotes', 'directEvents'] as const;

interface Plan {
  name: string;
  budgetPerDay: number | undefined;
  limits: { mentions: number; quotes: number; directEvents: number };
}

const PLANS: readonly Plan[] = [
  { name: 'tight', budgetPerDay: 10, limits: { mentions: 10, quotes: 10, directEvents: 15 } },
  { name: 'pay-per-use', budgetPerDay: 20, limits: { mentions: 300, quotes: 300, directEvents: 15 } },
  { name: 'generous', budgetPerDay: 200, limits: { mentions: 300, quotes: 300, directEvents: 300 } },
];

/** How many write in an hour of a day (UTC): a quiet night, a rush at noon and one in the evening. */
function perHour(hour: number): Readonly<Record<Written['feed'], number>> {
  if (hour < 6) return { mentions: 1, quotes: 0, directEvents: 0.5 };
  if (hour === 12 || hour === 18) return { mentions: 60, quotes: 3, directEvents: 15 };
  return { mentions: 12, quotes: 0.5, directEvents: 4 };
}

interface Week {
  server: ModelServer;
  store: KeptStore;
  /** Of each day's budget, ten minutes before it ended: what was taken and not spent, millionths of a dollar. */
  lost: readonly number[];
}

async function live(plan: Plan): Promise<Week> {
  const random = seededRandom(20_260_803);
  const time = createFakeTime(START_MS);
  const server = createModelServer({ nowMs: time.nowMs, limits: plan.limits });
  const store = createKeptStore();
  const lost: number[] = [];
  const writes: { atMs: number; act: () => void }[] = [];
  const write = (atMs: number, feed: Written['feed'], text: string): void => {
    const authorId = String(1_600_000_000_000_000_000n + BigInt(Math.floor(random() * 1e6)));
    writes.push({ atMs, act: () => void server.write({ feed, text, authorId }) });
  };
  for (let hour = 0; hour < 7 * 24; hour += 1) {
    const rates = perHour(hour % 24);
    for (const feed of FEEDS) {
      const count = Math.floor(rates[feed] + random());
      for (let nth = 0; nth < count; nth += 1) {
        write(START_MS + (hour + random()) * HOUR_MS, feed, `where is my deposit ${hour}.${nth}?`);
      }
    }
  }
  for (let nth = 0; nth < RAID_SIZE; nth += 1) write(RAID_MS + random() * 2 * HOUR_MS, 'mentions', 'to the moon');
  inTurn(time, writes);
  time.at(OUTAGE_MS, () => void (server.away = true));
  time.at(OUTAGE_MS + OUTAGE_HOURS * HOUR_MS, () => void (server.away = false));

  let process: AccountProcess = startProcess({ time, server, store, budgetPerDay: plan.budgetPerDay });
  for (let day = 0; day < 7; day += 1) {
    // Every day a restart, at another hour: every second one is a crash.
    await time.runUntil(START_MS + day * DAY_MS + (4 + 2 * day) * HOUR_MS);
    if (day % 2 === 0) await process.stop();
    else process.kill();
    process = startProcess({ time, server, store, budgetPerDay: plan.budgetPerDay });
    await time.runUntil(START_MS + (day + 1) * DAY_MS - 10 * MINUTE_MS);
    const today = dayOf(time.nowMs());
    const { answer, read } = takenOn(readLedger(await store.memory.read(MEMORY_NAME), today, null), today);
    lost.push(answer + read - (server.charged.get(today) ?? 0));
  }
  await time.runUntil(START_MS + 7 * DAY_MS + HOUR_MS);
  await process.stop();
  return { server, store, lost };
}

const KIND = { mentions: 'post', quotes: 'post', directEvents: 'dm' } as const;
const keysOf = (server: ModelServer, feed: Written['feed']): string[] =>
  server.all(feed).map(({ id }) => `${KIND[feed]}:${id}`);

/** What somebody wrote before the end of the outage and could be read only after it. */
const waitedForOutage = ({ externalId, tookMs }: { externalId: string; tookMs: number }): boolean => {
  const atMs = madeAtMs(externalId.replace(/^\w+:/u, '')) ?? 0;
  const endMs = OUTAGE_MS + OUTAGE_HOURS * HOUR_MS;
  return atMs < endMs && atMs + tookMs >= endMs;
};

/** Has only the next of many things wait for its moment. */
function inTurn(time: FakeTime, things: { atMs: number; act: () => void }[]): void {
  const queue = things.sort((one, other) => one.atMs - other.atMs).values();
  const next = (): void => {
    const { value, done } = queue.next();
    if (done === true) return;
    time.at(value.atMs, () => {
      value.act();
      next();
    });
  };
  next();
}

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;

const lived = new Map<Plan, Promise<Week>>();
/** A plan's week is lived once, by whichever test asks for it first. */
function weekOf(plan: Plan): Promise<Week> {
  const week = lived.get(plan) ?? live(plan);
  lived.set(plan, week);
  return week;
}

/** How long what came by a feed was waited for, without what the outage held up; ms, shortest first. */
function waitsOf({ server, store }: Week, feed: Written['feed']): number[] {
  const keys = new Set(keysOf(server, feed));
  return [...store.stored.values()]
    .filter((one) => keys.has(one.externalId) && !waitedForOutage(one))
    .map(({ tookMs }) => tookMs)
    .sort((one, other) => one - other);
}

/** What X charged for each of the seven days, dollars. */
const dollarsOf = ({ server }: Week): number[] =>
  Array.from({ length: 7 }, (_, day) => (server.charged.get(dayOf(START_MS) + day) ?? 0) / 1e6);

describe.each(PLANS)('a week on the plan $name', (plan) => {
  let week: Week;
  beforeAll(async () => {
    week = await weekOf(plan);
  }, 120_000);

  test('no day costs more than its budget', () => {
    const { charged } = week.server;
    expect(charged.size).toBeGreaterThanOrEqual(7);
    const budgetMicros = (plan.budgetPerDay ?? Infinity) * 1e6;
    expect([...charged.values()].filter((micros) => micros > budgetMicros)).toEqual([]);
  });

  test('no day loses more than a twentieth of its budget with processes that die', () => {
    const most = ((plan.budgetPerDay ?? 0) * 1e6) / 20;
    expect(week.lost).toHaveLength(7);
    expect(Math.min(...week.lost)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...week.lost)).toBeLessThanOrEqual(most);
  });

  test.each(FEEDS)('%s arrive once each, in the order they were written', (feed) => {
    const keys = keysOf(week.server, feed);
    const ofFeed = new Set(keys);
    expect(keys.length).toBeGreaterThan(50);
    const came = [...week.store.stored.values()].map(({ externalId }) => externalId);
    expect(came.filter((id) => ofFeed.has(id))).toEqual(keys);
    expect(week.store.parked).toEqual([]);
  });

  test('X never has to refuse a call for its rate', () => {
    expect([...week.server.refusals]).toEqual([]);
  });
});

test('more money and wider limits never make people wait longer', async () => {
  const weeks: Week[] = [];
  for (const plan of PLANS) weeks.push(await weekOf(plan));
  const mediansOf = (feed: Written['feed']): number[] => weeks.map((week) => quantile(waitsOf(week, feed), 0.5));
  for (const feed of ['mentions', 'directEvents'] as const) {
    const medians = mediansOf(feed);
    expect(medians).toEqual(medians.toSorted((one, other) => other - one));
  }
  // Quotes are so rare that without want of money only chance tells how long one waits for the next look.
  const [tight = 0, ...wider] = mediansOf('quotes');
  expect(wider.filter((median) => median >= tight)).toEqual([]);
  if (process.env['PARLEY_SHOW_WEEK'] !== undefined) process.stdout.write(`\n${tableOf(weeks)}\n`);
}, 360_000);

/** As docs/performance.md shows it. */
function tableOf(weeks: readonly Week[]): string {
  const rows = PLANS.flatMap(({ name }, at) => {
    const week = weeks[at];
    if (week === undefined) return [];
    const dollars = dollarsOf(week);
    const cost = `${(dollars.reduce((sum, one) => sum + one, 0) / 7).toFixed(2)} | ${Math.max(...dollars).toFixed(2)}`;
    return FEEDS.map((feed, nth) => {
      const waits = waitsOf(week, feed);
      const seconds = [0.5, 0.95, 0.99, 1].map((share) => Math.round(quantile(waits, share) / 1_000));
      const calls = week.server.calls.get(feed) ?? 0;
      return `| ${nth === 0 ? name : ''} | ${feed} | ${waits.length} | ${calls} | ${seconds.join(' | ')} | ${nth === 0 ? cost : ' | '} |`;
    });
  });
  const header = ['plan', '', 'read', 'calls', 'p50 s', 'p95 s', 'p99 s', 'longest s', '$ a day', 'dearest day $'];
  return [`| ${header.join(' | ')} |`, `| ${header.map(() => '---').join(' | ')} |`, ...rows].join('\n');
}
