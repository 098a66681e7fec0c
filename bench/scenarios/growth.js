/** The same work on a small store and on one a hundred times its size: nothing may slow down with what lies there. */
import pg from 'pg';
import { openDatabase } from '../../dist/src/store/database.js';
import { createInboxStore } from '../../dist/src/store/inbox-store.js';
import { fill } from '../lib/fill.js';
import { createPipeline } from '../lib/pipeline.js';
import { summarise } from '../load/summary.js';

export const name = 'growth';
export const contenders = ['parley'];

const BATCH = 50;
/** Small and large are measured in turn, so that the machine's moods meet both. */
const SLICES = 8;
const PER_CONVERSATION = 10;
/** Who writes: as many in both stores, spread over all there are. What lies there grows, not the traffic. */
const ACTIVE = 2_000;
/** Slices that warm caches and plans, and in which all of them have written once. */
const WARM_SLICES = 2;

/** Who reads the list: a lead, who sees everything. */
const LEAD = { id: '00000000-0000-7000-8000-000000000001', role: 'lead', teamIds: ['support'] };
const QUIET = { debug() {}, info() {}, warn() {}, error() {}, child: () => QUIET };

export async function run({ postgres, contenders: all, size, say }) {
  const stands = [];
  try {
    for (const conversations of [size.growth.small, size.growth.large]) {
      stands.push(await stand(postgres, all.stores, conversations, say));
    }
    for (let slice = 0; slice < WARM_SLICES + SLICES; slice += 1) {
      if (slice === WARM_SLICES) for (const one of stands) one.forget();
      for (const one of stands) await one.work();
    }
    return stands.flatMap((one) => one.rows());
  } finally {
    for (const one of stands) await one.close();
  }
}

async function stand(postgres, stores, conversations, say) {
  const database = await stores.create();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  let told = 0;
  await fill(client, { conversations, perConversation: PER_CONVERSATION }, (share) => {
    if (share < 1 && share - told < 0.25) return;
    told = share;
    say(`${conversations.toLocaleString('en')} conversations: ${Math.round(share * 100)} % filled`);
  });

  const times = new Map();
  async function timed(what, run) {
    const startMs = performance.now();
    const result = await run();
    const list = times.get(what) ?? [];
    list.push(performance.now() - startMs);
    times.set(what, list);
    return result;
  }
  const active = Math.min(ACTIVE, conversations);
  const any = () => Math.floor((Math.floor(Math.random() * active) * conversations) / active);
  const prepared = async (statement, text, values) => (await client.query({ name: statement, text, values })).rows;
  const pipeline = await createPipeline(client, prepared, any);
  const open = openDatabase({ url: database.url, log: QUIET });
  const inbox = createInboxStore(open);
  const shown = (await client.query('SELECT id FROM conversation ORDER BY md5(id::text) LIMIT 500')).rows;

  return {
    forget: () => times.clear(),
    async work() {
      for (let count = 0; count < 25; count += 1) {
        await timed('ingest batch of 50', () => pipeline.ingest(BATCH));
        await timed('drain of 50', () => pipeline.drain(BATCH));
      }
      for (let count = 0; count < 250; count += 1) {
        const page = await timed('inbox list', () => inbox.list(LEAD, { view: 'all', limit: 50 }));
        await timed('inbox page', () => inbox.list(LEAD, { view: 'all', limit: 50, after: page.next }));
        await timed('inbox counts', () => inbox.counts(LEAD));
        const { id } = shown[Math.floor(Math.random() * shown.length)];
        await timed('thread', () => inbox.messages(LEAD, id, { limit: 50 }));
      }
    },
    rows: () =>
      [...times].map(([what, list]) => ({
        scenario: `growth: ${what}`,
        contender: 'parley',
        conversations,
        takesMs: summarise(list),
      })),
    async close() {
      await open.close();
      await client.end();
      await database.drop();
    },
  };
}
