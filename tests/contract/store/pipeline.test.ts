import { describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { brandId } from '../../../src/core/model/ids.ts';
import type { BotDecision } from '../../../src/core/ports/brain.ts';
import { eventually } from '../../kit/eventually.ts';
import { storeBackends } from '../../kit/pipeline/backends.ts';
import { echoBot, type Gateway, type GatewayOptions } from '../../kit/pipeline/harness.ts';
import { customerMessage, type MemoryChannel, memoryChannel } from '../../kit/pipeline/memory-channel.ts';
import { useGateways } from './gateways.ts';

describe.each(storeBackends)('pipeline on $name', ({ start }) => {
  const gateways = useGateways(start);

  async function gateway(options: Partial<GatewayOptions> & { account?: MemoryChannel } = {}) {
    const account = options.account ?? memoryChannel();
    const made = await gateways.start({ ...options, account });
    return { ...made, account };
  }

  const texts = (account: MemoryChannel): string[] => account.arrived.map((one) => one.text);
  const deliveries = (on: Gateway) =>
    on.database.db
      .selectFrom('delivery')
      .select(['state', 'attempt', 'ambiguous', 'error_kind'])
      .orderBy('out_seq')
      .execute();
  const messages = (on: Gateway) =>
    on.database.db.selectFrom('message').selectAll().where('kind', '=', 'inbound').orderBy('seq').execute();

  test('each message is stored once, answered in order, and its lease given back', async () => {
    const { account, receive, ...on } = await gateway();
    const sent = Array.from({ length: 30 }, (_, index) => customerMessage('1', `m${index}`));
    for (const message of sent) await receive([message]);
    await receive(sent);
    await eventually(() => expect(texts(account)).toEqual(sent.map((message) => message.text)));
    await eventually(async () => {
      const thread = await on.database.db.selectFrom('thread').selectAll().executeTakeFirstOrThrow();
      expect(thread).toMatchObject({ lease_owner: null, due_at: null, last_out: 30 });
    });
    expect((await messages({ ...on, receive })).map((row) => row.state)).toEqual(
      Array.from({ length: 30 }, () => 'answered'),
    );
  });

  test('a message known under another event key is a duplicate', async () => {
    const { receive, ...on } = await gateway({ withoutWorker: true });
    const message = customerMessage('1', 'hello');
    await receive([message]);
    await receive([{ ...message, eventKey: 'another' }]);
    expect(await messages({ ...on, receive })).toHaveLength(1);
    const events = await on.database.db
      .selectFrom('inbound_event')
      .select(['event_key', 'state'])
      .orderBy('event_key')
      .execute();
    expect(events.map((event) => event.state).sort()).toEqual(['duplicate', 'stored']);
  });

  test('rule c: two writers of one new customer both land, in one thread', async () => {
    const { receive: first, ...on } = await gateway({ withoutWorker: true });
    const second = await gateways.start({ url: on.database.url, account: memoryChannel(), withoutWorker: true });
    for (let round = 0; round < 25; round += 1) {
      await Promise.all([
        first([customerMessage(`c${round}`, 'a')]),
        second.receive([customerMessage(`c${round}`, 'b')]),
      ]);
    }
    const rows = await on.database.db
      .selectFrom('thread')
      .innerJoin('message', 'message.thread_id', 'thread.id')
      .select(['thread.external_key', sql<string>`string_agg(message.text, ',' ORDER BY message.text)`.as('texts')])
      .select(sql<string>`string_agg(message.seq::text, ',' ORDER BY message.seq)`.as('seqs'))
      .groupBy('thread.external_key')
      .execute();
    expect(rows).toHaveLength(25);
    expect(rows.every((row) => row.texts === 'a,b' && row.seqs === '1,2')).toBe(true);
    const contacts = await on.database.db.selectFrom('contact').select('id').execute();
    expect(contacts).toHaveLength(25);
  });

  test.each(['identity', 'thread'] as const)(
    'rule c: a new %s that another writer has not committed yet is waited for and used',
    async (what) => {
      const { receive, ...on } = await gateway({ withoutWorker: true });
      const other = await on.database.dedicated();
      const [contact, identity, thread] = ['1', '2', '3'].map((n) => `01900000-0000-7000-8000-00000000000${n}`);
      await other.query('BEGIN');
      await other.query(`INSERT INTO contact (id, display_name) VALUES ($1, 'x')`, [contact]);
      await other.query(
        `INSERT INTO identity (id, channel, external_id, contact_id, display_name, language_hint)
       VALUES ($1, 'memory', 'user-z', $2, 'Customer z', 'en')`,
        [identity, contact],
      );
      if (what === 'thread') {
        await other.query('COMMIT');
        await other.query('BEGIN');
      }
      await other.query(
        `INSERT INTO thread (id, account_id, external_key, address, chat_key, kind, identity_id, contact_id, shard)
       VALUES ($1, 'mem', 'z', 'z', 'z', 'private', $2, $3, 3)`,
        [thread, identity, contact],
      );
      const receiving = receive([customerMessage('z', 'mine')]);
      await eventually(async () => {
        const { rows } = await sql<{ waits: boolean }>`SELECT count(*) > 0 AS waits FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND query LIKE '%ingest_v1%'`.execute(on.database.db);
        expect(rows[0]?.waits).toBe(true);
      });
      await other.query('COMMIT');
      await other.end();
      await receiving;
      expect((await messages({ ...on, receive })).map((row) => [row.thread_id, row.text])).toEqual([[thread, 'mine']]);
      expect(await on.database.db.selectFrom('contact').select('id').execute()).toEqual([{ id: contact }]);
    },
  );

  test('rule a: batches that meet in opposite order do not deadlock', async () => {
    const { receive: first, ...on } = await gateway({ withoutWorker: true, ingest: { lanes: 1 } });
    const second = await gateways.start({
      url: on.database.url,
      account: memoryChannel(),
      withoutWorker: true,
      ingest: { lanes: 1 },
    });
    const chats = Array.from({ length: 40 }, (_, index) => String(index));
    await first(chats.map((chat) => customerMessage(chat, 'first')));
    const before = await deadlocks(on);
    for (let round = 0; round < 20; round += 1) {
      await Promise.all([
        first(chats.map((chat) => customerMessage(chat, `x${round}`))),
        second.receive(chats.toReversed().map((chat) => customerMessage(chat, `y${round}`))),
      ]);
    }
    expect(await deadlocks(on)).toBe(before);
    expect(await messages({ ...on, receive: first })).toHaveLength(40 + 20 * 80);
  });

  test('rule a: a batch locks its threads in the order of their ids, whatever order they came in', async () => {
    const { receive, ...on } = await gateway({ withoutWorker: true, ingest: { lanes: 1 } });
    await receive([customerMessage('low', 'x')]);
    await receive([customerMessage('high', 'x')]);
    const blocker = await on.database.dedicated();
    await blocker.query('BEGIN');
    await blocker.query(`SELECT FROM thread WHERE external_key = 'high' FOR NO KEY UPDATE`);
    const receiving = receive([customerMessage('high', 'y'), customerMessage('low', 'y')]);
    await eventually(async () => {
      const { rows } = await sql<{ waits: boolean }>`SELECT count(*) > 0 AS waits FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND query LIKE '%ingest_v1%'`.execute(on.database.db);
      expect(rows[0]?.waits).toBe(true);
    });
    const lower = on.database.pool.query(`SELECT FROM thread WHERE external_key = 'low' FOR NO KEY UPDATE NOWAIT`);
    await expect(lower).rejects.toMatchObject({ code: '55P03' });
    await blocker.query('COMMIT');
    await blocker.end();
    await receiving;
  });

  test('rule e: the one message the database refuses is parked, the others are stored', async () => {
    const { receive, ...on } = await gateway({ withoutWorker: true });
    const bad = customerMessage('2', `nul\u0000`);
    await receive([customerMessage('1', 'a'), bad, customerMessage('3', 'c'), customerMessage('4', 'd')]);
    expect((await messages({ ...on, receive })).map((row) => row.text).sort()).toEqual(['a', 'c', 'd']);
    const parked = await on.database.db.selectFrom('inbound_event').selectAll().where('state', '=', 'parked').execute();
    expect(parked).toHaveLength(1);
    expect(parked[0]?.event_key).toBe(bad.eventKey);
    expect(parked[0]?.raw?.toString()).toContain('nul');
  });

  test('rule b: a zombie writes nothing after its lease moved on, not even when it waited for the lock', async () => {
    const { receive, store, instance, ...on } = await gateway({ withoutWorker: true });
    await receive([customerMessage('1', 'hello')]);
    const [work] = await store.claim({ shard: null, limit: 10, overdueMs: 0, suspicion: 0 });
    if (work?.conversation == null) throw new Error('no work');
    const blocker = await on.database.dedicated();
    await blocker.query('BEGIN');
    await blocker.query('SELECT FROM thread WHERE id = $1 FOR NO KEY UPDATE', [work.threadId]);
    const late = store.decide({
      threadId: work.threadId,
      token: work.token,
      release: false,
      conversationId: work.conversation.id,
      ownerVersion: work.conversation.ownerVersion,
      messageIds: (work.messages ?? []).map((message) => message.id),
      messageState: 'answered',
      why: 'zombie',
      memory: null,
      language: null,
      handoffTeam: null,
      secretTold: false,
      urgent: false,
      usedTurn: null,
      newTurn: null,
      outbound: [],
    });
    await eventually(async () => {
      const { rows } = await sql<{ waits: boolean }>`SELECT count(*) > 0 AS waits FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND query LIKE '%decide_v1%'`.execute(on.database.db);
      expect(rows[0]?.waits).toBe(true);
    });
    await blocker.query('UPDATE thread SET lease_token = lease_token + 1 WHERE id = $1', [work.threadId]);
    await blocker.query('COMMIT');
    await blocker.end();
    expect(await late).toEqual({ status: 'fenced' });
    expect(instance.id()).toBeDefined();
    expect((await messages({ ...on, receive, store, instance }))[0]?.state).toBe('new');
  });

  test('an instance that died leaves its thread suspect and its part unknown; a repeatable part is sent once more', async () => {
    const account = memoryChannel();
    const { receive, store, instance, database } = await gateway({ withoutWorker: true, account });
    await receive([customerMessage('1', 'hello')]);
    const [work] = await store.claim({ shard: null, limit: 1, overdueMs: 0, suspicion: 0 });
    if (work?.conversation == null || work.messages === null) throw new Error('no work');
    const result = await store.decide({
      threadId: work.threadId,
      token: work.token,
      release: false,
      conversationId: work.conversation.id,
      ownerVersion: work.conversation.ownerVersion,
      messageIds: work.messages.map((message) => message.id),
      messageState: 'answered',
      why: 'echo',
      memory: null,
      language: null,
      handoffTeam: null,
      secretTold: false,
      urgent: false,
      usedTurn: null,
      newTurn: null,
      outbound: [
        {
          id: brandId('01900000-0000-7000-8000-000000000001'),
          text: 'hello',
          body: null,
          class: 'repeatable',
          causeId: null,
          parts: [{ id: brandId('01900000-0000-7000-8000-000000000002'), part: { text: 'hello' }, replyTo: null }],
        },
      ],
    });
    expect(result).toMatchObject({ status: 'work', work: { delivery: { state: 'sending' } } });
    await database.pool.query('SELECT bury_v1($1, $2, NULL, 10000)', [instance.id(), 'dead']);
    const thread = await database.db.selectFrom('thread').selectAll().executeTakeFirstOrThrow();
    expect(thread).toMatchObject({ lease_owner: null, lease_token: work.token + 1, suspicion: 1, alone_deaths: 0 });
    // At once, not only when somebody claims the thread: until then nobody must take it for under way.
    const left = await database.db.selectFrom('delivery').select(['state', 'ambiguous', 'error_kind']).execute();
    expect(left).toEqual([{ state: 'unknown', ambiguous: 1, error_kind: 'unknown' }]);
    const second = await gateways.start({ url: database.url, account });
    await eventually(() => expect(texts(account)).toEqual(['hello']));
    await eventually(async () =>
      expect(await deliveries(second)).toEqual([{ state: 'sent', attempt: 2, ambiguous: 1, error_kind: null }]),
    );
  });

  test('429 waits for that chat alone; two chats within 10 s stop the account', async () => {
    const account = memoryChannel();
    account.script = [() => ({ kind: 'rate_limited', retryAfterMs: 1_500 })];
    const { receive, ...on } = await gateway({ account });
    await receive([customerMessage('1', 'slow')]);
    await eventually(async () => expect((await deliveries({ ...on, receive }))[0]?.state).toBe('retry'));
    await receive([customerMessage('2', 'quick')]);
    await eventually(() => expect(texts(account)).toEqual(['quick']), 1_000);
    await eventually(() => expect(texts(account)).toEqual(['quick', 'slow']), 5_000);
    expect((await deliveries({ ...on, receive })).every((row) => row.attempt === 1)).toBe(true);

    account.script = [
      () => ({ kind: 'rate_limited', retryAfterMs: 2_000 }),
      () => ({ kind: 'rate_limited', retryAfterMs: 2_000 }),
    ];
    await receive([customerMessage('3', 'x'), customerMessage('4', 'y')]);
    await eventually(async () => {
      const { rows } = await sql<{ blocked: boolean }>`SELECT blocked_until > now() AS blocked FROM account`.execute(
        on.database.db,
      );
      expect(rows[0]?.blocked).toBe(true);
    });
  });

  test('an unknown outcome: single goes to review and holds its thread, later ones go on after it is dismissed', async () => {
    const account = memoryChannel();
    const single: BotDecision = { replies: [], handoff: false, why: 'test', memory: {} };
    const bot = {
      ...echoBot,
      decide: (input: Parameters<typeof echoBot.decide>[0]) =>
        Promise.resolve({
          ...single,
          replies: input.messages.map((message) => ({ content: { text: message.text }, class: 'single' as const })),
        }),
    };
    account.script = [() => ({ kind: 'unknown', reason: 'cut' })];
    const { receive, ...on } = await gateway({ account, bot });
    await receive([customerMessage('1', 'first')]);
    await eventually(async () => expect((await deliveries({ ...on, receive }))[0]?.state).toBe('needs_review'));
    await receive([customerMessage('1', 'second')]);
    await eventually(async () => expect((await deliveries({ ...on, receive }))[1]?.state).toBe('pending'));
    expect(texts(account)).toEqual([]);
    const row = await on.database.db
      .selectFrom('delivery')
      .select('id')
      .where('state', '=', 'needs_review')
      .executeTakeFirstOrThrow();
    await on.database.pool.query('SELECT person_review_v1($1, $2, gen_random_uuid(), gen_random_uuid(), $3, $4)', [
      row.id,
      'resend',
      'operator',
      'test',
    ]);
    await on.database.pool.query('UPDATE thread SET due_at = now()');
    await eventually(() => expect(texts(account)).toEqual(['second', 'first']));
  });

  test('a part that fails takes the later parts of its message with it; the next message goes out', async () => {
    const account = memoryChannel('mem', { render: ({ text }) => text.split('|').map((part) => ({ text: part })) });
    account.script = [() => undefined, () => ({ kind: 'invalid', reason: 'too long' })];
    const { receive, ...on } = await gateway({ account });
    await receive([customerMessage('1', 'a|b|c'), customerMessage('1', 'd')]);
    await eventually(() => expect(texts(account)).toEqual(['a', 'd']));
    await eventually(async () =>
      expect((await deliveries({ ...on, receive })).map((row) => row.state)).toEqual([
        'sent',
        'failed',
        'failed',
        'sent',
      ]),
    );
  });

  test('pace: no chat and no account is called faster than its interval allows', async () => {
    const account = memoryChannel('mem', {
      pace: { accountPerSecond: 20, chatPerSecond: 5, groupPerMinute: 60, burst: 1 },
    });
    const times: number[] = [];
    account.script = Array.from({ length: 8 }, () => () => {
      times.push(performance.now());
      return undefined;
    });
    const { receive } = await gateway({ account });
    await receive(Array.from({ length: 8 }, (_, index) => customerMessage(String(index), `m${index}`)));
    await eventually(() => expect(texts(account)).toHaveLength(8));
    // 8 calls at 20 a second take at least 7 intervals of 50 ms, less the 50 ms a turn may be early.
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(290);
  });

  async function deadlocks(on: Pick<Gateway, 'database'>): Promise<number> {
    const { rows } = await sql<{
      n: number;
    }>`SELECT deadlocks AS n FROM pg_stat_database WHERE datname = current_database()`.execute(on.database.db);
    return rows[0]?.n ?? 0;
  }
});
