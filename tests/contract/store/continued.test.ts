import { describe, expect, test } from '@jest/globals';
import type { QueryResultRow } from 'pg';
import { createUuidV7, systemClock } from '../../../src/core/ids-and-time.ts';
import type { Viewer } from '../../../src/core/model/agent.ts';
import { brandId, type ConversationId } from '../../../src/core/model/ids.ts';
import type { InboundMessage } from '../../../src/core/model/inbound.ts';
import type { Bot } from '../../../src/core/ports/brain.ts';
import type { SendRequest } from '../../../src/core/ports/channel.ts';
import { createDeskStore } from '../../../src/store/desk-store.ts';
import { createInboxStore } from '../../../src/store/inbox-store.ts';
import { eventually } from '../../kit/eventually.ts';
import { storeBackends } from '../../kit/pipeline/backends.ts';
import { echoBot, type Gateway } from '../../kit/pipeline/harness.ts';
import { customerMessage, memoryChannel } from '../../kit/pipeline/memory-channel.ts';
import { useGateways } from './gateways.ts';

const LEAD: Viewer = { id: brandId('01900000-0000-7000-8000-0000000000aa'), role: 'lead', teamIds: [] };
const ELSEWHERE: Viewer = { ...LEAD, role: 'agent', teamIds: [brandId('another')] };

/** Says what it heard, and is no mere echo: it has words of its own and a way out of public places. */
const talkingBot: Bot = { ...echoBot, echoOnly: false };

/** An account whose bot opens private places, and what was sent over it. */
function opening() {
  const sent: SendRequest[] = [];
  const base = memoryChannel();
  const account = memoryChannel('mem', {
    opensPrivately: true,
    capabilities: { ...base.capabilities, buttons: { maxRows: 2, maxPerRow: 1, maxLabelLength: 80, maxDataBytes: 40 } },
    render: ({ text, buttons }) => [{ text, ...(buttons === undefined ? {} : { buttons }) }],
    send: (request) => {
      sent.push(request);
      return Promise.resolve({ kind: 'sent', externalId: `out${sent.length}` });
    },
  });
  return { account, sent };
}

/** What somebody says among others. */
function inPublic(place: string, author: string, text: string): InboundMessage {
  return customerMessage(place, text, {
    thread: { key: place, kind: 'group', title: `#${place}` },
    author: { externalId: author, displayName: author, languageCode: 'en', isBot: false },
  });
}

/** A press on the button that leads into a private place. */
function arrival(place: string, author: string, from: string): InboundMessage {
  return {
    ...inPublic(from, author, 'go on in private'),
    thread: { key: place, kind: 'private' },
    continues: from,
    extras: { arrives: true },
  };
}

const conversations = (on: Gateway) =>
  on.database.db.selectFrom('conversation').selectAll().orderBy('number').execute();
const texts = (sent: readonly SendRequest[]): unknown[] =>
  sent.map(({ threadKey, part, replyToExternalId }) => [threadKey, part['text'], replyToExternalId ?? null]);

