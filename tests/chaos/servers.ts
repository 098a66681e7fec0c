import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { systemClock } from '../../src/core/ids-and-time.ts';
import { migrateQueue } from '../../src/queue/index.ts';
import { startEmbedded } from '../../src/store/embedded/index.ts';
import { migrate } from '../../src/store/migrate.ts';
import { migrations } from '../../src/store/migrations/index.ts';
import { quietLog } from '../kit/quiet-log.ts';
import { startPlainPostgres, type TestPostgres } from '../kit/servers/postgres.ts';
import { startRedis, type TestRedis } from '../kit/servers/redis.ts';
import { type Process, startProcess } from './processes.ts';

export type ChaosBackend = 'postgres+redis' | 'embedded';

/** How one gateway process is started. */
export interface StartOptions {
  /** The named moment at which it dies, and how many times it passes it alive before. */
  readonly crashAt?: string;
  readonly crashAfter?: number;
  /** Default: all. */
  readonly roles?: readonly string[];
  /** Whether the bot answers without the lease, a moment later. */
  readonly waits: boolean;
}

/** Asks the store; what a check of the invariants needs. */
export type Query = <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) => Promise<Row[]>;

/** Store and queue of a crash test, and gateway processes on them. */
export interface Servers {
  readonly backend: ChaosBackend;
  readonly redis: TestRedis | null;
  readonly postgres: TestPostgres | null;
  /** A folder of the test's own, removed at its end. */
  readonly folder: string;
  /** What processes read that start from now on: accounts and the like; where data, store and queue are is added. */
  configure(settings: { http: { host: string; port: number; publicUrl?: string }; accounts: readonly object[] }): void;
  start(options: StartOptions): Process;
  /** The store's connection string as of now; an embedded server changes its port when it restarts. */
  storeUrl(): string;
  /** Rows of a query, on a connection of its own. */
  readonly query: Query;
  /** Ends the embedded server at once, as a power cut would its process. */
  crashEmbeddedServer(): void;
  /** Kills what still runs and removes everything. */
  close(): Promise<void>;
}

/** Starts real servers for one backend. */
export async function startServers(backend: ChaosBackend): Promise<Servers> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-chaos-'));
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  const redis = backend === 'postgres+redis' ? await startRedis() : null;
  const postgres = backend === 'postgres+redis' ? await startPlainPostgres({ fsync: true }) : null;
  const plainUrl = postgres === null ? null : await postgres.createDatabase();
  if (plainUrl !== null) {
    const pool = new pg.Pool({ connectionString: plainUrl, max: 1 });
    await migrate(pool, migrations, { alsoBullmq: migrateQueue });
    await pool.end();
  }
  const configFile = join(folder, 'parley.yaml');
  const embeddedState = (): { port: number; password: string; user: string; database: string; pid: number } =>
    JSON.parse(readFileSync(join(data, 'postgres.json'), 'utf8'));
  const storeUrl = (): string => {
    if (plainUrl !== null) return plainUrl;
    const { port: at, password, user, database } = embeddedState();
    return `postgres://${user ?? 'parley'}:${password}@127.0.0.1:${at}/${database ?? 'parley'}`;
  };
  const running = new Set<Process>();

  return {
    backend,
    redis,
    postgres,
    folder,
    configure(settings) {
      const whole = {
        data,
        store: { url: plainUrl ?? 'embedded' },
        queue: { url: redis?.url ?? 'store' },
        bot: { brains: ['faq'], turnPause: '0ms', turnPauseMax: '0ms' },
        ...settings,
      };
      writeFileSync(configFile, JSON.stringify(whole));
    },
    start(given) {
      const started = startProcess({
        configFile,
        storeUrl: plainUrl,
        embedded: backend === 'embedded',
        roles: given.roles ?? ['ingress', 'worker', 'web', 'connector'],
        crashAt: given.crashAt ?? null,
        crashAfter: given.crashAfter ?? 0,
        waits: given.waits,
      });
      running.add(started);
      void started.ended.then(() => running.delete(started));
      return started;
    },
    storeUrl,
    async query<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) {
      const client = new pg.Client({ connectionString: storeUrl(), connectionTimeoutMillis: 5_000 });
      client.on('error', () => undefined);
      try {
        await client.connect();
        return (await client.query<Row>(text, values)).rows;
      } finally {
        await client.end().catch(() => undefined);
      }
    },
    crashEmbeddedServer() {
      try {
        process.kill(embeddedState().pid, 'SIGQUIT');
      } catch {
        // already gone
      }
    },
    async close() {
      for (const one of running) one.child.kill('SIGKILL');
      await Promise.all([...running].map((one) => one.ended));
      await redis?.close();
      await postgres?.close();
      if (backend === 'embedded') {
        const server = await startEmbedded({ dataDir: data, log: quietLog(), clock: systemClock });
        await server.stop();
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
