import { describe, expect, test } from '@jest/globals';
import { createUuidV7, systemClock } from '../../../src/core/ids-and-time.ts';
import type { Viewer } from '../../../src/core/model/agent.ts';
import { brandId } from '../../../src/core/model/ids.ts';
import type { Bot } from '../../../src/core/ports/brain.ts';
import { createAmends } from '../../../src/inbox/amend.ts';
import { createDeskStore } from '../../../src/store/desk-store.ts';
import { createInboxStore } from '../../../src/store/inbox-store.ts';
import { eventually } from '../../kit/eventually.ts';
import { storeBackends } from '../../kit/pipeline/backends.ts';
import { directQueue } from '../../kit/pipeline/harness.ts';
import { useGateways } from './gateways.ts';
import { conversations, direct, idOf, LEAD, post, publicAccount, signedUp, talkingBot, texts } from './public-posts.ts';

describe.each(storeBackends)('what is said where everybody reads it, on $name', ({ start }) => {
  const gateways = useGateways(start);

  test('a draft waits for a person, who sends it; the customer goes on in private, and both are linked', async () => {
    const { account, sent } = publicAccount('draft');
    const on = await gateways.start({ account, bot: talkingBot });
    const agent = await signedUp(on);
    const question = post('ana', 'where is my money');
    await on.receive([question]);
    await eventually(async () => expect((await conversations(on))[0]).toMatchObject({ owner_kind: 'queue' }));
    const [first] = await conversations(on);
    expect(first?.suggestion).toMatchObject({ text: 'where is my money' });
    expect(sent).toEqual([]);
    const store = createInboxStore(on.database);
    expect((await store.conversation(LEAD, idOf(first)))?.suggestion?.text).toBe('where is my money');
    expect((await store.replyAddress(LEAD, idOf(first)))?.entry).toBe('called');

    const desk = createDeskStore(on.database, createUuidV7(systemClock));
    const buttons = [[{ label: 'go on', data: 'go-private' }]];
    const part = (text: string) => ({
      id: brandId<never>(createUuidV7(systemClock).uuid()),
      part: { text },
      replyTo: null,
    });
    await desk.reply(idOf(first), agent, {
      id: brandId(createUuidV7(systemClock).uuid()),
      text: 'write to us',
      body: null,
      class: 'single',
      causeId: null,
      parts: [part('write'), part('to us')],
      extras: { buttons },
    });
    await eventually(() => expect(texts(sent)).toEqual(['write', 'to us']));
    // What it answers said what called us; the second part hangs on the first.
    expect(sent[0]).toMatchObject({ entry: 'called', replyToExternalId: question.externalId });
    expect(sent[1]).toMatchObject({ previousExternalId: 'out1' });
    expect((await conversations(on))[0]?.suggestion).toBeNull();

    await on.receive([direct('ana', 'here I am')]);
    await eventually(async () => expect(await conversations(on)).toHaveLength(2));
    const [ended, goesOn] = await conversations(on);
    expect(ended).toMatchObject({ status: 'resolved', continued_in: goesOn?.id });
    expect(goesOn).toMatchObject({ owner_kind: 'agent', owner_agent: agent });
  });

  test('whoever was not shown the way begins anew, and so does everybody else', async () => {
    const { account } = publicAccount('draft');
    const on = await gateways.start({ account, bot: talkingBot });
    await on.receive([post('ana', 'where is my money')]);
    await on.receive([direct('ana', 'hello'), direct('bob', 'hello')]);
    const found = await conversations(on);
    expect(found.map(({ continued_in }) => continued_in)).toEqual([null, null, null]);
  });

  test('off: nothing is said and nothing is proposed', async () => {
    const { account, sent } = publicAccount('off');
    const on = await gateways.start({ account, bot: talkingBot });
    await on.receive([post('ana', 'hello')]);
    await eventually(async () => expect((await conversations(on))[0]).toMatchObject({ owner_kind: 'queue' }));
    expect((await conversations(on))[0]?.suggestion).toBeNull();
    expect(sent).toEqual([]);
  });

  test('a mere thank-you in private continues nothing; what comes behind it does', async () => {
    const { account, sent } = publicAccount('auto');
    const on = await gateways.start({ account, bot: talkingBot });
    await on.receive([direct('ana', 'hello')]);
    await eventually(() => expect(sent).toHaveLength(1));
    await on.database.db
      .updateTable('conversation')
      .set({ status: 'resolved', owner_kind: 'none', resolved_owner_kind: 'bot', resolved_at: new Date() })
      .execute();
    await on.receive([post('ana', 'help')]);
    await eventually(() => expect(sent).toHaveLength(2));
    await on.receive([direct('ana', 'thanks')]);
    expect((await conversations(on)).map(({ status, continued_in }) => [status, continued_in])).toEqual([
      ['resolved', null],
      ['open', null],
    ]);
    await on.receive([direct('ana', 'it is about 12 dollars')]);
    const [here, asked] = await conversations(on);
    expect(asked).toMatchObject({ status: 'resolved', continued_in: here?.id });
  });

  test('whoever was never shown the way, because it was not sent, begins anew', async () => {
    const { account } = publicAccount('auto');
    account.send = () => Promise.resolve({ kind: 'invalid', reason: 'no' });
    const on = await gateways.start({ account, bot: talkingBot });
    await on.receive([post('ana', 'help')]);
    const parts = on.database.db.selectFrom('delivery').select('state');
    await eventually(async () => expect(await parts.execute()).toEqual([{ state: 'failed' }]));
    await on.receive([direct('ana', 'something else')]);
    expect((await conversations(on)).map(({ continued_in }) => continued_in)).toEqual([null, null]);
  });

  test('a place that takes no answer has no draft either', async () => {
    const { account } = publicAccount('draft');
    const on = await gateways.start({ account, bot: talkingBot });
    const { entry: _entry, ...uncalled } = post('ana', 'help');
    await on.receive([uncalled]);
    await eventually(async () => expect((await conversations(on))[0]).toMatchObject({ owner_kind: 'queue' }));
    expect((await conversations(on))[0]?.suggestion).toBeNull();
  });

  test('a draft can be put aside', async () => {
    const { account } = publicAccount('draft');
    const on = await gateways.start({ account, bot: talkingBot });
    const agent = await signedUp(on);
    await on.receive([post('ana', 'hello')]);
    await eventually(async () => expect((await conversations(on))[0]?.suggestion).not.toBeNull());
    const desk = createDeskStore(on.database, createUuidV7(systemClock));
    const [first] = await conversations(on);
    expect(await desk.putAside(idOf(first), agent)).toMatchObject({ outcome: 'ok' });
    expect(await desk.putAside(idOf(first), agent)).toMatchObject({ outcome: 'ok' });
    expect((await conversations(on))[0]?.suggestion).toBeNull();
    const audit = on.database.db.selectFrom('audit').select('action').where('action', '=', 'suggestion.put_aside');
    expect(await audit.execute()).toHaveLength(1);
  });

  test('an answer of the bot that cannot be stored leaves the question with people, without a draft', async () => {
    const { account } = publicAccount('draft');
    const bot: Bot = {
      ...talkingBot,
      decide: () =>
        Promise.resolve({
          replies: [{ content: { text: 'no \u0000 text' }, class: 'repeatable' as const }],
          handoff: false,
          why: 'test',
          memory: {},
        }),
    };
    const on = await gateways.start({ account, bot });
    await on.receive([post('ana', 'help')]);
    await eventually(async () => expect((await conversations(on))[0]).toMatchObject({ owner_kind: 'queue' }));
    expect((await conversations(on))[0]?.suggestion).toBeNull();
    const message = await on.database.db.selectFrom('message').select(['state', 'state_reason']).executeTakeFirst();
    expect(message).toMatchObject({ state: 'parked', state_reason: expect.stringContaining('SQLSTATE') });
  });

  test('an edit puts nothing of somebody’s account where everybody reads it; each place has its own time for deletions', async () => {
    const { account: plain, sent } = publicAccount('auto');
    const account = { ...plain, capabilities: { ...plain.capabilities, deleteWindowInPrivateMs: 0 } };
    const queue = directQueue();
    const on = await gateways.start({ account, bot: talkingBot, queue });
    const agent: Viewer = { ...LEAD, id: await signedUp(on) };
    await on.receive([post('ana', 'help'), direct('bob', 'hello')]);
    const ours = on.database.db
      .selectFrom('message as m')
      .innerJoin('delivery as d', 'd.message_id', 'm.id')
      .innerJoin('thread as t', 't.id', 'm.thread_id')
      .select(['m.id', 'd.state', 't.kind'])
      .orderBy('t.kind');
    await eventually(async () => expect(await ours.execute()).toMatchObject([{ state: 'sent' }, { state: 'sent' }]));
    const [inPublic, inPrivate] = await ours.execute();
    const ids = createUuidV7(systemClock);
    const amends = createAmends({
      store: createInboxStore(on.database),
      desk: createDeskStore(on.database, ids),
      account: () => account,
      queue,
      ids,
      clock: systemClock,
      shards: 2,
      ours: ['support@parley.example'],
      onChange: () => undefined,
    });
    const edit = (message: { id: string } | undefined, text: string) =>
      amends.edit(agent, brandId(message?.id ?? ''), brandId(ids.uuid()), text);
    const DATA = 'your address is ana@example.com';
    await expect(edit(inPublic, DATA)).rejects.toMatchObject({ code: 'account_data_in_public' });
    await edit(inPublic, 'write to support@parley.example');
    await edit(inPrivate, DATA);
    await eventually(() =>
      expect(new Set(sent.filter(({ action }) => action === 'edit').map(({ part }) => part['text']))).toEqual(
        new Set(['write to support@parley.example', DATA]),
      ),
    );
    const remove = (message: { id: string } | undefined) =>
      amends.remove(agent, brandId(message?.id ?? ''), brandId(ids.uuid()));
    await expect(remove(inPrivate)).rejects.toMatchObject({ code: 'delete_window' });
    await remove(inPublic);
    await eventually(() => expect(sent.filter(({ action }) => action === 'delete')).toHaveLength(1));
  });
});