describe.each(storeBackends)('what goes on elsewhere, on $name', ({ start }) => {
  const gateways = useGateways(start);

  test('a public question goes on in private: one conversation ends, a linked one begins, and its answers stay there', async () => {
    const { account, sent } = opening();
    const on = await gateways.start({ account, bot: talkingBot });
    const question = inPublic('support', 'ana', 'where is my money');
    await on.receive([question]);
    await eventually(() => expect(texts(sent)).toEqual([['support', 'where is my money', question.externalId]]));
    expect(sent[0]?.part['buttons']).toEqual([[{ label: 'go on in private', data: 'go-private' }]]);

    await on.receive([arrival('p1', 'ana', 'support')]);
    await eventually(() => expect(texts(sent).slice(1)).toEqual([['p1', 'only we read this', null]]));
    expect(sent[1]?.part['buttons']).toBeUndefined();
    const [first, second] = await conversations(on);
    expect(first).toMatchObject({ status: 'resolved', owner_kind: 'none', continued_in: second?.id });
    // What the list shows of it is what was asked, not the button's label.
    expect(second).toMatchObject({
      status: 'open',
      owner_kind: 'bot',
      continued_in: null,
      preview: 'where is my money',
    });

    await on.receive([customerMessage('p1', 'it is 12 dollars', { author: question.author })]);
    await eventually(() => expect(texts(sent).slice(2)).toEqual([['p1', 'it is 12 dollars', null]]));
    expect(await conversations(on)).toHaveLength(2);
  });

  test('a press that comes again changes nothing; one who asked nothing in public begins anew', async () => {
    const { account, sent } = opening();
    const on = await gateways.start({ account, bot: talkingBot });
    await on.receive([inPublic('support', 'ana', 'hello')]);
    // A press before the public answer is out takes it along.
    await eventually(() => expect(sent).toHaveLength(1));
    const press = arrival('p1', 'ana', 'support');
    await on.receive([press]);
    await on.receive([press]);
    await on.receive([arrival('p2', 'bob', 'support')]);
    await eventually(() => expect(sent.map(({ threadKey }) => threadKey).sort()).toEqual(['p1', 'p2', 'support']));
    const found = await conversations(on);
    expect(found.map(({ continued_in }) => continued_in)).toEqual([found[1]?.id, null, null]);
  });

  test('it stays in the hands it was in, and a second question of the same person joins it', async () => {
    const { account, sent } = opening();
    const on = await gateways.start({ account, bot: talkingBot });
    const desk = createDeskStore(on.database, createUuidV7(systemClock));
    const agent = await signedUp(on);
    await on.receive([inPublic('support', 'ana', 'hello')]);
    await eventually(() => expect(sent).toHaveLength(1));
    const [first] = await conversations(on);
    const owned = await desk.own(idOf(first), agent, Number(first?.owner_version), { kind: 'agent', agent }, 'taken');
    expect(owned.outcome).toBe('ok');

    await on.receive([arrival('p1', 'ana', 'support')]);
    await eventually(() => expect(texts(sent).slice(1)).toEqual([['p1', 'only we read this', null]]));
    const second = (await conversations(on))[1];
    expect(second).toMatchObject({ owner_kind: 'agent', owner_agent: agent, status: 'open' });

    await on.receive([inPublic('help', 'ana', 'and this?')]);
    await on.receive([arrival('p1', 'ana', 'help')]);
    await eventually(async () => {
      const [, , third] = await conversations(on);
      expect(third).toMatchObject({ status: 'resolved', continued_in: second?.id });
    });
    expect((await conversations(on))[1]).toMatchObject({ owner_kind: 'agent', owner_agent: agent });
  });

  test('a place that people have, or had until lately, is theirs again with what they had in public', async () => {
    const { account, sent } = opening();
    const on = await gateways.start({ account, bot: talkingBot });
    const desk = createDeskStore(on.database, createUuidV7(systemClock));
    const agent = await signedUp(on);
    await on.receive([arrival('p1', 'ana', 'nowhere'), arrival('p2', 'bob', 'nowhere')]);
    await eventually(() => expect(sent).toHaveLength(2));
    const [open, over] = await conversations(on);
    await on.database.db
      .updateTable('conversation')
      .set({ status: 'resolved', owner_kind: 'none', resolved_owner_kind: 'bot', resolved_at: new Date() })
      .where('id', '=', idOf(over))
      .execute();
    await on.receive([inPublic('support', 'ana', 'one'), inPublic('support', 'bob', 'two')]);
    await eventually(() => expect(sent).toHaveLength(4));
    for (const asked of (await conversations(on)).slice(2)) {
      const owned = await desk.own(idOf(asked), agent, asked.owner_version, { kind: 'agent', agent }, 'taken');
      expect(owned.outcome).toBe('ok');
    }
    await on.receive([arrival('p1', 'ana', 'support'), arrival('p2', 'bob', 'support')]);
    const found = await conversations(on);
    expect(found.map(({ status, owner_kind, continued_in }) => [status, owner_kind, continued_in])).toEqual([
      ['open', 'agent', null],
      ['open', 'agent', null],
      ['resolved', 'none', idOf(open)],
      ['resolved', 'none', idOf(over)],
    ]);
    expect(found.slice(0, 2).map(({ owner_agent }) => owner_agent)).toEqual([agent, agent]);
  });

  test('what is asked in public and the press that leaves it may come in one batch', async () => {
    const { account } = opening();
    const on = await gateways.start({ account, withoutWorker: true, ingest: { lanes: 1 } });
    await on.receive([inPublic('support', 'ana', 'hello')]);
    const batch = [
      inPublic('support', 'bob', 'me too'),
      inPublic('support', 'ana', 'and this'),
      arrival('p1', 'ana', 'support'),
    ];
    const { prepared } = on.database;
    const failed: unknown[] = [];
    let statements = 0;
    const watched = async <Row extends QueryResultRow>(...statement: Parameters<typeof prepared>): Promise<Row[]> => {
      statements += 1;
      return prepared<Row>(...statement).catch((error: unknown) => {
        failed.push(error);
        throw error;
      });
    };
    Object.assign(on.database, { prepared: watched });
    await on.receive(batch);
    expect([statements, failed]).toEqual([1, []]);
    const stored = await on.database.db
      .selectFrom('inbound_event')
      .select(['event_key', 'state'])
      .where(
        'event_key',
        'in',
        batch.map(({ eventKey }) => eventKey),
      )
      .execute();
    expect(stored.map(({ state }) => state)).toEqual(['stored', 'stored', 'stored']);
    const seqs = await on.database.db
      .selectFrom('message as m')
      .innerJoin('thread as t', 't.id', 'm.thread_id')
      .innerJoin('identity as i', 'i.id', 't.identity_id')
      .select(['m.kind', 'm.text', 'm.seq'])
      .where('t.kind', '=', 'group')
      .where('i.external_id', '=', 'ana')
      .orderBy('m.seq')
      .execute();
    expect(seqs.map(({ kind, text }) => [kind, text])).toEqual([
      ['inbound', 'hello'],
      ['inbound', 'and this'],
      ['activity', ''],
    ]);
  });

  test('a secret that was pasted in public and not told of yet is told of in private', async () => {
    const { account, sent } = opening();
    const on = await gateways.start({ account, bot: talkingBot, withoutWorker: true });
    await on.receive([inPublic('support', 'ana', 'my phrase is …')]);
    await on.database.db.updateTable('conversation').set({ secret_pending: true, priority: 'urgent' }).execute();
    await on.receive([arrival('p1', 'ana', 'support')]);
    await on.worker.start();
    await eventually(async () => {
      const [, second] = await conversations(on);
      expect(second).toMatchObject({ secret_pending: false, priority: 'urgent', owner_kind: 'queue' });
    });
    await eventually(() => expect(texts(sent)).toContainEqual(['p1', 'secret warning', null]));
  });

  test('one that was over long before is none of it, nor one of a blocked contact', async () => {
    const { account } = opening();
    const on = await gateways.start({ account, withoutWorker: true });
    await on.receive([inPublic('support', 'ana', 'hello')]);
    await on.database.db
      .updateTable('conversation')
      .set({ status: 'resolved', owner_kind: 'none', resolved_at: new Date(Date.now() - 10 * 86_400_000) })
      .execute();
    await on.receive([arrival('p1', 'ana', 'support')]);
    expect((await conversations(on)).map(({ continued_in }) => continued_in)).toEqual([null, null]);

    await on.receive([inPublic('support', 'bob', 'hello')]);
    await on.database.db
      .updateTable('contact')
      .set({ blocked_until: new Date(Date.now() + 60_000).toISOString() })
      .execute();
    await on.receive([arrival('p2', 'bob', 'support')]);
    expect((await conversations(on)).slice(2).map(({ status, continued_in }) => [status, continued_in])).toEqual([
      ['open', null],
      ['resolved', null],
    ]);
  });

  test('is read in one scroll by who may see it, and by nobody else', async () => {
    const { account, sent } = opening();
    const on = await gateways.start({ account, bot: talkingBot });
    await on.receive([inPublic('support', 'ana', 'where is my money')]);
    await eventually(() => expect(sent).toHaveLength(1));
    await on.receive([arrival('p1', 'ana', 'support')]);
    await eventually(() => expect(sent).toHaveLength(2));
    const [first, second] = await conversations(on);
    const store = createInboxStore(on.database);
    const page = (await store.messages(LEAD, idOf(second), { limit: 50 }))?.page;
    expect(page?.origins).toMatchObject([
      { id: first?.id, continuedIn: second?.id, threadKind: 'group', threadTitle: '#support', more: false },
    ]);
    expect(page?.origins[0]?.items.map(({ kind, text }) => [kind, text])).toEqual([
      ['inbound', 'where is my money'],
      ['outbound', 'where is my money'],
      ['activity', ''],
    ]);
    // With the page on which the private one begins, and no other.
    expect((await store.messages(LEAD, idOf(second), { limit: 1 }))?.page.origins).toEqual([]);
    expect(await store.conversation(LEAD, idOf(first))).toMatchObject({
      continuedIn: { id: second?.id, number: second?.number },
    });
    await on.database.db
      .updateTable('conversation')
      .set({ owner_team: 'support' })
      .where('id', '=', idOf(first))
      .execute();
    expect((await store.messages(ELSEWHERE, idOf(second), { limit: 50 }))?.page.origins).toEqual([]);
  });

  test('stands on the page on which the private one begins, also where that is its first entry', async () => {
    const { account, sent } = opening();
    const on = await gateways.start({ account, bot: talkingBot });
    await on.receive([customerMessage('p1', 'an older matter', { author: inPublic('x', 'ana', 'x').author })]);
    await eventually(() => expect(sent).toHaveLength(1));
    await on.database.db
      .updateTable('conversation')
      .set({ status: 'resolved', owner_kind: 'none', resolved_at: new Date(Date.now() - 10 * 86_400_000) })
      .execute();
    await on.receive([inPublic('support', 'ana', 'where is my money')]);
    await eventually(() => expect(sent).toHaveLength(2));
    await on.receive([arrival('p1', 'ana', 'support')]);
    await eventually(() => expect(sent).toHaveLength(3));
    const goesOn = (await conversations(on))[2];
    const store = createInboxStore(on.database);
    const read = async (limit: number, before?: number) =>
      (await store.messages(LEAD, idOf(goesOn), { limit, before }))?.page;
    const all = (await read(50))?.items ?? [];
    const own = all.filter(({ conversationId }) => conversationId === goesOn?.id);
    expect(all.length).toBeGreaterThan(own.length);
    expect((await read(own.length))?.origins).toHaveLength(1);
    expect((await read(own.length - 1))?.origins).toEqual([]);
    expect((await read(50, own[1]?.seq))?.origins).toHaveLength(1);
    expect((await read(50, own[0]?.seq))?.origins).toEqual([]);
  });

  test('many who move at once, back and forth, block nobody', async () => {
    const { account } = opening();
    const on = await gateways.start({ account, bot: talkingBot, ingest: { lanes: 4 } });
    const people = Array.from({ length: 12 }, (_, at) => `user${at}`);
    for (let round = 0; round < 4; round += 1) {
      await Promise.all(
        people.flatMap((person) => [
          on.receive([inPublic('support', person, `round ${round}`)]),
          on.receive([arrival(`p-${person}`, person, 'support')]),
          on.receive([{ ...arrival(`q-${person}`, person, 'support'), continues: 'other' }]),
        ]),
      );
    }
    await on.receive(people.map((person) => arrival(`p-${person}`, person, 'support')));
    const open = (await conversations(on)).filter(({ status }) => status !== 'resolved');
    expect(open.map(({ thread_id }) => thread_id)).toHaveLength(new Set(open.map(({ thread_id }) => thread_id)).size);
    const publicOnes = await on.database.db.selectFrom('thread').select('id').where('kind', '=', 'group').execute();
    const ids = new Set(publicOnes.map(({ id }) => id));
    expect(open.filter(({ thread_id }) => ids.has(thread_id))).toEqual([]);
  });

  test('among others each answer points at what it answers, in private none does', async () => {
    const { account, sent } = opening();
    const on = await gateways.start({ account, bot: talkingBot });
    const [one, two] = [inPublic('support', 'ana', 'one'), inPublic('support', 'bob', 'two')];
    await on.receive([one, two, customerMessage('dm', 'three')]);
    await eventually(() => expect(sent).toHaveLength(3));
    expect(texts(sent)).toEqual(
      expect.arrayContaining([
        ['support', 'one', one.externalId],
        ['support', 'two', two.externalId],
        ['dm', 'three', null],
      ]),
    );
  });

  function idOf(row: { id: string } | undefined): ConversationId {
    return brandId(row?.id ?? '');
  }

  async function signedUp(on: Gateway) {
    const id = createUuidV7(systemClock).uuid();
    await on.database.db
      .insertInto('agent')
      .values({ id, name: 'Mia', email: `${id}@example.com`, role: 'lead', password_hash: 'none' })
      .execute();
    return brandId<Viewer['id']>(id);
  }
});
