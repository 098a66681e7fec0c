import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { seededRandom } from '../../channels/shared/seeded-random.ts';
import { CRASH_POINTS, type CrashPoint, LETTER_CRASH_POINTS } from '../../src/core/crash-point.ts';
import { migrateQueue } from '../../src/queue/index.ts';
import { migrate } from '../../src/store/migrate.ts';
import { migrations } from '../../src/store/migrations/index.ts';
import { eventually } from '../kit/eventually.ts';
import { canRunPostfix } from '../kit/servers/postfix.ts';
import { startPlainPostgres } from '../kit/servers/postgres.ts';
import { ensureMailServers } from '../kit/servers/programs.js';
import { startRedis } from '../kit/servers/redis.ts';
import { startWriters } from './mail/correspondence.ts';
import { judgeMail } from './mail/mail-invariants.ts';
import { type MailProvider, realProvider, simulatedProvider } from './mail/provider.ts';
import { type Process, startProcess } from './processes.ts';

const SEEDS = Number(process.env['PARLEY_CHAOS_SEEDS'] ?? 1);
/** In every test run a few of the points, other ones on the two kinds of servers; all of them where storms are asked for. */
const WHOLE = SEEDS > 1;
const SHORT = { simulator: 12, real: 8 };
const FIRST = Number(process.env['PARLEY_CHAOS_FIRST'] ?? 1);
/** Passed by no mail: agents, waiting brains, and files alone. */
const ELSEWHERE = new Set<CrashPoint>([
  'turn.stored',
  'turn.before-result',
  'turn.after-result',
  'handoff.before-commit',
  'handoff.after-commit',
  'reply.before-commit',
  'reply.after-commit',
  'ingest.before-ack',
  'ingest.after-ack',
  'bury.before-commit',
  'bury.after-commit',
  'seal.before-commit',
  'seal.after-commit',
]);
const LIFE_MS = 4_000;

const missing = ensureMailServers();
if (missing !== undefined) process.stderr.write(`Skipped: mail in a storm on real servers needs ${missing}.\n`);

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((left, right) => left.at - right.at)
    .map(({ item }) => item);
}

async function storm(provider: MailProvider, seed: number, atMost: number): Promise<string> {
  const random = seededRandom(seed);
  const folder = mkdtempSync(join(tmpdir(), 'parley-mail-storm-'));
  mkdirSync(join(folder, 'data'), { mode: 0o700 });
  const redis = await startRedis();
  const postgres = await startPlainPostgres({ fsync: true });
  const url = await postgres.createDatabase();
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  await migrate(pool, migrations, { alsoBullmq: migrateQueue });
  await pool.end();
  const configFile = join(folder, 'parley.yaml');
  writeFileSync(
    configFile,
    JSON.stringify({
      data: join(folder, 'data'),
      store: { url },
      queue: { url: redis.url },
      http: { host: '127.0.0.1', port: 0 },
      bot: { brains: ['faq'], turnPause: '0ms', turnPauseMax: '0ms' },
      accounts: [{ id: 'mail', channel: 'email', ...provider.settings }],
    }),
  );
  const query = async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> => {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.query<Row>(text, values)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  const start = (crashAt: CrashPoint | null, crashAfter = 0): Process =>
    startProcess({
      configFile,
      storeUrl: url,
      embedded: false,
      roles: ['ingress', 'worker', 'web', 'connector'],
      crashAt,
      crashAfter,
      waits: false,
    });
  let gateway = start(null);
  let writers: ReturnType<typeof startWriters> | null = null;
  try {
    await gateway.ready;
    // The mailbox begins here: what is in it before is not ours.
    await eventually(async () => (await query(`SELECT FROM account_bookmark`)).length > 0, 20_000, 100);
    gateway.child.kill('SIGKILL');
    await gateway.ended;
    writers = startWriters(provider, random);
    const reached: CrashPoint[] = [];
    const missed: CrashPoint[] = [];
    const all = shuffled(
      [...CRASH_POINTS, ...LETTER_CRASH_POINTS].filter((point) => !ELSEWHERE.has(point)),
      random,
    );
    const points = WHOLE ? all : all.slice(0, atMost);
    for (const [index, point] of points.entries()) {
      gateway = start(point, index % 3 === 2 ? 2 : 0);
      await Promise.race([gateway.ready.catch(() => undefined), gateway.ended]);
      const crashed = await Promise.race([gateway.ended.then(() => true), sleep(LIFE_MS).then(() => false)]);
      (crashed ? reached : missed).push(point);
      gateway.child.kill('SIGKILL');
      await gateway.ended;
      const dice = random();
      if (dice < 0.2) await redis.flush();
      else if (dice < 0.4) await postgres.immediateRestart();
      else await provider.disturb(random);
    }
    gateway = start(null);
    await gateway.ready;
    await sleep(1_000);
    await provider.calm();
    await writers.stop();
    const { written } = writers;
    await eventually(
      async () => {
        const [row] = await query<{ left: string; letters: string }>(`SELECT
          (SELECT count(*) FROM thread WHERE due_at <= now() + interval '1 minute' OR lease_owner IS NOT NULL)
          + (SELECT count(*) FROM message WHERE state = 'new')
          + (SELECT count(*) FROM delivery WHERE state IN ('scheduled', 'pending', 'sending', 'retry', 'unknown')) AS left,
          (SELECT count(*) FROM message WHERE kind = 'inbound') AS letters`);
        await query(`UPDATE delivery SET due_at = now() WHERE state = 'retry'`);
        await query(`UPDATE thread SET due_at = now() WHERE due_at > now() AND lease_owner IS NULL`);
        return row?.left === '0' && Number(row.letters) >= written.size;
      },
      90_000,
      500,
    ).catch(() => undefined);
    // Postfix and the like hand over what they took in their own time.
    await sleep(1_000);
    const verdict = await judgeMail(query, provider, written);
    if (verdict.found.length > 0) {
      throw new Error(
        `${provider.name}, seed ${seed}: ${verdict.found.length} violations\n${verdict.found.slice(0, 20).join('\n')}\n--- gateway\n${gateway.printed().slice(-3_000)}`,
      );
    }
    expect(reached.length).toBeGreaterThanOrEqual(Math.floor(points.length * 0.6));
    expect(verdict.letters).toBeGreaterThan(20);
    expect(verdict.threads).toBeLessThan(verdict.letters);
    return `${verdict.letters} letters in ${verdict.threads} threads, ${reached.length} crash points (missed: ${missed.join(', ') || 'none'}), ${verdict.twice} answers came twice, ${verdict.review} wait for a person`;
  } finally {
    await writers?.stop();
    gateway.child.kill('SIGKILL');
    await gateway.ended;
    await provider.close();
    await redis.close();
    await postgres.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('mail in a storm: every letter stored once, answered, at most twice under one id', () => {
  test.each(Array.from({ length: SEEDS }, (_, index) => FIRST + index))(
    'on the simulator, seed %i',
    async (seed) => {
      process.stderr.write(
        `mail on the simulator, seed ${seed}: ${await storm(await simulatedProvider(seed), seed, SHORT.simulator)}\n`,
      );
    },
    400_000,
  );

  (missing === undefined && canRunPostfix() ? test : test.skip)(
    'on a real Dovecot and a real Postfix, both restarted meanwhile',
    async () => {
      process.stderr.write(`mail on real servers: ${await storm(await realProvider(), FIRST + 1, SHORT.real)}\n`);
    },
    400_000,
  );
});
