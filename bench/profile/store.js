/**
 * What each SQL function of the hot path costs one Postgres backend, by batch size: CPU from the scheduler, so that other
 * processes on the machine disturb little. Linux only.
 * `node bench/profile/store.js [--batches 1,10,100] [--rounds 60] [--threads 1000] [--analyze] [--statements]`
 * `--statements` lists the statements inside the functions, with planning; it makes everything slower.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { createPipeline } from '../lib/pipeline.js';
import { startPostgres } from '../lib/servers.js';
import { createStores } from '../lib/stores.js';

const { values } = parseArgs({
  options: {
    batches: { type: 'string', default: '1,10,100' },
    rounds: { type: 'string', default: '60' },
    threads: { type: 'string', default: '1000' },
    analyze: { type: 'boolean', default: false },
    statements: { type: 'boolean', default: false },
  },
});
const THREADS = Number(values.threads);

const postgres = await startPostgres({ statements: values.statements });
const database = await createStores(postgres).create();
const client = new pg.Client({ connectionString: database.url });
await client.connect();
const { pid } = (await client.query('SELECT pg_backend_pid() AS pid')).rows[0];
const onCpuNs = () => Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]);

let spent = new Map();
let turn = Promise.resolve();

/** One connection, one statement at a time, each on the clock. */
function prepared(name, text, parameters) {
  const run = async () => {
    const before = onCpuNs();
    const { rows } = await client.query({ name, text, values: parameters });
    const used = spent.get(name) ?? { ns: 0, calls: 0 };
    spent.set(name, { ns: used.ns + onCpuNs() - before, calls: used.calls + 1 });
    return rows;
  };
  const answer = turn.then(run);
  turn = answer.catch(() => undefined);
  return answer;
}

let count = 0;
const pipeline = await createPipeline(client, prepared, () => {
  count += 1;
  return count % THREADS;
});

async function round(size) {
  await pipeline.ingest(size);
  await pipeline.drain(size);
}

for (let made = 0; made < THREADS * 2; made += 100) await round(100);
if (values.analyze) await client.query('ANALYZE');
if (values.statements) await client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
for (const size of values.batches.split(',').map(Number)) {
  for (let warm = 0; warm < 10; warm += 1) await round(size);
  spent = new Map();
  if (values.statements) await client.query('SELECT pg_stat_statements_reset()');
  const rounds = Number(values.rounds);
  for (let done = 0; done < rounds; done += 1) await round(size);
  const perMessage = (ns) => (ns / 1_000 / rounds / size).toFixed(0);
  const line = [...spent].map(([name, { ns, calls }]) => `${name} ${perMessage(ns)} µs (${calls / rounds} calls)`);
  const total = [...spent.values()].reduce((sum, { ns }) => sum + ns, 0);
  process.stdout.write(`batch ${size}: ${perMessage(total)} µs a message; ${line.join(', ')}\n`);
  if (values.statements) await listStatements();
}
await client.end();
await postgres.close();

/** Where the time goes inside the functions, microseconds a call. */
async function listStatements() {
  const { rows } = await client.query(`
    SELECT calls, plans, round(((total_plan_time + total_exec_time) * 1000 / calls)::numeric) AS us,
      round((total_plan_time * 1000 / calls)::numeric) AS planning, shared_blks_hit / calls AS blocks,
      left(regexp_replace(query, '\\s+', ' ', 'g'), 130) AS query
    FROM pg_stat_statements WHERE NOT toplevel ORDER BY total_plan_time + total_exec_time DESC LIMIT 45`);
  process.stdout.write(' calls plans    us  plan blocks\n');
  for (const { calls, plans, us, planning, blocks, query } of rows) {
    process.stdout.write(
      `${[calls, plans, us, planning, blocks].map((n) => String(n).padStart(6)).join('')}  ${query}\n`,
    );
  }
}
