import { describe, expect, test } from '@jest/globals';
import { eventually } from '../../kit/eventually.ts';
import { storeBackends } from '../../kit/pipeline/backends.ts';
import { useGateways } from './gateways.ts';
import { APPROVED, conversations, direct, post, publicAccount, talkingBot, texts } from './public-posts.ts';

describe.each(storeBackends)('what the bot says in public by itself, on $name', ({ start }) => {
  const gateways = useGateways(start);

  test('auto: one approved text a day for each author, whatever post they wrote; then a person', async () => {
    const { account, sent } = publicAccount('auto');
    const on = await gateways.start({ account, bot: talkingBot });
    await on.receive([post('ana', 'help')]);
    await eventually(() => expect(texts(sent)).toEqual([APPROVED]));
    await on.receive([post('ana', 'help again'), post('bob', 'help me')]);
    await eventually(() => expect(texts(sent)).toEqual([APPROVED, APPROVED]));
    await eventually(async () => {
      const found = await conversations(on);
      expect(found.map(({ owner_kind }) => owner_kind)).toEqual(['bot', 'queue', 'bot']);
      expect(found.map(({ suggestion }) => suggestion === null)).toEqual([true, false, true]);
    });
    // A day later they may be answered again.
    await on.database.db
      .updateTable('contact_automatic')
      .set({ since: new Date(Date.now() - 25 * 3_600_000) })
      .execute();
    await on.receive([post('ana', 'and today')]);
    await eventually(() => expect(sent).toHaveLength(3));
  });

  test('auto: no more than so many an hour in all, however many ask at once', async () => {
    const { account, sent } = publicAccount('auto', 3);
    const on = await gateways.start({ account, bot: talkingBot });
    await on.receive(Array.from({ length: 10 }, (_, index) => post(`author${index}`, 'help')));
    await eventually(async () => {
      const owners = (await conversations(on)).map(({ owner_kind }) => owner_kind);
      expect(owners.filter((kind) => kind === 'queue')).toHaveLength(7);
      expect(sent).toHaveLength(3);
    });
  });

  test('auto: "stop" is honoured for good, and only in public', async () => {
    const { account, sent } = publicAccount('auto');
    const on = await gateways.start({ account, bot: talkingBot });
    await on.receive([post('ana', '@Example stop')]);
    const messages = () => on.database.db.selectFrom('message').select(['state', 'state_reason']).execute();
    await eventually(async () =>
      expect(await messages()).toEqual([{ state: 'filed', state_reason: 'asked us to stop' }]),
    );
    await on.receive([post('ana', 'help')]);
    await eventually(async () => expect((await conversations(on)).at(-1)).toMatchObject({ owner_kind: 'queue' }));
    expect(sent).toEqual([]);
    await on.receive([direct('ana', 'hello there')]);
    await eventually(() => expect(texts(sent)).toEqual(['hello there']));
  });

  test('auto: "stop" holds whoever has the conversation, and takes no question with it', async () => {
    const { account, sent } = publicAccount('auto');
    const on = await gateways.start({ account, bot: talkingBot });
    // In one look: the question is for people, and the wish is kept.
    await on.receive([post('ana', 'where is my money', { thread: { key: 'a', kind: 'group' } })]);
    await eventually(() => expect(texts(sent)).toEqual([APPROVED]));
    await on.receive([post('ana', 'and now?', { thread: { key: 'b', kind: 'group' } })]);
    await eventually(async () => expect((await conversations(on)).at(-1)).toMatchObject({ owner_kind: 'queue' }));
    await on.receive([post('ana', '@Example stop', { thread: { key: 'b', kind: 'group' } })]);
    const together = { key: 'c', kind: 'group' as const };
    await on.receive([
      post('bob', 'you lost my money', { thread: together }),
      post('bob', '@Example stop', { thread: together }),
    ]);
    const stopped = on.database.db.selectFrom('contact_automatic').select('stopped_at');
    await eventually(async () => {
      expect((await stopped.execute()).map(({ stopped_at }) => stopped_at !== null)).toEqual([true, true]);
      expect((await conversations(on)).at(-1)).toMatchObject({ owner_kind: 'queue' });
    });
    // The next day nothing is said by itself to either of them.
    await on.database.db
      .updateTable('contact_automatic')
      .set({ since: new Date(Date.now() - 25 * 3_600_000) })
      .execute();
    await on.receive([post('ana', 'hello again'), post('bob', 'hello again')]);
    await eventually(async () =>
      expect((await conversations(on)).slice(-2).map(({ owner_kind }) => owner_kind)).toEqual(['queue', 'queue']),
    );
    expect(texts(sent)).toEqual([APPROVED]);
  });

  test('auto: what the hour leaves no room for is not counted as said today', async () => {
    const { account, sent } = publicAccount('auto', 1);
    const on = await gateways.start({ account, bot: talkingBot });
    await on.receive([post('ana', 'help')]);
    await eventually(() => expect(texts(sent)).toEqual([APPROVED]));
    await on.receive([post('bob', 'help')]);
    await eventually(async () => expect((await conversations(on)).at(-1)).toMatchObject({ owner_kind: 'queue' }));
    await on.database.db
      .updateTable('account_automatic')
      .set({ since: new Date(Date.now() - 2 * 3_600_000) })
      .execute();
    await on.receive([post('bob', 'help')]);
    await eventually(() => expect(texts(sent)).toEqual([APPROVED, APPROVED]));
  });

  test('auto: limits of many contacts over several accounts are taken at once, and block nobody', async () => {
    const on = await gateways.start({ account: publicAccount('off', 1, 'one').account, bot: talkingBot });
    const other = publicAccount('off', 1, 'two').account;
    const alsoOn = await gateways.start({ account: other, bot: talkingBot, url: on.database.url });
    const people = Array.from({ length: 8 }, (_, index) => `author${index}`);
    await on.receive(people.map((author) => post(author, 'help', { thread: { key: author, kind: 'group' } })));
    await alsoOn.receive(people.map((author) => post(author, 'help', { thread: { key: author, kind: 'group' } })));
    const threads = await on.database.db
      .selectFrom('thread')
      .select(['id', 'account_id'])
      .orderBy('contact_id')
      .orderBy('account_id')
      .execute();
    const limited = (from: number) =>
      // Each takes every other account first, in the order of the contacts.
      threads
        .filter(({ account_id }, index) => (account_id === 'one') === ((index >> 1) % 2 === from))
        .map(({ id }) => ({ thread_id: id, automatic_limit: 1_000_000, hourly_limit: 1_000_000, outbound: [{}] }));
    const take = (items: object[]) =>
      on.database.pool.query<{ spoke: boolean }>(
        `SELECT bool_and(d.outbound IS NOT NULL) AS spoke FROM unnest(limit_automatic_v1(ARRAY(
           SELECT jsonb_populate_record(NULL::decision_v1, x) FROM jsonb_array_elements($1) x))) d`,
        [JSON.stringify(items)],
      );
    for (let round = 0; round < 60; round += 1) {
      const took = await Promise.all([take(limited(0)), take(limited(1)), take(limited(0)), take(limited(1))]);
      expect(took.flatMap(({ rows }) => rows)).toEqual(Array.from({ length: 4 }, () => ({ spoke: true })));
    }
    const counted = await on.database.db.selectFrom('account_automatic').select('answers').execute();
    expect(counted.reduce((sum, { answers }) => sum + answers, 0)).toBe(60 * 4 * 8);
  });

  test('auto: where nobody called us the bot does not try', async () => {
    const { account, sent } = publicAccount('auto');
    const on = await gateways.start({ account, bot: talkingBot });
    const { entry: _entry, ...uncalled } = post('ana', 'help');
    await on.receive([uncalled]);
    await eventually(async () => expect((await conversations(on))[0]).toMatchObject({ owner_kind: 'queue' }));
    expect(sent).toEqual([]);
  });
});
