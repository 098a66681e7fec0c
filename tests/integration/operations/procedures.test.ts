import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createTelegramSimulator, type TelegramSimulator } from '../../../channels/telegram/simulator/index.ts';
import { ROLES } from '../../../src/app.ts';
import { migrateStore } from '../../../src/cli/store-access.ts';
import { migrations } from '../../../src/store/migrations/index.ts';
import { eventually } from '../../kit/eventually.ts';
import { startPlainPostgres, type TestPostgres } from '../../kit/servers/postgres.ts';
import { freePort } from '../../kit/servers/process.ts';
import { ask, type Desk, openDesk } from '../cli/cli-kit.ts';
import { documented } from './operations-kit.ts';

const root = join(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const NEWEST = migrations.at(-1)?.id ?? 0;
const KEY = '33'.repeat(32);
const SHOWN = '/var/backups/parley.gz';

let postgres: TestPostgres;
let simulator: TelegramSimulator;
let desk: Desk;
let file: string;

beforeAll(async () => {
  postgres = await startPlainPostgres();
}, 60_000);
afterAll(() => postgres.close());
beforeEach(async () => {
  simulator = createTelegramSimulator();
  await simulator.start();
  desk = openDesk();
  file = join(desk.folder, 'parley.gz');
});
afterEach(async () => {
  await desk.remove();
  await simulator.stop();
});

function configure(url: string, data: string, changes: object = {}): void {
  mkdirSync(join(desk.folder, data), { recursive: true, mode: 0o700 });
  desk.configure({
    data: join(desk.folder, data),
    store: { url },
    masterKey: KEY,
    http: { port: 0 },
    accounts: [{ id: 'tg', channel: 'telegram', token: simulator.token, apiRoot: simulator.url }],
    bot: { brains: ['echo'] },
    ...changes,
  });
}

/** Runs a procedure's commands as the page has them, with this test's file in place of the shown one. */
async function follow(name: string): Promise<string> {
  let printed = '';
  for (const command of documented(name)) {
    const args = command.map((word) => (word === SHOWN ? file : word));
    const ran = await desk.run(args);
    expect([args, ran.code, ran.stderr, ran.code === 0 ? '' : ran.stdout]).toEqual([args, 0, '', '']);
    printed += ran.stdout;
  }
  return printed;
}

async function write(chat: number, text: string): Promise<void> {
  const customer = simulator.customer(chat);
  customer.write(text);
  await customer.next((message) => message.text === text, 15_000);
}

test('install: an empty database becomes a desk somebody can sign in to', async () => {
  configure(await postgres.createDatabase(), 'data');
  const printed = await follow('install');
  expect(printed).toContain('Nothing is wrong.');
  const password = /password[^\n]*?(\S{12,})\s*$/im.exec(printed)?.[1] ?? '';
  const serving = await desk.serve();
  const signIn = await fetch(`${serving.address}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'you@example.com', password }),
  });
  expect(signIn.status).toBe(200);
  expect((await serving.stop()).code).toBe(0);
}, 90_000);

test('backup, then restore into an empty store elsewhere: everything is there, and nothing is answered twice', async () => {
  const source = await postgres.createDatabase();
  await migrateStore(source, 'store');
  configure(source, 'data');
  const before = await desk.serve();
  await write(7, 'before the backup');
  await write(9, 'somebody the platform knows');
  // A payload over 64 KB is a file beside the store.
  simulator.push({
    message: {
      message_id: 900,
      date: Math.floor(Date.now() / 1_000),
      chat: { id: 9, type: 'private', first_name: 'Nine' },
      from: { id: 9, is_bot: false, first_name: 'Nine' },
      text: 'with a large payload',
      unknown_to_us: 'y'.repeat(80_000),
    },
  });
  await eventually(async () => {
    expect(await ask(source, `SELECT FROM inbound_event WHERE raw_blob IS NOT NULL`)).toHaveLength(1);
    expect(await ask(source, `SELECT FROM delivery WHERE state = 'sent'`)).toHaveLength(3);
  }, 15_000);
  // While the gateway runs, as the page says.
  await follow('backup');
  await write(7, 'after the backup');
  expect((await before.stop()).code).toBe(0);

  const target = await postgres.createDatabase();
  configure(target, 'elsewhere');
  const printed = await follow('restore');
  expect(printed).toMatch(/Restored \d+ rows and 1 files/);
  expect(printed).toContain('opens what is stored');
  const texts = await ask<{ text: string }>(
    target,
    `SELECT text FROM message WHERE kind = 'inbound' ORDER BY created_at`,
  );
  expect(texts.map(({ text }) => text)).toEqual([
    'before the backup',
    'somebody the platform knows',
    'with a large payload',
  ]);

  const sentBefore = simulator.log.messages.length;
  const after = await desk.serve();
  await write(7, 'to the restored one');
  const [person] = await ask<{ id: string }>(
    target,
    `SELECT contact_id::text AS id FROM identity WHERE external_id LIKE '%9' AND channel = 'telegram'`,
  );
  // The large payload opens from the restored folder.
  const exported = await desk.run(['contact', 'export', person?.id ?? '']);
  expect([exported.code, exported.stdout.includes('y'.repeat(80_000))]).toEqual([0, true]);
  expect((await after.stop()).code).toBe(0);
  expect(simulator.log.messages.slice(sentBefore).map(({ text }) => text)).toEqual(['to the restored one']);
}, 150_000);

test('upgrade: a new release waits beside the old schema until it is migrated, then takes the work', async () => {
  const url = await postgres.createDatabase();
  await migrateStore(url, 'store', NEWEST - 1);
  const port = await freePort();
  configure(url, 'data', { http: { port } });
  const starting = desk.serve();
  await eventually(async () => {
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
    expect([ready.status, await ready.text()]).toEqual([503, expect.stringContaining('run: parley migrate')]);
  }, 30_000);
  simulator.customer(7).write('while it waits');
  // The backup of the page is one of the release before; this release cannot make one of an older schema.
  const [backup, ...rest] = documented('upgrade');
  expect(backup?.[0]).toBe('backup');
  for (const command of rest) {
    const ran = await desk.run(command);
    expect([command, ran.code, ran.stderr]).toEqual([command, 0, '']);
    if (command[0] === 'migrate') expect(ran.stdout).toContain(String(NEWEST));
  }
  const serving = await starting;
  expect((await fetch(`${serving.address}/readyz`)).status).toBe(200);
  await eventually(() => expect(simulator.log.messages.map(({ text }) => text)).toEqual(['while it waits']), 15_000);
  expect((await serving.stop()).code).toBe(0);
}, 90_000);

test('rebuilding the queue under a running gateway loses nothing and is in the audit', async () => {
  const url = await postgres.createDatabase();
  await migrateStore(url, 'store');
  configure(url, 'data');
  const serving = await desk.serve();
  await write(7, 'before');
  expect(await follow('queue')).toContain('The queue is rebuilt: 2 wakes, one per shard.');
  await write(7, 'after');
  expect((await serving.stop()).code).toBe(0);
  expect(await ask(url, `SELECT actor_kind FROM audit WHERE action = 'queue.rebuilt'`)).toEqual([
    { actor_kind: 'operator' },
  ]);
}, 90_000);

describe('the page', () => {
  const page = read('docs/operations.md');

  test('has no procedure that no test follows', () => {
    const named = [...page.matchAll(/<!-- run: (\w+) -->/g)].map(([, name]) => name ?? '');
    const tests = ['procedures', 'key-rotation']
      .map((name) => read(`tests/integration/operations/${name}.test.ts`))
      .join('\n');
    expect(named.length).toBeGreaterThanOrEqual(6);
    expect(named.filter((name) => !new RegExp(`(?:follow|documented)\\('${name}'\\)`).test(tests))).toEqual([]);
  });

  test('takes the figures of its capacity table from the measured ones', () => {
    const measured = read('docs/performance.md');
    const [, table = ''] = /## Capacity\n([\s\S]*?)\n## /.exec(page) ?? [];
    const cells = table
      .split('\n')
      .filter((line) => line.startsWith('| ') && /\d/.test(line))
      .flatMap((line) =>
        line
          .split('|')
          .slice(2, -1)
          .map((cell) => cell.trim()),
      );
    expect(cells.length).toBeGreaterThanOrEqual(16);
    expect(cells.filter((cell) => !measured.includes(cell))).toEqual([]);
  });

  test('names every command there is', async () => {
    configure(postgres.url, 'data');
    const { stdout } = await desk.run(['--help']);
    const commands = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name ?? '');
    expect(commands).toContain('keys');
    const unnamed = commands.filter(
      (name) => !['help', 'version', 'email'].includes(name) && !new RegExp(`\`(?:parley )?${name}\\b`).test(page),
    );
    expect(unnamed).toEqual([]);
  });
});

