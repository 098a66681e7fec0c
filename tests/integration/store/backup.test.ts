import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { migrateStore } from '../../../src/cli/store-access.ts';
import { systemClock } from '../../../src/core/ids-and-time.ts';
import { restoreBackup } from '../../../src/store/backup/restore.ts';
import { PASSING } from '../../../src/store/backup/tables.ts';
import { writeBackup } from '../../../src/store/backup/write.ts';
import { startEmbedded } from '../../../src/store/embedded/index.ts';
import { migrations } from '../../../src/store/migrations/index.ts';
import { eventually } from '../../kit/eventually.ts';
import { startGateway } from '../../kit/pipeline/harness.ts';
import { customerMessage, memoryChannel } from '../../kit/pipeline/memory-channel.ts';
import { quietLog } from '../../kit/quiet-log.ts';
import { startPlainPostgres } from '../../kit/servers/postgres.ts';
import { ask, dump } from '../cli/cli-kit.ts';

const NEWEST = migrations.at(-1)?.id ?? 0;
const BLOB = 'ab'.repeat(32);

interface Server {
  create(): Promise<string>;
  close(): Promise<void>;
}

async function plain(): Promise<Server> {
  const server = await startPlainPostgres();
  return { create: () => server.createDatabase(), close: () => server.close() };
}

