import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { ALLOWED_UPDATES } from '../../channels/telegram/normalise.ts';
import { createTelegramSimulator, type TelegramSimulator } from '../../channels/telegram/simulator/index.ts';
import { systemClock } from '../../src/core/ids-and-time.ts';
import { migrateQueue } from '../../src/queue/index.ts';
import { startEmbedded } from '../../src/store/embedded/index.ts';
import { migrate } from '../../src/store/migrate.ts';
import { migrations } from '../../src/store/migrations/index.ts';
import { quietLog } from '../kit/quiet-log.ts';
import { startPlainPostgres, type TestPostgres } from '../kit/servers/postgres.ts';
import { freePort } from '../kit/servers/process.ts';
import { startRedis, type TestRedis } from '../kit/servers/redis.ts';

export type ChaosBackend = 'postgres+redis' | 'embedded';

export const POLLED = '700000001:chaos-polled-bot-token';
export const HOOKED = '700000002:chaos-hooked-bot-token';
const HOOK_SECRET = 'chaos-webhook-secret-000000000000';

/** One gateway process under test. */
export interface Process {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Resolves when it said it is up; rejects when it ended first. */
  readonly ready: Promise<void>;
  readonly ended: Promise<void>;
  isOver(): boolean;
  /** Where its HTTP side listens, once it is up; null without one. */
  address(): string | null;
  /** Asks it to act for an agent; null when it ended before it answered. */
  ask(message: object): Promise<string | null>;
  printed(): string;
}

/** Everything a crash test needs: platform, servers, configuration, and how to start processes on them. */
export interface World {
  readonly backend: ChaosBackend;
  readonly simulator: TelegramSimulator;
  readonly redis: TestRedis | null;
  readonly postgres: TestPostgres | null;
  start(options: { crashAt?: string; crashAfter?: number; roles?: readonly string[]; waits: boolean }): Process;
  /** The platform brings updates of the hooked bot; it does from the start. */
  setWebhook(): Promise<void>;
  /** The platform keeps updates of the hooked bot to itself until `setWebhook`. */
  holdWebhook(): Promise<void>;
  /** The store's connection string as of now; an embedded server changes its port when it restarts. */
  storeUrl(): string;
  /** Rows of a query; retried while the server restarts. */
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Ends the embedded server at once, as a power cut would its process. */
  crashEmbeddedServer(): void;
  close(): Promise<void>;
}

/** What a world may have besides. */
export interface WorldOptions {
  /** Address the platform posts to, of what stands before several processes; each then takes a port of its own. */
  readonly front?: string;
  /** How long the platform waits for a webhook's answer, ms. */
  readonly webhookTimeoutMs?: number;
}

/** Starts platform and servers for one backend. */
export async function startWorld(backend: ChaosBackend, seed: number, options: WorldOptions = {}): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-chaos-'));
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  const simulator = createTelegramSimulator({
    seed,
    bots: [{ token: POLLED }, { token: HOOKED }],
    webhookTimes: { firstRetryMs: 100, maxRetryMs: 500, timeoutMs: options.webhookTimeoutMs ?? 10_000 },
  });
  await simulator.start();
  const port = await freePort();
  const redis = backend === 'postgres+redis' ? await startRedis() : null;
  const postgres = backend === 'postgres+redis' ? await startPlainPostgres({ fsync: true }) : null;
  const plainUrl = postgres === null ? null : await postgres.createDatabase();
  if (plainUrl !== null) {
    const pool = new pg.Pool({ connectionString: plainUrl, max: 1 });
    await migrate(pool, migrations, { alsoBullmq: migrateQueue });
    await pool.end();
  }
  const configFile = join(folder, 'parley.yaml');
  writeFileSync(
    configFile,
    JSON.stringify({
      data,
      store: { url: plainUrl ?? 'embedded' },
      queue: { url: redis?.url ?? 'store' },
      http: { host: '127.0.0.1', port: options.front === undefined ? port : 0 },
      bot: { brains: ['faq'], turnPause: '0ms', turnPauseMax: '0ms' },
      accounts: [
        { id: 'polled', channel: 'telegram', token: POLLED, mode: 'polling', apiRoot: simulator.url },
        {
          id: 'hooked',
          channel: 'telegram',
          token: HOOKED,
          mode: 'webhook',
          webhookSecret: HOOK_SECRET,
          apiRoot: simulator.url,
        },
      ],
    }),
  );
  const hookUrl = `${options.front ?? `http://127.0.0.1:${port}`}/hooks/hooked`;
  const setWebhook = async (): Promise<void> => {
    const hook = { url: hookUrl, secret_token: HOOK_SECRET, max_connections: 40, allowed_updates: ALLOWED_UPDATES };
    await callHooked(simulator, 'setWebhook', hook);
  };
  await setWebhook();

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
    simulator,
    redis,
    postgres,
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
    setWebhook,
    holdWebhook: () => callHooked(simulator, 'deleteWebhook', {}),
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
      await simulator.stop();
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

async function callHooked(simulator: TelegramSimulator, method: string, body: object): Promise<void> {
  const answer = await fetch(`${simulator.url}/bot${HOOKED}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method}: ${await answer.text()}`);
}

/** Starts one gateway process under test. */
export function startProcess(options: object): Process {
  const child = fork(join(import.meta.dirname, 'gateway-process.js'), [JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let printed = '';
  const keep = (chunk: Buffer): void => {
    printed = (printed + chunk.toString()).slice(-20_000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const answers = new Map<number, (outcome: string | null) => void>();
  let asked = 0;
  let over = false;
  let address: string | null = null;
  const ended = once(child, 'exit').then(() => {
    over = true;
    for (const answer of answers.values()) answer(null);
  });
  const ready = new Promise<void>((resolve, reject) => {
    child.on('message', (message: { ready?: boolean; address?: string | null; id?: number; outcome?: string }) => {
      if (message.ready === true) {
        address = message.address ?? null;
        resolve();
      }
      if (message.id !== undefined) {
        answers.get(message.id)?.(message.outcome ?? 'ok');
        answers.delete(message.id);
      }
    });
    void ended.then(() => reject(new Error(`the gateway ended before it was up:\n${printed}`)));
  });
  ready.catch(() => undefined);
  return {
    child,
    pid: child.pid ?? 0,
    ready,
    ended,
    isOver: () => over,
    address: () => address,
    ask(message) {
      if (over || !child.connected) return Promise.resolve(null);
      asked += 1;
      const id = asked;
      return new Promise((resolve) => {
        answers.set(id, resolve);
        child.send({ ...message, id }, (error) => {
          if (error !== null) resolve(null);
        });
      });
    },
    printed: () => printed,
  };
}