test('one health check fits every container: all listen where the image asks', () => {
  const [, asked] = /HEALTHCHECK[\s\S]*?127\.0\.0\.1:(\d+)\/readyz/.exec(read('docker/Dockerfile')) ?? [];
  const configured = [...read('docker/parley.yaml').matchAll(/^ {2}(port|healthPort): (\d+)$/gm)];
  expect(configured.map(([, key, port]) => [key, port])).toEqual([
    ['port', asked],
    ['healthPort', asked],
  ]);
});

describe('the systemd units', () => {
  const unit = (name: string): Map<string, string[]> => {
    const settings = new Map<string, string[]>();
    for (const [, key = '', value = ''] of read(`docs/operations/${name}`).matchAll(/^([A-Za-z]+)=(.*)$/gm)) {
      settings.set(key, [...(settings.get(key) ?? []), value]);
    }
    return settings;
  };

  test.each(['parley.service', 'parley@.service'])('%s starts what exists, stops in time, and is confined', (name) => {
    const settings = unit(name);
    const [start = ''] = settings.get('ExecStart') ?? [];
    const [, program = '', command, ...rest] = start.split(' ');
    expect(existsSync(join(root, program.replace('/opt/parley/', '')))).toBe(true);
    expect(command).toBe('serve');
    expect(rest).toEqual(name.includes('@') ? ['--role', '${PARLEY_ROLE}'] : []);
    // A stop takes 10 s at most; SIGKILL must come later.
    expect(Number(settings.get('TimeoutStopSec')?.[0])).toBeGreaterThan(10);
    expect(settings.get('KillSignal')).toEqual(['SIGTERM']);
    expect(settings.get('KillMode')).toEqual(['mixed']);
    expect(settings.get('User')).toEqual(['parley']);
    expect(settings.get('NoNewPrivileges')).toEqual(['true']);
    const [documentation = ''] = settings.get('Documentation') ?? [];
    expect(existsSync(join(root, documentation.replace('file:/opt/parley/', '')))).toBe(true);
  });

  test('the example of the template names roles there are', () => {
    const roles = [...read('docs/operations/parley@.service').matchAll(/PARLEY_ROLE=(\w+) +\(or ([\w,]+)\)/g)].flatMap(
      ([, one = '', others = '']) => [one, ...others.split(',')],
    );
    expect(roles.toSorted()).toEqual([...ROLES].toSorted());
  });
});
