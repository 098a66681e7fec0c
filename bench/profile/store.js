/**
 * What each SQL function of the hot path costs one Postgres backend, by batch size: CPU from the scheduler, so that other
 * processes on the machine disturb little. `node bench/profile/store.js [--batches 1,10,100] [--rounds 60] [--threads 1000] [--analyze] [--statements]`
 * `--statements` lists the statements inside the functions, with planning; it makes everything slower.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { createUuidV7, systemClock } from '../../dist/src/core/ids-and-time.js';
import { createPipelineStore } from '../../dist/src/store/hot/pipeline-store.js';
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
const TEXT = 'Hello, I sent a deposit two hours ago and it still does not show in my balance. '.repeat(4);
const ids = createUuidV7(systemClock);

const postgres = await startPostgres({ statements: values.statements });
const database = await createStores(postgres).create();
const client = new pg.Client({ connectionString: database.url });
await client.connect();
const { pid } = (await client.query('SELECT pg_backend_pid() AS pid')).rows[0];
const onCpuNs = () => Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]);

let spent = new Map();
let turn = Promise.resolve();

/** The store's database: one connection, one statement at a time, each on the clock. */
const measured = {
  prepared(name, text, parameters) {
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
  },
};

const instance = ids.uuid();
await client.query(
  `INSERT INTO instance (id, roles, host, pid, version, embedded) VALUES ($1, '{worker}', 'bench', 1, '0', false)`,
  [instance],
);
await client.query(`INSERT INTO account (id, channel) VALUES ('tg', 'telegram')`);
const store = createPipelineStore({
  database: measured,
  clock: systemClock,
  instance,
  shards: 2,
  ingest: { pauseMs: 0, pauseMaxMs: 0, firstOwner: { kind: 'bot' }, lanes: 1 },
});

let count = 0;
function item() {
  count += 1;
  const chat = String(count % THREADS);
  const author = { externalId: chat, displayName: `Customer ${chat}`, handle: `c${chat}`, languageCode: 'en', isBot: false };
  const event = {
    type: 'message',
    eventKey: `${count}:message:${chat}:${count}:0`,
    occurredAtMs: Date.now(),
    thread: { key: chat, kind: 'private' },
    author,
    externalId: `${chat}:${count}`,
    text: TEXT,
  };
  return {
    accountId: 'tg',
    channel: 'telegram',
    eventKey: event.eventKey,
    raw: Buffer.alloc(730, 7),
    rawBlob: null,
    content: { outcome: 'event', event, thanks: false, findings: [] },
    ids: Object.fromEntries(['thread', 'identity', 'contact', 'conversation', 'message'].map((key) => [key, ids.uuid()])),
  };
}

const fence = ({ threadId, token }) => ({ threadId, token, release: false });
function decision(work) {
  const [message] = work.messages;
  return {
    ...fence(work),
    conversationId: work.conversation.id,
    ownerVersion: work.conversation.ownerVersion,
    messageIds: work.messages.map(({ id }) => id),
    messageState: 'answered',
    why: 'echo: echo',
    memory: { noAnswers: 0, warned: false, brains: {} },
    language: null,
    handoffTeam: null,
    secretTold: false,
    urgent: false,
    usedTurn: null,
    newTurn: null,
    outbound: [
      {
        id: ids.uuid(),
        text: TEXT,
        body: null,
        class: 'repeatable',
        causeId: message.id,
        parts: [{ id: ids.uuid(), part: { text: TEXT }, replyTo: null }],
      },
    ],
  };
}
function settlement(work) {
  return {
    ...fence(work),
    deliveryId: work.delivery.id,
    nextState: 'sent',
    externalId: `out:${work.delivery.id}`,
    errorKind: null,
    error: null,
    retryMs: null,
    ambiguous: false,
    notCalled: false,
    blockChatMs: null,
    blockAccountMs: null,
    unreachable: false,
    newAddress: null,
  };
}

async function round(size) {
  await Promise.all(Array.from({ length: size }, () => store.ingest(item())));
  const works = await store.claim({ shard: null, limit: size, overdueMs: 0, alone: false });
  const decided = await Promise.all(works.map((work) => store.decide(decision(work))));
  await Promise.all(decided.map(({ work }) => store.settle(settlement(work))));
}

for (let made = 0; made < THREADS * 2; made += 100) await round(100);
if (values.analyze) await client.query('ANALYZE');
for (const size of values.batches.split(',').map(Number)) {
  for (let warm = 0; warm < 10; warm += 1) await round(size);
  spent = new Map();
  if (values.statements) await client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements; SELECT pg_stat_statements_reset()');
  const rounds = Number(values.rounds);
  for (let done = 0; done < rounds; done += 1) await round(size);
  const line = [...spent].map(([name, { ns, calls }]) => {
    const perMessage = ns / 1_000 / rounds / size;
    return `${name} ${perMessage.toFixed(0)} µs (${(calls / rounds).toFixed(1)} calls)`;
  });
  const total = [...spent.values()].reduce((sum, { ns }) => sum + ns, 0) / 1_000 / rounds / size;
  process.stdout.write(`batch ${String(size).padStart(3)}: ${total.toFixed(0).padStart(5)} µs a message; ${line.join(', ')}\n`);
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
  for (const { calls, plans, us, planning, blocks, query } of rows) {
    process.stdout.write(`${[calls, plans, us, planning, blocks].map((n) => String(n).padStart(6)).join('')}  ${query}\n`);
  }
}
