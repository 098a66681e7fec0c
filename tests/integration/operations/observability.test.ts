import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { createTelegramSimulator, type TelegramSimulator } from '../../../channels/telegram/simulator/index.ts';
import { migrateStore } from '../../../src/cli/store-access.ts';
import { eventually } from '../../kit/eventually.ts';
import { startPlainPostgres, type TestPostgres } from '../../kit/servers/postgres.ts';
import { startRedis, type TestRedis } from '../../kit/servers/redis.ts';
import { type Desk, openDesk, type Serving } from '../cli/cli-kit.ts';

const root = join(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const rules = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string().regex(/^Parley[A-Za-z]+$/),
          expr: z.string(),
          for: z.string().regex(/^\d+[smh]$/),
          labels: z.strictObject({ severity: z.enum(['warning', 'critical']) }),
          annotations: z.strictObject({ summary: z.string(), description: z.string(), runbook: z.string() }),
        }),
      ),
    }),
  ),
});
const board = z.looseObject({
  title: z.string(),
  uid: z.string(),
  panels: z.array(
    z.looseObject({
      id: z.int(),
      title: z.string(),
      gridPos: z.strictObject({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
      targets: z.array(z.looseObject({ refId: z.string(), expr: z.string() })).min(1),
    }),
  ),
});

const alarms = rules.parse(parse(read('docker/observability/parley-alerts.yml'))).groups.flatMap((one) => one.rules);
const { panels } = board.parse(JSON.parse(read('docker/observability/parley-board.json')));
const expressions = [
  ...alarms.map(({ alert, expr }) => [alert, expr] as const),
  ...panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
];

/** What a page of metrics offers: each name with the labels and the values they have. */
type Offered = Map<string, Map<string, Set<string>>>;

function offeredBy(pages: readonly string[]): Offered {
  const offered: Offered = new Map();
  for (const line of pages.join('\n').split('\n')) {
    const sample = /^([a-z_]+)(?:\{(.*)\})? \S+$/.exec(line);
    if (sample === null) {
      // A metric nobody has counted yet has no sample, but its type is told.
      const [, name = '', kind] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
      const names = kind === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name];
      for (const one of names) if (one !== '' && !offered.has(one)) offered.set(one, new Map());
      continue;
    }
    const [, name = '', labels = ''] = sample;
    const known = offered.get(name) ?? new Map<string, Set<string>>();
    for (const [, label = '', value = ''] of labels.matchAll(/([a-z]+)="([^"]*)"/g)) {
      known.set(label, (known.get(label) ?? new Set()).add(value));
    }
    offered.set(name, known);
  }
  return offered;
}

/** What is wrong with an expression: a name nobody offers, or a label or value that never comes. */
function troubleIn(expression: string, offered: Offered): string[] {
  const wrong: string[] = [];
  for (const [, name = '', matchers = ''] of expression.matchAll(/\b(parley_[a-z_]+)\b(?:\{([^}]*)\})?/g)) {
    const labels = offered.get(name);
    if (labels === undefined) wrong.push(`${name} is not offered`);
    for (const [, label = '', , value = ''] of matchers.matchAll(/([a-z]+)(=~?|!=)"([^"]*)"/g)) {
      const values = labels?.get(label);
      // States that no delivery came to yet are no samples; gauges have them all.
      if (name.endsWith('_total')) continue;
      for (const one of value.split('|')) if (values?.has(one) !== true) wrong.push(`${name} has no ${label}="${one}"`);
    }
  }
  const closes = expression.split('(').length === expression.split(')').length;
  return closes ? wrong : [...wrong, 'its brackets do not close'];
}

let postgres: TestPostgres;
let redis: TestRedis;
let simulator: TelegramSimulator;
let desk: Desk;
let front: Serving;
let worker: Serving;

beforeAll(async () => {
  [postgres, redis] = await Promise.all([startPlainPostgres(), startRedis()]);
  simulator = createTelegramSimulator();
  await simulator.start();
  desk = openDesk();
  const url = await postgres.createDatabase();
  await migrateStore(url, redis.url);
  desk.configure({
    store: { url },
    queue: { url: redis.url },
    http: { port: 0, healthPort: 0 },
    accounts: [{ id: 'tg', channel: 'telegram', token: simulator.token, apiRoot: simulator.url }],
    bot: { brains: ['echo'] },
  });
  front = await desk.serve(['--role', 'ingress,web,connector']);
  worker = await desk.serve(['--role', 'worker']);
  const customer = simulator.customer(7);
  customer.write('hello');
  await customer.next();
}, 90_000);
afterAll(async () => {
  await desk.remove();
  await simulator.stop();
  await redis.close();
  await postgres.close();
});

