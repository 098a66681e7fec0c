import { describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { createUuidV7, systemClock } from '../../../src/core/ids-and-time.ts';
import { brandId } from '../../../src/core/model/ids.ts';
import type { InboundMessage } from '../../../src/core/model/inbound.ts';
import { createDeskStore } from '../../../src/store/desk-store.ts';
import { createThreadFinder } from '../../../src/store/thread-finder.ts';
import { eventually } from '../../kit/eventually.ts';
import { storeBackends } from '../../kit/pipeline/backends.ts';
import { echoBot, type Gateway, type GatewayOptions } from '../../kit/pipeline/harness.ts';
import { letter, participant, recordsIn } from '../../kit/pipeline/letters.ts';
import { type MemoryChannel, memoryChannel } from '../../kit/pipeline/memory-channel.ts';
import { useGateways } from './gateways.ts';

const DAY_MS = 86_400_000;

const answering = (from: string, ids: Partial<NonNullable<InboundMessage['references']>>, proven = true) => ({
  references: { participant: { externalId: from, proven }, threadIds: [], deliveryIds: [], externalIds: [], ...ids },
});

describe.each(storeBackends)('letters on $name', ({ start }) => {
  const gateways = useGateways(start);

  async function gateway(options: Partial<GatewayOptions> & { account?: MemoryChannel } = {}) {
    const account = options.account ?? memoryChannel();
    const made = await gateways.start({ ...options, account });
    return { ...made, account };
  }
  const conversations = (on: Gateway) =>
    on.database.db.selectFrom('conversation').selectAll().orderBy('number').execute();
  const inbound = (on: Gateway) =>
    on.database.db
      .selectFrom('message')
      .select(['text', 'state', 'state_reason', 'thread_id'])
      .where('kind', '=', 'inbound')
      .orderBy('created_at')
      .execute();
  const threads = async (on: Gateway): Promise<number> =>
    (await on.database.db.selectFrom('thread').select('id').execute()).length;
  const records = (on: Gateway) => recordsIn(on.database);

  test('what nobody has to answer is shown, owned by nobody, and wakes no bot; what comes later does', async () => {
    const on = await gateway();
    await on.receive([letter('eve@x', 's', { filedAs: 'spam' })]);
    expect(await conversations(on)).toMatchObject([
      { status: 'resolved', owner_kind: 'none', filed_as: 'spam', subject: 'About s', unread: 0, preview: 'letter s' },
    ]);
    expect(await inbound(on)).toMatchObject([{ state: 'filed', state_reason: 'spam' }]);
    expect(await on.database.db.selectFrom('thread').select('due_at').execute()).toEqual([{ due_at: null }]);
    await on.receive([letter('eve@x', 's', { externalId: 'mid:s#2', text: 'I am real' })]);
    await eventually(() => expect(on.account.arrived.map(({ text }) => text)).toEqual(['I am real']));
    expect(await conversations(on)).toMatchObject([{ status: 'open', owner_kind: 'bot', filed_as: null }]);
  });

  test('an automatic answer reopens nothing and is not unread', async () => {
    const on = await gateway({ withoutWorker: true });
    await on.receive([letter('ana@x', 'a')]);
    await sql`UPDATE conversation SET status = 'resolved', owner_kind = 'none', resolved_owner_kind = 'bot', resolved_at = now(), unread = 0`.execute(
      on.database.db,
    );
    await on.receive([letter('ana@x', 'a', { externalId: 'mid:a#2', filedAs: 'auto_reply' })]);
    expect(await conversations(on)).toMatchObject([{ status: 'resolved', filed_as: null, unread: 0 }]);
    expect((await inbound(on))[1]).toMatchObject({ state: 'filed', state_reason: 'auto_reply' });
    // Both in one batch: what counts counts, what does not does not.
    await on.receive([
      letter('ben@x', 'b', { externalId: 'mid:b#1', filedAs: 'machine' }),
      letter('ben@x', 'b', { externalId: 'mid:b#2', text: 'hello' }),
      letter('ben@x', 'b', { externalId: 'mid:b#3', filedAs: 'machine' }),
    ]);
    expect((await conversations(on))[1]).toMatchObject({ status: 'open', owner_kind: 'bot', unread: 1 });
    expect(
      (await inbound(on))
        .slice(2)
        .map(({ state }) => state)
        .toSorted((one, other) => String(one).localeCompare(String(other))),
    ).toEqual(['filed', 'filed', 'new']);
  });

  test('somebody sees that it was no spam: it goes on as if it had just come in', async () => {
    const on = await gateway();
    await on.receive([letter('ana@x', 'a', { filedAs: 'spam', text: 'help me' })]);
    const [filed] = await conversations(on);
    const agent = createUuidV7(systemClock).uuid();
    await sql`INSERT INTO agent (id, email, name, role, password_hash) VALUES (${agent}, 'mei@x', 'Mei', 'lead', '')`.execute(
      on.database.db,
    );
    const recover = () =>
      sql<{ outcome: string }>`SELECT outcome FROM desk_recover_v1(${agent}, ${filed?.id ?? ''})`.execute(
        on.database.db,
      );
    expect((await recover()).rows).toEqual([{ outcome: 'ok' }]);
    await eventually(() => expect(on.account.arrived.map(({ text }) => text)).toEqual(['help me']));
    expect(await conversations(on)).toMatchObject([{ filed_as: null, status: 'open', owner_kind: 'bot', unread: 1 }]);
    expect((await recover()).rows).toEqual([{ outcome: 'ok' }]);
    expect(await inbound(on)).toMatchObject([{ state: 'answered' }]);
    expect(createDeskStore(on.database, createUuidV7(systemClock))).toBeDefined();
  });

  test('an agent confirms a claimed sender: its thread goes over to the contact that is known by the address', async () => {
    const on = await gateway({ withoutWorker: true });
    const claimed = { externalId: 'claimed:ana@x', displayName: 'Ana', isBot: false };
    const unproven = { author: claimed, participants: [participant('ana@x', false)] };
    await on.receive([letter('ana@x', 'known')]);
    await on.receive([letter('ana@x', 'new', { ...unproven, externalId: 'mid:new#1' })]);
    await on.receive([
      letter('ben@x', 'other', {
        author: { ...claimed, externalId: 'claimed:ben@x' },
        participants: [participant('ben@x', false)],
      }),
    ]);
    const agent = createUuidV7(systemClock).uuid();
    await sql`INSERT INTO agent (id, email, name, role, password_hash) VALUES (${agent}, 'mei@x', 'Mei', 'lead', '')`.execute(
      on.database.db,
    );
    const [known, fresh, other] = await conversations(on);
    expect(fresh?.contact_id).not.toBe(known?.contact_id);
    for (const one of [fresh, fresh, other]) {
      const { rows } = await sql<{
        outcome: string;
      }>`SELECT outcome FROM desk_confirm_v1(${agent}, ${one?.id ?? ''})`.execute(on.database.db);
      expect(rows).toEqual([{ outcome: 'ok' }]);
    }
    const [, moved, named] = await conversations(on);
    expect(moved?.contact_id).toBe(known?.contact_id);
    // Nobody was known by that address: whoever claimed it is the one now.
    expect(named?.contact_id).toBe(other?.contact_id);
    // From now on a proven letter joins, and an unproven one does not.
    const named2 = { externalIds: ['mid:new#'] };
    await on.receive([letter('ana@x', 'r1', { externalId: 'mid:r1#1', ...answering('ana@x', named2) })]);
    await on.receive([
      letter('ana@x', 'r2', { ...unproven, externalId: 'mid:r2#1', ...answering('ana@x', named2, false) }),
    ]);
    expect(await threads(on)).toBe(4);
    const audit = on.database.db.selectFrom('audit').select('action').where('action', '=', 'contact.confirmed');
    expect(await audit.execute()).toHaveLength(2);
  });

  test('a reference joins only for who takes part, and only as surely as they are known', async () => {
    const on = await gateway({ withoutWorker: true });
    await on.receive([
      letter('ana@x', 'a', { participants: [participant('ana@x'), participant('cc@x', false, 'copied')] }),
    ]);
    const named = { externalIds: ['mid:a#'] };
    const joins: [string, boolean, boolean][] = [
      ['ana@x', true, true],
      ['ana@x', false, false],
      ['cc@x', false, true],
      ['eve@x', true, false],
    ];
    let expected = 1;
    for (const [index, [from, proven, joined]] of joins.entries()) {
      const author = { externalId: proven ? from : `claimed:${from}`, displayName: from, isBot: false };
      const own = { author, externalId: `mid:r${index}#1`, participants: [participant(from, proven)] };
      await on.receive([letter(from, `r${index}`, { ...own, ...answering(from, named, proven) })]);
      expected += joined ? 0 : 1;
      expect([from, proven, await threads(on)]).toEqual([from, proven, expected]);
    }
    // The whole id, not what merely begins like it.
    await on.receive([
      letter('ana@x', 'z', answering('ana@x', { externalIds: ['mid:#', 'mid:A#', 'mid:a', "mid:a'#"] })),
    ]);
    expect(await threads(on)).toBe(expected + 1);
  });

  test('ids that we signed join too: of a part, and of a thread', async () => {
    const on = await gateway();
    await on.receive([letter('ana@x', 'a')]);
    await eventually(() => expect(on.account.arrived).toHaveLength(1));
    const { id, thread_id } = await on.database.db
      .selectFrom('delivery')
      .select(['id', 'thread_id'])
      .executeTakeFirstOrThrow();
    await on.receive([letter('ana@x', 'b', answering('ana@x', { deliveryIds: [id] }))]);
    await on.receive([letter('ana@x', 'c', answering('ana@x', { threadIds: [thread_id] }))]);
    await on.receive([letter('eve@x', 'd', answering('eve@x', { threadIds: [thread_id], deliveryIds: [id] }))]);
    await on.receive([letter('ana@x', 'e', answering('ana@x', { threadIds: ['nonsense'], deliveryIds: ["'"] }))]);
    expect(await threads(on)).toBe(3);
    expect((await inbound(on)).filter((one) => one.thread_id === thread_id)).toHaveLength(3);
  });

  test('a bookmark moves in the commit that stores, and never back within an epoch', async () => {
    const on = await gateway({ withoutWorker: true });
    const at = (epoch: string, position: number) => ({ bookmark: { name: 'INBOX', epoch, position, base: 1 } });
    const now = () => records(on).bookmark('INBOX');
    expect(await now()).toBeNull();
    await records(on).beginAt('INBOX', { epoch: '1', position: 4, base: 1 });
    expect(await now()).toEqual({ epoch: '1', position: 4, base: 1 });
    const first = letter('ana@x', 'a');
    await on.receive([first], at('1', 5));
    expect(await now()).toEqual({ epoch: '1', position: 5, base: 1 });
    await on.receive([first], at('1', 6));
    await on.receive([letter('ana@x', 'b')], at('1', 3));
    expect(await now()).toEqual({ epoch: '1', position: 6, base: 1 });
    // What the database refuses is parked, and the bookmark stands behind it all the same.
    await on.receive([letter('ana@x', 'c', { occurredAtMs: 1e300 })], at('1', 9));
    expect(await now()).toEqual({ epoch: '1', position: 9, base: 1 });
    expect(
      await on.database.db.selectFrom('inbound_event').select('state').where('state', '=', 'parked').execute(),
    ).toHaveLength(1);
    await on.receive([letter('ana@x', 'd')], at('2', 1));
    expect(await now()).toEqual({ epoch: '2', position: 1, base: 1 });
    await records(on).beginAt('Archive', { epoch: '1', position: 7, base: 0 });
    const all: unknown[] = [];
    for await (const one of records(on).allBookmarks()) all.push(one);
    expect(all).toEqual([
      { name: 'Archive', epoch: '1', position: 7, base: 0 },
      { name: 'INBOX', epoch: '2', position: 1, base: 1 },
    ]);
    expect(await records(on).known([first.eventKey, 'never'])).toEqual([first.eventKey]);
  });

  test('references are looked up by an index, however many messages an account has', async () => {
    const on = await gateway({ account: memoryChannel('mem') });
    await on.receive([letter('ana@x', 'a')]);
    await sql`INSERT INTO message_external SELECT 'mem', 'mid:' || n || '#' || n, (SELECT id FROM message LIMIT 1)
      FROM generate_series(1, 20000) n`.execute(on.database.db);
    await sql`ANALYZE message_external`.execute(on.database.db);
    const { references } = answering('ana@x', { externalIds: ['mid:7#', 'mid:8#'] });
    const threads = createThreadFinder(on.database);
    expect(await threads.byReferences(brandId('mem'), references)).not.toBeNull();
    await eventually(async () => {
      const { rows } = await sql<{ used: number }>`SELECT idx_scan::int AS used FROM pg_stat_user_indexes
        WHERE indexrelname = 'message_external_family'`.execute(on.database.db);
      expect(rows[0]?.used).toBeGreaterThan(0);
    }, 15_000);
  });

  test('a day has so many automatic answers for one contact, over all of its threads; then people take over', async () => {
    const account = memoryChannel('mem', { automaticAnswersPerDay: 2 });
    const on = await gateway({ account, bot: echoBot, ingest: { floodLimit: 20 } });
    for (const thread of ['a', 'b', 'c']) {
      await on.receive([letter('ana@x', thread)]);
      await eventually(async () => expect((await inbound(on)).every(({ state }) => state !== 'new')).toBe(true));
    }
    expect(account.arrived.map(({ text }) => text)).toEqual(['letter a', 'letter b']);
    expect(await conversations(on)).toMatchObject([
      { owner_kind: 'bot' },
      { owner_kind: 'bot' },
      { owner_kind: 'queue', owner_team: 'support' },
    ]);
    await on.receive([letter('ben@x', 'd')]);
    await eventually(() => expect(account.arrived).toHaveLength(3));
    await sql`UPDATE contact_automatic SET since = since - interval '25 hours'`.execute(on.database.db);
    await on.receive([letter('ana@x', 'e')]);
    await eventually(() => expect(account.arrived).toHaveLength(4));
  });

  test('the channel says how long after its end a conversation goes on', async () => {
    const { capabilities } = memoryChannel();
    const account = memoryChannel('mem', { capabilities: { ...capabilities, reopenWindowMs: 30 * DAY_MS } });
    const on = await gateway({ account, withoutWorker: true });
    await on.receive([letter('ana@x', 'a')]);
    const resolve = (days: number) =>
      sql`UPDATE conversation SET status = 'resolved', owner_kind = 'none', resolved_owner_kind = 'bot',
        resolved_at = now() - ${days} * interval '1 day'`.execute(on.database.db);
    await resolve(29);
    await on.receive([letter('ana@x', 'a', { externalId: 'mid:a#2' })]);
    expect(await conversations(on)).toMatchObject([{ status: 'open' }]);
    await resolve(31);
    await on.receive([letter('ana@x', 'a', { externalId: 'mid:a#3' })]);
    expect(await conversations(on)).toHaveLength(2);
  });

  test('what an answer needs is the same however often it is asked for', async () => {
    const on = await gateway();
    const facts = {
      subject: 'Where is it',
      from: { name: 'Ana', address: 'ana@x' },
      to: [],
      cc: [],
      messageId: 'one@x',
      references: ['zero@x'],
    };
    await on.receive([letter('ana@x', 'a', { extras: { letter: facts } })]);
    await eventually(() => expect(on.account.arrived).toHaveLength(1));
    const { id } = await on.database.db.selectFrom('delivery').select('id').executeTakeFirstOrThrow();
    const asked = await records(on).correspondence(id);
    expect(asked).toMatchObject({
      to: [{ name: 'Ana', address: 'ana@x' }],
      cc: [],
      subject: 'Re: Where is it',
      references: ['zero@x', 'one@x'],
      quoted: { author: { address: 'ana@x' }, text: 'letter a' },
      agentName: null,
      signature: null,
    });
    await on.receive([
      letter('ana@x', 'a', {
        externalId: 'mid:a#2',
        text: 'later',
        extras: { letter: { ...facts, messageId: 'two@x' } },
      }),
    ]);
    expect(await records(on).correspondence(id)).toEqual(asked);
  });
});
