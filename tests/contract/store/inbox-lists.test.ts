import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Role, Viewer } from '../../../src/core/model/agent.ts';
import { brandId } from '../../../src/core/model/ids.ts';
import { VIEWS } from '../../../src/core/model/view.ts';
import { type Database, openDatabase } from '../../../src/store/database.ts';
import { createInboxStore } from '../../../src/store/inbox-store.ts';
import { type StoreBackend, storeBackends } from '../../kit/pipeline/backends.ts';
import { quietLog } from '../../kit/quiet-log.ts';

const ROWS = 20_000;
const ME = randomUUID();
const COLLEAGUE = randomUUID();

let backend: StoreBackend;
let database: Database;
beforeAll(async () => {
  const plain = storeBackends.find((one) => one.name === 'plain server');
  if (plain === undefined) throw new Error('there is no plain server');
  backend = await plain.start();
  database = openDatabase({ url: await backend.createDatabase(), log: quietLog(), max: 1 });
  await fill();
}, 120_000);
afterAll(async () => {
  await database.close();
  await backend.close();
});

/** A desk of some size: most conversations are the bot's or done, the rest is spread over three teams and two agents. */
async function fill(): Promise<void> {
  await database.pool.query(`
    INSERT INTO account (id, channel) VALUES ('mem', 'memory');
    INSERT INTO team (id, name) VALUES ('a', 'A'), ('b', 'B'), ('c', 'C');
    INSERT INTO agent (id, email, name, role, password_hash) VALUES
      ('${ME}', 'me@example.com', 'Me', 'agent', ''), ('${COLLEAGUE}', 'other@example.com', 'Other', 'agent', '');
    CREATE TEMP TABLE seed AS SELECT n, gen_random_uuid() AS contact, gen_random_uuid() AS identity, gen_random_uuid() AS thread
      FROM generate_series(1, ${ROWS}) n;
    BEGIN;
    INSERT INTO contact (id, display_name) SELECT contact, 'Customer ' || n FROM seed;
    INSERT INTO identity (id, channel, external_id, contact_id, display_name) SELECT identity, 'memory', n::text, contact, 'C' FROM seed;
    COMMIT;
    INSERT INTO thread (id, account_id, external_key, address, chat_key, kind, identity_id, contact_id, shard)
      SELECT thread, 'mem', n::text, n::text, n::text, 'private', identity, contact, 0 FROM seed;
    INSERT INTO conversation (id, thread_id, account_id, contact_id, status, owner_kind, owner_team, owner_agent, resolved_owner_kind,
      last_message_at, resolved_at, filed_as)
    SELECT gen_random_uuid(), thread, 'mem', contact,
      CASE WHEN n % 10 < 5 THEN 'resolved' WHEN n % 17 = 0 THEN 'pending' ELSE 'open' END,
      CASE WHEN n % 10 < 5 THEN 'none' WHEN n % 10 < 8 THEN 'bot' WHEN n % 10 = 8 THEN 'queue' ELSE 'agent' END,
      CASE WHEN n % 10 IN (5, 6, 0) THEN NULL ELSE (ARRAY['a', 'b', 'c'])[1 + n % 3] END,
      CASE WHEN n % 10 = 9 OR n % 10 < 2 THEN (ARRAY['${ME}', '${COLLEAGUE}'])[1 + n % 2]::uuid END,
      CASE WHEN n % 10 < 2 THEN 'agent' WHEN n % 10 < 5 THEN 'bot' END,
      now() - (n % 5000) * interval '1 second', CASE WHEN n % 10 < 5 THEN now() - (n % 5000) * interval '1 second' END,
      CASE WHEN n % 10 < 5 AND n % 7 = 0 THEN 'spam' WHEN n % 10 < 5 AND n % 13 < 5 THEN 'noise' END
    FROM seed;
    -- Noise comes in raids: an earlier one, and one that is newer than all the rest.
    UPDATE conversation SET last_message_at = last_message_at + way.far, resolved_at = resolved_at + way.far
      FROM (VALUES (0, interval '2 hours'), (1, interval '-30 days')) way (half, far)
      WHERE filed_as = 'noise' AND number % 2 = way.half;
  `);
  for (const table of ['conversation', 'thread', 'contact', 'identity', 'delivery']) {
    await database.pool.query(`VACUUM ANALYZE ${table}`);
  }
}

