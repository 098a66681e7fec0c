/** The same work on a small store and on one a hundred times its size: nothing may slow down with what lies there. */
import pg from 'pg';
import { fill } from '../lib/fill.js';
import { createPipeline } from '../lib/pipeline.js';
import { summarise } from '../load/summary.js';

export const name = 'growth';
export const contenders = ['parley'];

const BATCH = 50;
/** Small and large are measured in turn, so that the machine's moods meet both. */
const SLICES = 8;
const PER_CONVERSATION = 10;

const INBOX = `SELECT id, number, thread_id, status, priority, owner_kind, unread, preview, last_message_at FROM conversation
  WHERE owner_kind = $1 AND status = 'open' ORDER BY last_message_at DESC, id DESC LIMIT 50`;
const INBOX_PAGE = `SELECT id, number, thread_id, status, priority, owner_kind, unread, preview, last_message_at FROM conversation
  WHERE owner_kind = $1 AND status = 'open' AND (last_message_at, id) < ($2, $3)
  ORDER BY last_message_at DESC, id DESC LIMIT 50`;
const THREAD = `SELECT id, seq, kind, author_kind, text, body, created_at FROM message
  WHERE thread_id = $1 ORDER BY seq DESC LIMIT 50`;

export async function run({ postgres, contenders: all, size, say }) {
  const stands = [];
  try {
    for (const conversations of [size.growth.small, size.growth.large]) {
      stands.push(await stand(postgres, all.stores, conversations, say));
    }
    for (let slice = 0; slice <= SLICES; slice += 1) {
      // The first slice warms caches and plans.
      if (slice === 1) for (const one of stands) one.forget();
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
  const any = () => Math.floor(Math.random() * conversations);
  const prepared = async (statement, text, values) => (await client.query({ name: statement, text, values })).rows;
  const pipeline = await createPipeline(client, prepared, any);
  const threads = (await client.query('SELECT id FROM thread ORDER BY md5(id::text) LIMIT 500')).rows;

  return {
    forget: () => times.clear(),
    async work() {
      for (let count = 0; count < 25; count += 1) {
        await timed('ingest batch of 50', () => pipeline.ingest(BATCH));
        await timed('drain of 50', () => pipeline.drain(BATCH));
      }
      for (let count = 0; count < 250; count += 1) {
        const page = await timed('inbox list', () => prepared('inbox', INBOX, ['queue']));
        const last = page.at(-1);
        await timed('inbox page', () => prepared('page', INBOX_PAGE, ['queue', last.last_message_at, last.id]));
        const { id } = threads[Math.floor(Math.random() * threads.length)];
        await timed('thread', () => prepared('thread', THREAD, [id]));
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
      await client.end();
      await database.drop();
    },
  };
}