async function embedded(): Promise<Server> {
  const dataDir = mkdtempSync(join(tmpdir(), 'parley-backup-'));
  const server = await startEmbedded({ dataDir, log: quietLog(), clock: systemClock });
  let made = 0;
  return {
    async create() {
      made += 1;
      await ask(server.url, `CREATE DATABASE copy${made}`);
      const url = new URL(server.url);
      url.pathname = `/copy${made}`;
      return url.href;
    },
    async close() {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Values that a careless copy would change. */
const TRAPS = `
  INSERT INTO inbound_event (account_id, event_key, kind, state, change, raw, raw_blob, received_at) VALUES
    ('mem', 'trap1', 'none', 'parked', 'null', '\\x00ff0a5c22', '${BLOB}', '2026-01-02 03:04:05.678901+00'),
    ('mem', 'trap2', 'edit', 'waiting', '{"a": 1.10, "b": "\\"x\\\\n", "big": 12345678901234567890}', NULL, NULL, 'infinity');
  INSERT INTO message_reaction (message_id, author_id, emoji, at)
    SELECT id, 'x', ARRAY['👍', 'a,"b"\\', NULL, ''], '0044-03-15 12:00:00.000001+00 BC' FROM message LIMIT 1;
  UPDATE conversation SET bot_memory = '{"line": "one\\ntwo\\u2028three"}', topic = E'tab\\there';
  INSERT INTO audit (actor_kind, action, subject_kind, subject_id) VALUES ('system', 'test', 'test', 'unsealed');
`;

/** A store with a real conversation in it and one delivery in each state. */
async function fill(url: string): Promise<void> {
  await migrateStore(url, 'store');
  const channel = memoryChannel();
  const gateway = await startGateway({ url, account: channel });
  try {
    await gateway.receive([customerMessage('1', 'first 你好 🙂'), customerMessage('2', 'second')]);
    await eventually(() => expect(channel.arrived).toHaveLength(2));
    await eventually(async () => {
      expect(await ask(url, `SELECT FROM delivery WHERE state <> 'sent'`)).toHaveLength(0);
    });
    await ask(url, 'SELECT audit_seal(1000)');
  } finally {
    await gateway.stop();
  }
  for (const statement of TRAPS.split(';\n').filter((one) => one.trim() !== '')) await ask(url, statement);
}

async function addOpenParts(url: string): Promise<void> {
  for (const [index, state] of ['scheduled', 'pending', 'sending', 'retry', 'unknown'].entries()) {
    await ask(
      url,
      `INSERT INTO delivery (id, message_id, thread_id, conversation_id, account_id, out_seq, ordinal, class, part, state)
       SELECT gen_random_uuid(), message_id, thread_id, conversation_id, account_id, 100 + $1::int, 0, 'single', '{"text": "x"}', $2
       FROM delivery ORDER BY created_at LIMIT 1`,
      [index, state],
    );
  }
  await ask(url, `UPDATE thread SET lease_owner = gen_random_uuid(), lease_token = 7, due_at = NULL`);
}

describe.each([
  { name: 'plain server', start: plain },
  { name: 'embedded', start: embedded },
])('backup and restore, $name', ({ start }) => {
  let server: Server;
  let folder: string;
  let source: string;
  let file: string;

  beforeAll(async () => {
    server = await start();
    folder = mkdtempSync(join(tmpdir(), 'parley-backup-files-'));
    source = await server.create();
    file = join(folder, 'backup.gz');
    await fill(source);
    mkdirSync(join(folder, 'blobs', 'ab'), { recursive: true });
    writeFileSync(join(folder, 'blobs', 'ab', BLOB), Buffer.alloc(2_500_000, 7));
    await writeBackup({ storeUrl: source, blobFolder: join(folder, 'blobs'), file, release: 'test', nowMs: 1 });
  }, 60_000);

  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const restoreInto = (url: string, from = file, force = false) =>
    restoreBackup({
      storeUrl: url,
      blobFolder: join(folder, 'restored'),
      file: from,
      force,
      actorId: 'test',
      newestVersion: NEWEST,
      migrateTo: (version) => migrateStore(url, 'store', version),
    });

  test('every row of every table is the same, and numbers go on', async () => {
    const target = await server.create();
    const result = await restoreInto(target);
    expect(result).toMatchObject({ blobs: 1, needsReview: 0 });
    const before = await dump(source);
    const after = await dump(target);
    expect(Object.keys(after)).toEqual(Object.keys(before));
    for (const [table, rows] of Object.entries(before)) {
      // Made anew: processes are gone, connectors' tokens moved on, migrating stamps its own times.
      if (['instance', 'account', 'schema_migration'].includes(table)) continue;
      if (PASSING.includes(table)) {
        expect([table, after[table]]).toEqual([table, []]);
        continue;
      }
      const restored = (after[table] ?? []).filter((row) => !row.includes('store.restored'));
      expect([table, restored]).toEqual([table, rows]);
      if (['message', 'inbound_event', 'audit', 'message_reaction'].includes(table))
        expect(rows.length).toBeGreaterThan(0);
    }
    expect(readFileSync(join(folder, 'restored', 'ab', BLOB)).equals(Buffer.alloc(2_500_000, 7))).toBe(true);
    expect(await ask(target, 'SELECT audit_first_break() AS no')).toEqual([{ no: null }]);
    const [numbers] = await ask<{ before: string; next: string }>(
      target,
      `SELECT max(number) AS before, nextval(pg_get_serial_sequence('conversation', 'number')) AS next FROM conversation`,
    );
    expect(Number(numbers?.next)).toBe(Number(numbers?.before) + 1);
  });

  test('what was under way waits for a person, and leases are gone', async () => {
    const busy = await server.create();
    await restoreInto(busy);
    await addOpenParts(busy);
    const open = join(folder, 'open.gz');
    await writeBackup({ storeUrl: busy, blobFolder: join(folder, 'blobs'), file: open, release: 'test', nowMs: 1 });
    const target = await server.create();
    expect(await restoreInto(target, open)).toMatchObject({ needsReview: 5 });
    expect(await ask(target, `SELECT DISTINCT state FROM delivery WHERE out_seq >= 100`)).toEqual([
      { state: 'needs_review' },
    ]);
    const threads = await ask<{ leased: boolean; token: string; due: boolean }>(
      target,
      'SELECT lease_owner IS NOT NULL AS leased, lease_token AS token, due_at IS NOT NULL AS due FROM thread',
    );
    expect(threads.length).toBeGreaterThan(0);
    for (const thread of threads) expect(thread).toEqual({ leased: false, token: '8', due: true });
  });

  test('a store that is not empty is left alone without force', async () => {
    const target = await server.create();
    await restoreInto(target);
    await ask(target, `UPDATE contact SET display_name = 'kept'`);
    await expect(restoreInto(target)).rejects.toMatchObject({ code: 'not_empty' });
    expect(await ask(target, `SELECT DISTINCT display_name FROM contact`)).toEqual([{ display_name: 'kept' }]);
    await restoreInto(target, file, true);
    expect((await dump(target))['contact']).toEqual((await dump(source))['contact']);
  });

  test('a backup of an older schema comes back over a newer one, and is then migrated', async () => {
    const older = await server.create();
    await migrateStore(older, 'store', NEWEST - 1);
    await ask(older, `INSERT INTO contact (id, display_name) VALUES (gen_random_uuid(), 'older')`);
    const old = join(folder, 'older.gz');
    await writeBackup({ storeUrl: older, blobFolder: join(folder, 'none'), file: old, release: 'test', nowMs: 1 });
    const target = await server.create();
    await restoreInto(target);
    await restoreInto(target, old, true);
    expect(await ask(target, 'SELECT display_name FROM contact')).toEqual([{ display_name: 'older' }]);
    expect(await ask(target, 'SELECT max(id) AS version FROM schema_migration')).toEqual([{ version: NEWEST }]);
    // The other way round: this release is older than the backup.
    const refused = restoreBackup({
      storeUrl: target,
      blobFolder: join(folder, 'none'),
      file,
      force: true,
      actorId: 'test',
      newestVersion: NEWEST - 1,
      migrateTo: () => Promise.reject(new Error('must not migrate')),
    });
    await expect(refused).rejects.toMatchObject({ code: 'backup_newer' });
  });

  test('a store a gateway works on is refused', async () => {
    const target = await server.create();
    await migrateStore(target, 'store');
    await ask(
      target,
      `INSERT INTO instance (id, roles, host, pid, version, embedded) VALUES (gen_random_uuid(), '{}', 'h', 7, 'x', false)`,
    );
    await expect(restoreInto(target)).rejects.toMatchObject({ code: 'gateway_runs' });
  });

  test('a damaged file is refused before anything is touched', async () => {
    const target = await server.create();
    await restoreInto(target);
    const untouched = await dump(target);
    const damaged = join(folder, 'damaged.gz');
    const whole = readFileSync(file);
    const text = gunzipSync(whole).toString('utf8');
    const lines = text.split('\n');
    const variants: Record<string, Buffer> = {
      'half written': whole.subarray(0, Math.floor(whole.length / 2)),
      'without its last byte': whole.subarray(0, -1),
      'no gzip': Buffer.from('hello'),
      empty: Buffer.alloc(0),
      'without its end': gzipSync(`${lines.slice(0, -2).join('\n')}\n`),
      'one letter changed': gzipSync(text.replace('second', 'secOnd')),
    };
    for (const [what, bytes] of Object.entries(variants)) {
      writeFileSync(damaged, bytes);
      expect([what, await restoreInto(target, damaged, true).catch((error: { code: string }) => error.code)]).toEqual([
        what,
        'backup_damaged',
      ]);
    }
    expect(await dump(target)).toEqual(untouched);
  });

  test('a backup that cannot be written leaves nothing under its name', async () => {
    const missing = join(folder, 'no-such-folder', 'b.gz');
    await expect(
      writeBackup({ storeUrl: source, blobFolder: join(folder, 'blobs'), file: missing, release: 'test', nowMs: 1 }),
    ).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