function viewer(role: Role, teams: readonly string[]): Viewer {
  return { id: brandId(ME), role, teamIds: teams.map((team) => brandId(team)) };
}

const VIEWERS: readonly (readonly [string, Viewer])[] = [
  ['an agent of one team', viewer('agent', ['a'])],
  ['an agent of two', viewer('agent', ['a', 'b'])],
  ['an agent of none', viewer('agent', [])],
  ['a lead', viewer('lead', ['a'])],
];

/** The rule in plain words of SQL, slow and sure. */
const VIEW_RULE: Readonly<Record<string, string>> = {
  mine: `owner_kind = 'agent' AND owner_agent = $1`,
  unassigned: `owner_kind = 'queue'`,
  all: `owner_kind <> 'none'`,
  bot: `owner_kind = 'bot'`,
  resolved: `owner_kind = 'none' AND filed_as IS NULL`,
  filed: `filed_as IS NOT NULL AND (filed_as <> 'noise' OR resolved_at > now() - interval '7 days')`,
};

describe('lists of a large desk', () => {
  test.each(VIEWERS)('hold exactly what %s may see, page by page', async (_name, who) => {
    const store = createInboxStore(database);
    const counts = await store.counts(who);
    for (const view of VIEWS) {
      const { rows } = await database.pool.query<{ id: string }>(
        `SELECT c.id FROM conversation c WHERE ${VIEW_RULE[view]} AND $1::uuid IS NOT NULL
           AND desk_sees_v1($2, $1, $3, c) ORDER BY last_message_at DESC, id DESC LIMIT 250`,
        [ME, who.role !== 'agent', who.teamIds],
      );
      const found: string[] = [];
      let after: string | undefined;
      do {
        const page = await store.list(who, { view, limit: 60, after });
        found.push(...page.items.map((one) => one.id));
        after = page.next ?? undefined;
      } while (after !== undefined && found.length < 250);
      expect([view, found.slice(0, 250)]).toEqual([view, rows.map((row) => row.id)]);
      const count = counts.find((one) => one.view === view);
      expect([view, count?.count, count?.more]).toEqual([view, Math.min(100, rows.length), rows.length > 100]);
    }
  });

  test('of one team', async () => {
    const store = createInboxStore(database);
    const page = await store.list(viewer('lead', []), { view: 'unassigned', team: 'b', limit: 100 });
    expect(page.items).toHaveLength(100);
    expect(new Set(page.items.map((one) => one.owner.teamId))).toEqual(new Set(['b']));
    const foreign = await store.list(viewer('agent', ['a']), { view: 'unassigned', team: 'b', limit: 100 });
    expect(foreign.items).toEqual([]);
  });

  test('read about as many rows as they show', async () => {
    const store = createInboxStore(database);
    const read = async (): Promise<number> => {
      // A session tells what it read when it has nothing to do, here at the end of each of these.
      await database.pool.query('SELECT pg_stat_force_next_flush()');
      await database.pool.query('SELECT pg_stat_clear_snapshot()');
      const { rows } = await database.pool.query<{ rows: number }>(
        `SELECT (seq_tup_read + idx_tup_fetch + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'conversation'))::float8 AS rows
         FROM pg_stat_user_tables WHERE relname = 'conversation'`,
      );
      return rows[0]?.rows ?? 0;
    };
    for (const [name, who] of VIEWERS) {
      for (const view of VIEWS) {
        const before = await read();
        const first = await store.list(who, { view, limit: 50 });
        await store.list(who, { view, limit: 50, after: first.next ?? undefined });
        const used = (await read()) - before;
        // Two pages of 51 rows, from at most nine ranges each, counted in the index and in the table, and again for what is shown.
        expect([name, view, used > 0 && used < 2_500, used]).toEqual([name, view, true, used]);
      }
    }
  });
});