const page = async (serving: Serving): Promise<string> => (await fetch(`${serving.address}/metrics`)).text();

describe('a process without ingress and web', () => {
  test('answers health checks and metrics at http.healthPort, and nothing else', async () => {
    expect(worker.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(worker.address).not.toBe(front.address);
    const statuses = await Promise.all(
      ['/healthz', '/readyz', '/metrics', '/', '/api/v1/session', '/hooks/tg'].map(
        async (path) => (await fetch(`${worker.address}${path}`)).status,
      ),
    );
    expect(statuses).toEqual([200, 200, 200, 404, 404, 404]);
  });

  test('is unready, and says so in its metrics, while the store is away', async () => {
    expect(await page(worker)).toContain('parley_ready 1');
    await postgres.stop();
    try {
      const ready = await fetch(`${worker.address}/readyz`);
      expect([ready.status, await ready.json()]).toEqual([503, expect.objectContaining({ status: 'not ready' })]);
      expect(await page(worker)).toContain('parley_ready 0');
    } finally {
      await postgres.start();
    }
    await eventually(async () => expect((await fetch(`${worker.address}/readyz`)).status).toBe(200), 15_000, 100);
  }, 60_000);

  test('that finds its port taken says which setting to change', async () => {
    const port = Number(new URL(front.address).port);
    const other = openDesk();
    other.configure({ store: { url: postgres.url }, http: { healthPort: port } });
    const ran = await other.run(['serve', '--role', 'worker']);
    expect([ran.code, ran.stderr]).toEqual([1, expect.stringContaining('stop it or set http.healthPort')]);
    await other.remove();
  }, 60_000);
});

describe('alarms and board', () => {
  test('use only what running processes offer', async () => {
    // The slowest of the gauges is counted every twelve seconds.
    await eventually(
      async () => expect(await page(worker)).toContain('parley_instances{role="worker"} 1'),
      20_000,
      200,
    );
    const offered = offeredBy(await Promise.all([page(front), page(worker)]));
    expect(offered.size).toBeGreaterThan(25);
    expect(offered.get('parley_deliveries_open')?.get('state')?.size).toBe(6);
    expect(expressions.flatMap(([where, expr]) => troubleIn(expr, offered).map((what) => `${where}: ${what}`))).toEqual(
      [],
    );
  }, 40_000);

  test('a process that is no worker offers nothing of the queue and of what is due: its 0 would be no measurement', async () => {
    const told = async (serving: Serving): Promise<string[]> =>
      (await page(serving)).match(/^parley_(?:due_threads|queue_up)(?= )/gm) ?? [];
    await eventually(async () => expect(await told(worker)).toHaveLength(2), 15_000, 200);
    expect(await told(front)).toEqual([]);
  }, 30_000);

  test('a planted wrong name, label value and bracket are found', () => {
    const offered = offeredBy(['# TYPE parley_x gauge\nparley_x{state="a"} 1\n# TYPE parley_h_ms histogram']);
    expect(troubleIn('sum(parley_x{state="a"}) + rate(parley_h_ms_bucket[5m])', offered)).toEqual([]);
    expect(troubleIn('parley_y > 1', offered)).toEqual(['parley_y is not offered']);
    expect(troubleIn('parley_x{state=~"a|b"}', offered)).toEqual(['parley_x has no state="b"']);
    expect(troubleIn('max(parley_x', offered)).toEqual(['its brackets do not close']);
  });

  test('every alarm has its own name and leads to a part of the page that exists', () => {
    expect(new Set(alarms.map(({ alert }) => alert)).size).toBe(alarms.length);
    const headings = [...read('docs/operations.md').matchAll(/^#+ (.+)$/gm)].map(([, text = '']) =>
      text
        .toLowerCase()
        .replaceAll(/[^\w -]/g, '')
        .trim()
        .replaceAll(' ', '-'),
    );
    for (const { annotations } of alarms) {
      const [file = '', anchor] = annotations.runbook.split('#');
      expect([annotations.runbook, existsSync(join(root, file))]).toEqual([annotations.runbook, true]);
      expect(headings).toContain(anchor);
    }
  });

  test('no two panels lie on each other', () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBeLessThanOrEqual(24);
  });
});
