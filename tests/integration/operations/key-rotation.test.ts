import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTelegramSimulator, type TelegramSimulator } from '../../../channels/telegram/simulator/index.ts';
import { memoryPlace } from '../../../src/account-services.ts';
import { findingPlace, rawPlace } from '../../../src/cli/keys.ts';
import { SEALED_COLUMNS } from '../../../src/cli/sealed-columns.ts';
import { migrateStore } from '../../../src/cli/store-access.ts';
import { systemClock } from '../../../src/core/ids-and-time.ts';
import { createFileBlobStore } from '../../../src/files/blob-store.ts';
import { createKeyRing, type KeyRing } from '../../../src/files/crypto.ts';
import { loadMasterKeys } from '../../../src/files/master-key.ts';
import { openDatabase } from '../../../src/store/database.ts';
import { resealColumn } from '../../../src/store/maintenance/reseal.ts';
import { eventually } from '../../kit/eventually.ts';
import { quietLog } from '../../kit/quiet-log.ts';
import { startPlainPostgres, type TestPostgres } from '../../kit/servers/postgres.ts';
import { ask, type Desk, openDesk } from '../cli/cli-kit.ts';
import { documented, startBeside } from './operations-kit.ts';

const FIRST = '11'.repeat(32);
const SECOND = '22'.repeat(32);
const ROWS = 20_000;
const FINDINGS = 300;
const FILES = 200;
/** Files sealed in pieces of 64 KiB: none, less than one, exactly two, and several with a rest; bytes. */
const STREAMED = [0, 5, 2 * 65_536, 300_001];

let postgres: TestPostgres;
let simulator: TelegramSimulator;
let desk: Desk;
let url: string;

const ringOf = (...keys: string[]): KeyRing =>
  createKeyRing(keys.map((key) => ({ version: key === FIRST ? 1 : 2, bytes: Buffer.from(key, 'hex') })));

beforeAll(async () => {
  postgres = await startPlainPostgres();
  simulator = createTelegramSimulator();
  await simulator.start();
  desk = openDesk();
  url = await postgres.createDatabase();
  await migrateStore(url, 'store');
}, 60_000);
afterAll(async () => {
  await desk.remove();
  await simulator.stop();
  await postgres.close();
});

function configure(keys: object): void {
  desk.configure({
    data: join(desk.folder, 'data'),
    store: { url },
    http: { port: 0 },
    ...keys,
    accounts: [{ id: 'tg', channel: 'telegram', token: simulator.token, apiRoot: simulator.url }],
    bot: { brains: ['echo'] },
  });
}

async function conversation(chat: number, text: string): Promise<void> {
  const serving = await desk.serve();
  const customer = simulator.customer(chat);
  customer.write(text);
  expect((await customer.next()).text).toBe(text);
  await simulator.waitForAcks();
  expect((await serving.stop()).code).toBe(0);
}

/** Sealed values of every kind, as an installation has them after a while. */
async function fill(keys: KeyRing): Promise<string[]> {
  const rows = Array.from({ length: ROWS }, (_, index) => `bulk:${String(index).padStart(6, '0')}`);
  for (let from = 0; from < ROWS; from += 2_000) {
    const some = rows.slice(from, from + 2_000);
    await ask(
      url,
      `INSERT INTO inbound_event (account_id, event_key, kind, state, raw)
       SELECT 'tg', key, 'message', 'stored', raw FROM unnest($1::text[], $2::bytea[]) AS r(key, raw)`,
      [some, some.map((key) => keys.seal(Buffer.from(`payload of ${key}`), rawPlace('tg', key)))],
    );
  }
  const ids = (
    await ask<{ id: string }>(url, `SELECT gen_random_uuid()::text AS id FROM generate_series(1, ${FINDINGS})`)
  ).map(({ id }) => id);
  await ask(
    url,
    `INSERT INTO secret_finding (id, account_id, event_key, rule, certain, path, start, length, sealed)
     SELECT id, 'tg', 'bulk', 'code', false, 'text', 0, 1, sealed FROM unnest($1::uuid[], $2::bytea[]) AS r(id, sealed)`,
    [ids, ids.map((id) => keys.seal(Buffer.from(`secret ${id}`), findingPlace(id)))],
  );
  await ask(url, `INSERT INTO account_memory (account_id, name, sealed) VALUES ('tg', 'oauth', $1)`, [
    keys.seal(Buffer.from('what the account remembers'), memoryPlace('tg/oauth')),
  ]);
  const blobs = await createFileBlobStore({ folder: join(desk.folder, 'data', 'blobs'), keys, clock: systemClock });
  const files: string[] = [];
  for (let index = 0; index < FILES; index += 1) files.push((await blobs.put(Buffer.from(`file ${index}`))).id);
  for (const size of STREAMED) {
    const partial = await blobs.partial(`streamed-${size}`);
    await partial.append(Buffer.alloc(size, 7));
    files.push((await partial.finish()).id);
  }
  return files;
}

const versions = (): Promise<{ version: number; count: string }[]> =>
  ask(
    url,
    `SELECT get_byte(raw, 1) AS version, count(*) AS count FROM inbound_event WHERE raw IS NOT NULL GROUP BY 1 ORDER BY 1`,
  );

