import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { sql } from 'kysely';
import { createUuidV7, systemClock } from '../../../src/core/ids-and-time.ts';
import { brandId, type ConversationId, type MessageId } from '../../../src/core/model/ids.ts';
import type { Bot, BotDecision } from '../../../src/core/ports/brain.ts';
import type { WakeQueue } from '../../../src/core/ports/queue.ts';
import { createPeopleStore } from '../../../src/store/people-store.ts';
import { eventually } from '../../kit/eventually.ts';
import { storeBackends } from '../../kit/pipeline/backends.ts';
import { directQueue, echoBot, type Gateway, type GatewayOptions } from '../../kit/pipeline/harness.ts';
import { customerMessage, type MemoryChannel, memoryChannel } from '../../kit/pipeline/memory-channel.ts';
import { useGateways } from './gateways.ts';

const AGENT = brandId<never>('0190aaaa-0000-7000-8000-000000000001');
const ids = createUuidV7(systemClock);

/** A bot whose answers the test gives. */
function heldBot(
  waits: boolean,
  deadlineMs = 10_000,
): Bot & { answer(decision: Partial<BotDecision>): void; asked(): number } {
  const held: ((decision: BotDecision) => void)[] = [];
  let asked = 0;
  return {
    waits,
    deadlineMs,
    echoOnly: false,
    decide: () => {
      asked += 1;
      return new Promise((resolve) => held.push(resolve));
    },
    answer: (decision) => held.shift()?.({ replies: [], handoff: false, why: 'held', memory: {}, ...decision }),
    asked: () => asked,
  };
}

const say = (text: string): Partial<BotDecision> => ({ replies: [{ content: { text }, class: 'repeatable' }] });

