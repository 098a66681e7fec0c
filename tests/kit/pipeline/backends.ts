import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { systemClock } from '../../../src/core/ids-and-time.ts';
import { startEmbedded } from '../../../src/store/embedded/index.ts';
import { quietLog } from '../quiet-log.ts';
import { startPlainPostgres } from '../servers/postgres.ts';
import { migrateForTest } from './harness.ts';

/** A store server with our schema ready to be copied. */
export interface StoreBackend {
  /** A new database with our schema; its connection string. */
  createDatabase(): Promise<string>;
  close(): Promise<void>;
}

const TEMPLATE = 'parley_schema';

async function plain(): Promise<StoreBackend> {
  const server = await startPlainPostgres();
  await server.createTemplate(TEMPLATE, migrateForTest);
  return { createDatabase: () => server.createDatabase(TEMPLATE), close: () => server.close() };
}

function nameIn(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

async function run(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function embedded(): Promise<StoreBackend> {
  const dataDir = mkdtempSync(join(tmpdir(), 'parley-embedded-'));
  const server = await startEmbedded({ dataDir, log: quietLog(), clock: systemClock });
  await run(server.url, `CREATE DATABASE ${TEMPLATE}`);
  await migrateForTest(nameIn(server.url, TEMPLATE));
  return {
    async createDatabase() {
      const name = `test_${randomBytes(6).toString('hex')}`;
      await run(server.url, `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
      return nameIn(server.url, name);
    },
    async close() {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Every store a gateway may stand on; the contract suite runs on each. */
export const storeBackends: readonly { name: string; start(): Promise<StoreBackend> }[] = [
  { name: 'plain server', start: plain },
  { name: 'embedded', start: embedded },
];