test('a key is rotated as the page says, killed in the middle and run again, and the old one can go', async () => {
  configure({ masterKey: FIRST });
  await conversation(7, 'before the rotation');
  const files = await fill(ringOf(FIRST));

  configure({ masterKey: FIRST, masterKeys: [{ version: 2, key: SECOND }] });
  await conversation(8, 'with both keys');
  const listed = await desk.run(['keys', 'list']);
  expect([listed.code, listed.stdout]).toEqual([0, expect.stringMatching(/^2 \(seals\) +yes +1 +0 +0 +0$/m)]);

  // A gateway runs beside all of it, and customers write.
  const beside = await desk.serve();
  const busy = simulator.customer(10);
  const written: string[] = [];
  const writing = setInterval(() => {
    written.push(`beside ${written.length}`);
    busy.write(written.at(-1) ?? '');
  }, 150);
  const commands = documented('rotate');
  expect(commands).toContainEqual(['keys', 'rotate']);
  const killed = startBeside(desk.folder, ['keys', 'rotate']);
  await eventually(() => expect(killed.output()).toContain('inbound_event.raw: 1000 so far'), 30_000, 5);
  killed.child.kill('SIGKILL');
  await killed.ended;
  const half = await versions();
  expect(half.map(({ version }) => version)).toEqual([1, 2]);

  for (const command of commands) {
    const ran = await desk.run(command);
    expect([command, ran.code, ran.stderr]).toEqual([command, 0, '']);
    if (command[1] !== 'rotate') continue;
    expect(ran.stdout).toContain(`secret_finding.sealed: ${FINDINGS} sealed anew`);
    expect(ran.stdout).toContain('account_memory.sealed: 1 sealed anew');
    expect(ran.stdout).toContain(`files: ${FILES + STREAMED.length} sealed anew`);
    expect(ran.stdout).toContain('Everything is sealed under version 2.');
    expect(ran.stdout).toContain('No value needs version 1 any more.');
  }
  clearInterval(writing);
  expect(written.length).toBeGreaterThan(10);
  await eventually(() => expect(simulator.log.messagesIn(10).map(({ text }) => text)).toEqual(written), 15_000);
  await simulator.waitForAcks();
  expect((await beside.stop()).code).toBe(0);
  expect(await versions()).toEqual([{ version: 2, count: String(ROWS + 2 + written.length) }]);
  const again = await desk.run(['keys', 'rotate']);
  expect(again.stdout).toContain('inbound_event.raw: 0 sealed anew');

  // Every value opens under the new key alone, where it always was.
  const keys = ringOf(SECOND);
  const rows = await ask<{ event_key: string; raw: Buffer }>(
    url,
    `SELECT event_key, raw FROM inbound_event WHERE event_key LIKE 'bulk:%'`,
  );
  expect(rows).toHaveLength(ROWS);
  for (const row of rows) {
    expect(keys.open(row.raw, rawPlace('tg', row.event_key)).toString()).toBe(`payload of ${row.event_key}`);
  }
  const findings = await ask<{ id: string; sealed: Buffer }>(url, 'SELECT id::text, sealed FROM secret_finding');
  for (const { id, sealed } of findings) expect(keys.open(sealed, findingPlace(id)).toString()).toBe(`secret ${id}`);
  const [memory] = await ask<{ sealed: Buffer }>(url, 'SELECT sealed FROM account_memory');
  expect(keys.open(memory?.sealed ?? Buffer.alloc(0), memoryPlace('tg/oauth')).toString()).toBe(
    'what the account remembers',
  );
  const blobs = await createFileBlobStore({ folder: join(desk.folder, 'data', 'blobs'), keys, clock: systemClock });
  for (const [index, id] of files.entries()) {
    const wanted = index < FILES ? Buffer.from(`file ${index}`) : Buffer.alloc(STREAMED[index - FILES] ?? 0, 7);
    expect((await blobs.get(id)).equals(wanted)).toBe(true);
  }

  // The old key is gone from the configuration: what it sealed is read, and work goes on.
  configure({ masterKeys: [{ version: 2, key: SECOND }] });
  await conversation(9, 'with the new key alone');
  const doctor = await desk.run(['doctor']);
  expect(doctor.stdout).toContain('opens what is stored');
  const [person] = await ask<{ id: string }>(
    url,
    `SELECT contact_id::text AS id FROM identity WHERE external_id LIKE '%7' AND channel = 'telegram'`,
  );
  const exported = await desk.run(['contact', 'export', person?.id ?? '']);
  expect([exported.code, exported.stdout]).toEqual([0, expect.stringContaining('before the rotation')]);
  expect(
    await ask(url, `SELECT actor_kind, detail->>'version' AS version FROM audit WHERE action = 'keys.rotated' LIMIT 1`),
  ).toEqual([{ actor_kind: 'operator', version: '2' }]);
}, 160_000);

