import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import pg from 'pg';
import { syncFolder } from '../../files/durable-file.ts';
import { systemCode } from '../../files/errors.ts';
import { type BackupEnd, type BackupHead, type BackupLine, FORMAT, writeLine } from './format.ts';
import { PASSING, quoted, readTables, type TablePlan } from './tables.ts';

export interface BackupOptions {
  storeUrl: string;
  /** Folder of the blobs. */
  blobFolder: string;
  /** Where the backup goes; replaced when it exists, and only by a whole one. */
  file: string;
  release: string;
  nowMs: number;
}

/** What was written. */
export interface BackupResult {
  rows: number;
  blobs: number;
  schemaVersion: number;
}

const FETCH = 500;
const CHUNK_BYTES = 1024 * 1024;

/**
 * Writes a consistent copy of the whole store: every table as of one moment, while the gateway goes on, and the blobs. It is
 * written beside, synced and renamed, so a file under its name is whole.
 */
export async function writeBackup(options: BackupOptions): Promise<BackupResult> {
  const partial = `${options.file}.part`;
  const client = new pg.Client({ connectionString: options.storeUrl, application_name: 'parley-backup' });
  client.on('error', () => undefined);
  await client.connect();
  const tally: Tally = { rows: {}, blobs: 0, schemaVersion: 0 };
  try {
    await client.query('SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0');
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const out = createWriteStream(partial, { mode: 0o600, flags: 'w' });
    await once(out, 'open');
    await pipeline(Readable.from(batched(lines(client, options, tally))), createGzip({ level: 4 }), out);
    await client.query('COMMIT');
    const handle = await open(partial, 'r');
    await handle.sync();
    await handle.close();
    await rename(partial, options.file);
    await syncFolder(dirname(options.file));
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  } finally {
    await client.end().catch(() => undefined);
  }
  const rows = Object.values(tally.rows).reduce((sum, count) => sum + count, 0);
  return { rows, blobs: tally.blobs, schemaVersion: tally.schemaVersion };
}

interface Tally {
  rows: Record<string, number>;
  blobs: number;
  schemaVersion: number;
}

async function* lines(client: pg.Client, options: BackupOptions, tally: Tally): AsyncGenerator<string> {
  const hash = createHash('sha256');
  const line = (text: string): string => {
    hash.update(text).update('\n');
    return `${text}\n`;
  };
  const tables = (await readTables(client)).filter((table) => !PASSING.includes(table.name));
  const { rows } = await client.query<{ version: number }>('SELECT max(id) AS version FROM schema_migration');
  tally.schemaVersion = rows[0]?.version ?? 0;
  const head: BackupHead = {
    parleyBackup: FORMAT,
    schemaVersion: tally.schemaVersion,
    release: options.release,
    takenAtMs: options.nowMs,
    tables: tables.map(({ name, columns }) => ({ name, columns })),
  };
  yield line(JSON.stringify(head));
  for (const table of tables) {
    yield line(writeLine({ kind: 'table', table: table.name }));
    tally.rows[table.name] = 0;
    for await (const cells of rowsOf(client, table)) {
      tally.rows[table.name] = (tally.rows[table.name] ?? 0) + 1;
      yield line(cells);
    }
  }
  for await (const part of blobLines(options.blobFolder)) {
    if (part.kind === 'blob') tally.blobs += 1;
    yield line(writeLine(part));
  }
  const end: BackupEnd = { end: true, rows: tally.rows, blobs: tally.blobs, sha256: hash.digest('hex') };
  yield `${JSON.stringify(end)}\n`;
}

/** Each row as a JSON array of texts, made by the database. */
async function* rowsOf(client: pg.Client, table: TablePlan): AsyncGenerator<string> {
  const cells = table.columns.map(({ name }) => `${quoted(name)}::text`).join(', ');
  const order = table.orderBy.length === 0 ? '' : ` ORDER BY ${table.orderBy.map(quoted).join(', ')}`;
  // An ARRAY would be limited to one type only; to_json over it keeps nulls and escapes.
  await client.query(
    `DECLARE backup NO SCROLL CURSOR FOR SELECT to_json(ARRAY[${cells}]::text[])::text AS line FROM ${quoted(table.name)}${order}`,
  );
  for (;;) {
    const { rows } = await client.query<{ line: string }>(`FETCH ${FETCH} FROM backup`);
    for (const { line } of rows) yield line;
    if (rows.length < FETCH) break;
  }
  await client.query('CLOSE backup');
}

/** Blobs as they lie there. One that retention removes meanwhile is no longer named by anything we need. */
async function* blobLines(folder: string): AsyncGenerator<BackupLine> {
  for (const shard of await namesIn(folder)) {
    if (!/^[0-9a-f]{2}$/.test(shard)) continue;
    for (const id of await namesIn(join(folder, shard))) {
      if (!/^[0-9a-f]{64}$/.test(id)) continue;
      const bytes = await readWhole(join(folder, shard, id));
      if (bytes === null) continue;
      yield { kind: 'blob', blob: id, sizeBytes: bytes.length };
      for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
        yield { kind: 'chunk', data: bytes.subarray(at, at + CHUNK_BYTES) };
      }
    }
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function readWhole(file: string): Promise<Buffer | null> {
  try {
    const handle = await open(file, 'r');
    try {
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Many lines in one piece: a stream of single lines would spend its time on itself. */
async function* batched(source: AsyncGenerator<string>): AsyncGenerator<Buffer> {
  let pieces: string[] = [];
  let size = 0;
  for await (const line of source) {
    pieces.push(line);
    size += line.length;
    if (size < 64 * 1024) continue;
    yield Buffer.from(pieces.join(''), 'utf8');
    pieces = [];
    size = 0;
  }
  if (pieces.length > 0) yield Buffer.from(pieces.join(''), 'utf8');
}