describe.each(storeBackends)('hazards on $name', ({ start }) => {
  afterEach(() => {
    jest.restoreAllMocks();
  });
  const gateways = useGateways(start);

  async function gateway(options: Partial<GatewayOptions> = {}): Promise<Gateway & { account: MemoryChannel }> {
    const account = memoryChannel();
    const made = await gateways.start({ account, ...options });
    return { ...made, account };
  }
  const texts = (on: { account: MemoryChannel }): string[] => on.account.arrived.map((one) => one.text);
  const conversationOf = async (on: Gateway): Promise<{ id: ConversationId; version: number; owner: string }> => {
    const row = await on.database.db
      .selectFrom('conversation')
      .selectAll()
      .orderBy('number', 'desc')
      .executeTakeFirstOrThrow();
    return { id: brandId(row.id), version: row.owner_version, owner: row.owner_kind };
  };
  const inbound = (on: Gateway) =>
    on.database.db.selectFrom('message').selectAll().where('kind', '=', 'inbound').orderBy('seq').execute();

  test('a payload is acknowledged only after its commit', async () => {
    const on = await gateway({ withoutWorker: true });
    await on.receive([customerMessage('1', 'first')]);
    const blocker = await on.database.dedicated();
    await blocker.query('BEGIN');
    await blocker.query('SELECT FROM thread FOR UPDATE');
    let acked = false;
    const receiving = on.receive([customerMessage('1', 'second')]).then(() => {
      acked = true;
    });
    await eventually(async () => {
      const { rows } = await sql<{ waits: boolean }>`SELECT count(*) > 0 AS waits FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND query LIKE '%ingest_v1%'`.execute(on.database.db);
      expect(rows[0]?.waits).toBe(true);
    });
    expect(acked).toBe(false);
    await blocker.query('COMMIT');
    await blocker.end();
    await receiving;
    expect(await inbound(on)).toHaveLength(2);
  });

  test('work is done within seconds although every wake is lost', async () => {
    const deaf: WakeQueue = { ...directQueue(), wake: () => undefined };
    const on = await gateway({ queue: deaf });
    await on.receive([customerMessage('1', 'unheard')]);
    await eventually(() => expect(texts(on)).toEqual(['unheard']), 4_000);
  });

  test('what arrives while its thread is leased is drained when the lease is given back', async () => {
    const account = memoryChannel();
    let release: (() => void) | undefined;
    account.script = [() => new Promise((done) => (release = () => done({ kind: 'sent', externalId: 'x' })))];
    const on = { ...(await gateway({ account, queue: { ...directQueue() } })), account };
    await on.receive([customerMessage('1', 'slow')]);
    await eventually(() => expect(release).toBeDefined());
    await on.receive([customerMessage('1', 'meanwhile')]);
    release?.();
    await eventually(() => expect(texts(on)).toEqual(['slow', 'meanwhile']));
  });

  test('a takeover while the bot thinks: nothing of the bot is written, the message is the agent’s', async () => {
    const bot = heldBot(false);
    const on = await gateway({ bot });
    const people = createPeopleStore(on.database, ids);
    await on.receive([customerMessage('1', 'help')]);
    await eventually(() => expect(bot.asked()).toBe(1));
    const { id, version } = await conversationOf(on);
    expect(
      await people.own(id, version, { kind: 'agent', agent: AGENT }, { kind: 'agent', id: AGENT }, 'took'),
    ).toMatchObject({
      outcome: 'ok',
    });
    bot.answer(say('too late'));
    await eventually(async () => {
      const thread = await on.database.db.selectFrom('thread').select('lease_owner').executeTakeFirstOrThrow();
      expect(thread.lease_owner).toBeNull();
    });
    expect(await on.database.db.selectFrom('delivery').selectAll().execute()).toEqual([]);
    expect((await inbound(on))[0]?.state).toBe('routed');
    expect(texts(on)).toEqual([]);
  });

  test('a takeover supersedes what the bot has not begun and leaves what it has', async () => {
    const account = memoryChannel('mem', { render: ({ text }) => text.split('|').map((part) => ({ text: part })) });
    let release: (() => void) | undefined;
    account.script = [() => new Promise((done) => (release = () => done({ kind: 'sent', externalId: 'x' })))];
    const on = { ...(await gateway({ account })), account };
    const people = createPeopleStore(on.database, ids);
    await on.receive([customerMessage('1', 'begun|goes on'), customerMessage('1', 'not begun')]);
    await eventually(() => expect(release).toBeDefined());
    const { id } = await conversationOf(on);
    await people.own(id, null, { kind: 'agent', agent: AGENT }, { kind: 'agent', id: AGENT }, 'took');
    release?.();
    await eventually(async () => {
      const rows = await on.database.db.selectFrom('delivery').select('state').orderBy('out_seq').execute();
      expect(rows.map((row) => row.state)).toEqual(['sent', 'sent', 'superseded']);
    });
    expect(texts(on)).toEqual(['begun', 'goes on']);
  });

  test('an agent’s reply is stored once per id, takes the conversation, and goes out after what is before it', async () => {
    const on = await gateway();
    const people = createPeopleStore(on.database, ids);
    await on.receive([customerMessage('1', 'hello')]);
    await eventually(() => expect(texts(on)).toEqual(['hello']));
    const { id } = await conversationOf(on);
    const reply = {
      id: brandId<MessageId>(ids.uuid()),
      text: 'a person',
      body: null,
      class: 'single' as const,
      causeId: null,
      parts: [{ id: brandId<never>(ids.uuid()), part: { text: 'a person' }, replyTo: null }],
    };
    const [one, two] = await Promise.all([people.reply(id, AGENT, reply), people.reply(id, AGENT, reply)]);
    expect([one.outcome, two.outcome]).toEqual(['ok', 'ok']);
    await eventually(() => expect(texts(on)).toEqual(['hello', 'a person']));
    expect((await conversationOf(on)).owner).toBe('agent');
    await on.receive([customerMessage('1', 'thank you')]);
    expect((await inbound(on)).at(-1)?.state).toBe('routed');
  });

  test('only one of two agents takes a conversation; the other is told who has it', async () => {
    const on = await gateway();
    const people = createPeopleStore(on.database, ids);
    await on.receive([customerMessage('1', 'hello')]);
    const { id, version } = await conversationOf(on);
    const other = brandId<never>('0190aaaa-0000-7000-8000-000000000002');
    const outcomes = await Promise.all(
      [AGENT, other].map((agent) =>
        people.own(id, version, { kind: 'agent', agent }, { kind: 'agent', id: agent }, 'took'),
      ),
    );
    expect(outcomes.map((outcome) => outcome.outcome).sort()).toEqual(['changed', 'ok']);
    const audit = await on.database.db.selectFrom('audit').select('id').where('action', '=', 'owner.changed').execute();
    expect(audit).toHaveLength(1);
  });

  test('resolved: thanks are filed, a question within 72 h reopens, a later one begins a linked conversation', async () => {
    const on = await gateway();
    const people = createPeopleStore(on.database, ids);
    await on.receive([customerMessage('1', 'hello')]);
    await eventually(() => expect(texts(on)).toHaveLength(1));
    const first = await conversationOf(on);
    await people.own(first.id, null, { kind: 'none' }, { kind: 'agent', id: AGENT }, 'done');
    await on.receive([customerMessage('1', 'thanks')]);
    expect((await inbound(on)).at(-1)).toMatchObject({ state: 'filed', conversation_id: first.id });
    expect((await conversationOf(on)).owner).toBe('none');
    await on.receive([customerMessage('1', 'one more question')]);
    await eventually(() => expect(texts(on)).toEqual(['hello', 'one more question']));
    expect(await conversationOf(on)).toMatchObject({ id: first.id, owner: 'bot' });
    await people.own(first.id, null, { kind: 'none' }, { kind: 'agent', id: AGENT }, 'done');
    await on.database.pool.query(`UPDATE conversation SET resolved_at = now() - interval '73 hours'`);
    await on.receive([customerMessage('1', 'a new matter')]);
    const rows = await on.database.db.selectFrom('conversation').selectAll().orderBy('number').execute();
    expect(rows).toHaveLength(2);
    expect(rows[1]?.previous_id).toBe(first.id);
  });

  test('edits, deletes and reactions wait for their message; a late edit never overwrites a newer one', async () => {
    const on = await gateway({ withoutWorker: true });
    const message = customerMessage('1', 'v1');
    const change = {
      occurredAtMs: 2_000_000_000_000,
      thread: message.thread,
      author: message.author,
      targetExternalId: message.externalId,
    };
    await on.receive([{ ...change, type: 'edit', eventKey: 'e3', text: 'v3', occurredAtMs: 2_000_000_003_000 }]);
    expect((await on.database.db.selectFrom('inbound_event').select('state').executeTakeFirst())?.state).toBe(
      'waiting',
    );
    await on.receive([message]);
    expect((await inbound(on))[0]?.text).toBe('v3');
    await on.receive([{ ...change, type: 'edit', eventKey: 'e2', text: 'v2', occurredAtMs: 2_000_000_002_000 }]);
    expect((await inbound(on))[0]?.text).toBe('v3');
    await on.receive([
      { ...change, type: 'reaction', eventKey: 'r1', emoji: ['👍'] },
      { ...change, type: 'delete', eventKey: 'd1' },
    ]);
    expect((await inbound(on))[0]?.deleted_at).not.toBeNull();
    const edits = await on.database.db.selectFrom('message_edit').select('text').orderBy('at').execute();
    expect(edits.map((edit) => edit.text).sort()).toEqual(['v1', 'v2']);
    expect(await on.database.db.selectFrom('message_reaction').select('emoji').execute()).toEqual([{ emoji: ['👍'] }]);
  });

  test('a process whose clock is wrong works as any other and is not taken for dead', async () => {
    const real = Date.now;
    jest.spyOn(Date, 'now').mockImplementation(() => real() - 600_000);
    const on = await gateway();
    const second = await gateways.start({ url: on.database.url, account: on.account });
    // Nobody is dead in the first seconds of a server: look when a heartbeat may be late.
    await eventually(
      async () => {
        const { rows } = await sql<{ old: boolean }>`SELECT now() - pg_postmaster_start_time() > interval '11 seconds'
          AND now() - min(started_at) > interval '2 seconds' AS old FROM instance`.execute(on.database.db);
        expect(rows[0]?.old).toBe(true);
      },
      15_000,
      200,
    );
    await Promise.all([on.instance.reap(), second.instance.reap()]);
    await on.receive([customerMessage('1', 'hello')]);
    await eventually(() => expect(texts(on)).toEqual(['hello']));
    const dead = await on.database.db.selectFrom('instance').select('id').where('ended_as', '=', 'dead').execute();
    expect(dead).toEqual([]);
  });

  test('an instance that was declared dead registers anew and works on', async () => {
    const on = await gateway();
    const before = on.instance.id();
    await on.database.pool.query('SELECT bury_v1($1, $2, NULL, 10000)', [before, 'dead']);
    await eventually(() => expect(on.instance.id()).not.toBe(before));
    await on.receive([customerMessage('1', 'still here')]);
    await eventually(() => expect(texts(on)).toEqual(['still here']));
  });

  test('a waiting brain runs without the lease; a newer message overtakes its answer', async () => {
    const bot = heldBot(true);
    const on = await gateway({ bot });
    await on.receive([customerMessage('1', 'first')]);
    await eventually(() => expect(bot.asked()).toBe(1));
    await eventually(async () =>
      expect(
        (await on.database.db.selectFrom('thread').select('lease_owner').executeTakeFirst())?.lease_owner,
      ).toBeNull(),
    );
    await on.receive([customerMessage('1', 'second')]);
    bot.answer(say('to the first alone'));
    await eventually(() => expect(bot.asked()).toBe(2));
    bot.answer(say('to both'));
    await eventually(() => expect(texts(on)).toEqual(['to both']));
    const turns = await on.database.db.selectFrom('turn').select('state').orderBy('started_at').execute();
    expect(turns.map((turn) => turn.state)).toEqual(['superseded', 'used']);
  });

  test('a brain that does not answer in time, or whose process died, hands over', async () => {
    const bot = heldBot(true, 700);
    const on = await gateway({ bot });
    await on.receive([customerMessage('1', 'hello?')]);
    await eventually(() => expect(texts(on)).toEqual(['a person will answer']), 5_000);
    expect(await conversationOf(on)).toMatchObject({ owner: 'queue' });
    expect((await inbound(on))[0]).toMatchObject({ state: 'routed' });
  });

  test('the delivery state machine refuses what may not follow', async () => {
    const on = await gateway();
    await on.receive([customerMessage('1', 'hello')]);
    await eventually(async () =>
      expect((await on.database.db.selectFrom('delivery').select('state').executeTakeFirst())?.state).toBe('sent'),
    );
    await expect(on.database.pool.query(`UPDATE delivery SET state = 'pending'`)).rejects.toMatchObject({
      code: 'PA001',
    });
  });

  test('the audit chain shows an edited, a removed and a reordered row', async () => {
    const on = await gateway({ withoutWorker: true });
    for (const chat of ['1', '2', '3']) await on.receive([customerMessage(chat, 'x')]);
    const one = async <Row extends object>(text: string): Promise<Row | undefined> =>
      (await on.database.pool.query<Row>(text)).rows[0];
    expect(await one('SELECT audit_seal(500) AS n')).toEqual({ n: 3 });
    expect(await one('SELECT audit_first_break() AS no')).toEqual({ no: null });
    await on.database.pool.query(`UPDATE audit SET detail = '{"owner": "nobody"}' WHERE seal_no = 2`);
    expect(await one('SELECT audit_first_break() AS no')).toEqual({ no: 2 });
    await on.database.pool.query('DELETE FROM audit WHERE seal_no = 1');
    expect(await one('SELECT audit_first_break() AS no')).toEqual({ no: 1 });
  });

  test('an echo’s memory of nothing survives; the echo bot alone never says anything else', async () => {
    const on = await gateway({ bot: echoBot });
    await on.receive([customerMessage('1', 'thanks')]);
    await eventually(() => expect(texts(on)).toEqual(['thanks']));
  });
});