test('a key that is a file in the data folder is rotated the same way, and the file can go', async () => {
  const other = openDesk();
  const store = await postgres.createDatabase();
  await migrateStore(store, 'store');
  const data = join(other.folder, 'data');
  const set = (keys: object): void =>
    other.configure({
      data,
      store: { url: store },
      http: { port: 0 },
      ...keys,
      accounts: [{ id: 'tg', channel: 'telegram', token: simulator.token, apiRoot: simulator.url }],
      bot: { brains: ['echo'] },
    });
  set({});
  const serving = await other.serve();
  const customer = simulator.customer(11);
  customer.write('under the key of the file');
  expect((await customer.next()).text).toBe('under the key of the file');
  await simulator.waitForAcks();
  expect((await serving.stop()).code).toBe(0);
  set({ masterKeys: [{ version: 2, key: SECOND }] });
  const ran = await other.run(['keys', 'rotate']);
  expect([ran.code, ran.stdout]).toEqual([0, expect.stringContaining('No value needs version 1 any more.')]);
  rmSync(join(data, 'master.key'));
  const doctor = await other.run(['doctor']);
  expect(doctor.stdout).toContain('✓ master key: opens what is stored');
  expect(existsSync(join(data, 'master.key'))).toBe(false);
  await other.remove();
}, 60_000);

test('what no configured key opens is told, and nothing says that a key may go', async () => {
  const stranger = createKeyRing([{ version: 1, bytes: Buffer.alloc(32, 9) }]);
  const key = 'sealed-elsewhere';
  await ask(
    url,
    `INSERT INTO inbound_event (account_id, event_key, kind, state, raw) VALUES ('tg', $1, 'message', 'stored', $2)`,
    [key, stranger.seal(Buffer.from('x'), rawPlace('tg', key))],
  );
  configure({ masterKeys: [{ version: 2, key: SECOND }] });
  const ran = await desk.run(['keys', 'rotate']);
  expect([ran.code, ran.stderr]).toEqual([1, expect.stringContaining('1 values do not open under any configured key')]);
  expect(ran.stdout).not.toContain('may be removed');
  await ask(url, 'DELETE FROM inbound_event WHERE event_key = $1', [key]);
}, 60_000);

test('a value emptied between reading and writing stays empty', async () => {
  const key = 'emptied';
  await ask(
    url,
    `INSERT INTO inbound_event (account_id, event_key, kind, state, raw) VALUES ('tg', $1, 'message', 'stored', $2)`,
    [key, ringOf(FIRST).seal(Buffer.from('erased'), rawPlace('tg', key))],
  );
  const database = openDatabase({ url, log: quietLog(), max: 2 });
  const query = database.pool.query.bind(database.pool) as (...args: unknown[]) => Promise<unknown>;
  let emptied = 0;
  const pool = new Proxy(database.pool, {
    get: (target, name) =>
      name !== 'query'
        ? Reflect.get(target, name)
        : async (text: string, values: unknown[]) => {
            if (text.includes('UPDATE inbound_event')) {
              await query('UPDATE inbound_event SET raw = NULL WHERE event_key = $1', [key]);
              emptied += 1;
            }
            return query(text, values);
          },
  });
  const [column] = SEALED_COLUMNS;
  if (column === undefined) throw new Error('no column');
  try {
    expect(await resealColumn({ ...database, pool }, ringOf(FIRST, SECOND), column)).toEqual({
      resealed: 0,
      unopened: 0,
    });
  } finally {
    await database.close();
  }
  expect(emptied).toBe(1);
  expect(await ask(url, 'SELECT raw FROM inbound_event WHERE event_key = $1', [key])).toEqual([{ raw: null }]);
}, 30_000);

test('every column of bytes is either sealed anew or known to hold no sealed value', async () => {
  const columns = await ask<{ name: string }>(
    url,
    `SELECT table_name || '.' || column_name AS name FROM information_schema.columns
     WHERE table_schema = 'public' AND data_type = 'bytea' ORDER BY 1`,
  );
  const digests = ['agent_session.digest', 'audit.hash', 'audit_anchor.hash'];
  expect(columns.map(({ name }) => name)).toEqual(
    [...digests, ...SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`)].toSorted(),
  );
});

describe('the configured keys', () => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'parley-keys-'));
  afterAll(() => rmSync(dataFolder, { recursive: true, force: true }));
  const versionsOf = (masterKey: string | null, masterKeys: { version: number; key: string }[] | null) =>
    loadMasterKeys({ masterKey, masterKeys, dataFolder }).map(({ version }) => version);

  test('are the listed ones and version 1, if there is one; a list makes no file', () => {
    expect(versionsOf(null, [{ version: 2, key: SECOND }])).toEqual([2]);
    expect(versionsOf(FIRST, [{ version: 2, key: SECOND }])).toEqual([1, 2]);
    expect(versionsOf(null, [{ version: 1, key: FIRST }])).toEqual([1]);
    expect(versionsOf(null, null)).toEqual([1]);
    expect(versionsOf(null, [{ version: 2, key: SECOND }])).toEqual([1, 2]);
    expect(() => versionsOf(FIRST, [{ version: 1, key: SECOND }])).toThrow(/both give version 1/);
  });
});
