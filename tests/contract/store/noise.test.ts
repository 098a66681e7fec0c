import { describe, expect, test } from '@jest/globals';
import { createUuidV7, systemClock } from '../../../src/core/ids-and-time.ts';
import { createDeskStore } from '../../../src/store/desk-store.ts';
import { createInboxStore } from '../../../src/store/inbox-store.ts';
import { applyRetention } from '../../../src/store/maintenance/retention.ts';
import { eventually } from '../../kit/eventually.ts';
import { storeBackends } from '../../kit/pipeline/backends.ts';
import { useGateways } from './gateways.ts';
import { photo } from './photo-messages.ts';
import { conversations, direct, idOf, LEAD, post, publicAccount, signedUp, talkingBot } from './public-posts.ts';

describe.each(storeBackends)('what nobody has to answer, on $name', ({ start }) => {
  const gateways = useGateways(start);

  test('noise of somebody we know is none', async () => {
    const { account } = publicAccount('draft');
    const on = await gateways.start({ account, bot: talkingBot });
    await on.receive([direct('ana', 'hello')]);
    await on.receive([post('ana', 'gm', { filedAs: 'noise' }), post('bob', 'gm', { filedAs: 'noise' })]);
    await eventually(async () => {
      const found = await conversations(on);
      expect(found.map(({ filed_as }) => filed_as)).toEqual([null, null, 'noise']);
    });
    // Being filed makes nobody known.
    await on.receive([post('bob', 'gm gm', { filedAs: 'noise' })]);
    expect((await conversations(on)).at(-1)).toMatchObject({ filed_as: 'noise', status: 'resolved' });
  });

  test('noise that joins noise brings it up again, and its pictures are fetched only when it is opened', async () => {
    const { account } = publicAccount('draft');
    const on = await gateways.start({ account, bot: talkingBot });
    const agent = await signedUp(on);
    const thread = { key: 'raid', kind: 'group' as const };
    await on.receive([post('bob', 'gm', { filedAs: 'noise', thread })]);
    const old = new Date(Date.now() - 6.9 * 86_400_000);
    await on.database.db
      .updateTable('conversation')
      .set({ created_at: old, resolved_at: old, last_message_at: old })
      .execute();
    await on.receive([post('cat', 'gm too', { filedAs: 'noise' })]);
    await on.receive([post('bob', 'gm again', { filedAs: 'noise', thread, attachments: [photo()] })]);
    const store = createInboxStore(on.database);
    const listed = await store.list(LEAD, { view: 'filed', limit: 10 });
    expect(listed.items.map(({ contact, preview }) => [contact.name, preview])).toEqual([
      ['bob', 'gm again'],
      ['cat', 'gm too'],
    ]);
    const files = on.database.db.selectFrom('attachment').select(['state', 'reason']);
    expect(await files.execute()).toEqual([{ state: 'refused', reason: 'noise' }]);
    const desk = createDeskStore(on.database, createUuidV7(systemClock));
    const [raid] = await conversations(on);
    expect(await desk.recover(idOf(raid), agent)).toMatchObject({ outcome: 'ok' });
    expect((await files.execute()).map(({ reason }) => reason)).toEqual([null]);
  });

  test('noise is found by its words or its author for a week, and is empty after it', async () => {
    const { account } = publicAccount('draft');
    const on = await gateways.start({ account, bot: talkingBot });
    await on.receive([
      post('ana', 'gm 100% wen_lambo', { filedAs: 'noise' }),
      post('bob', 'gm to everybody', { filedAs: 'noise' }),
    ]);
    const store = createInboxStore(on.database);
    const found = async (words?: string) =>
      (await store.list(LEAD, { view: 'filed', limit: 10, words })).items.map(({ contact }) => contact.name).sort();
    expect(await found()).toEqual(['ana', 'bob']);
    expect(await found('LAMBO')).toEqual(['ana']);
    expect(await found('100% wen_l')).toEqual(['ana']);
    expect(await found('100_ wen')).toEqual([]);
    expect(await found('Bob')).toEqual(['bob']);
    const week = new Date(Date.now() - 7.1 * 86_400_000);
    await on.database.db.updateTable('conversation').set({ created_at: week, resolved_at: week }).execute();
    expect(await found()).toEqual([]);
    await on.database.db
      .updateTable('conversation')
      .set({ suggestion: { text: 'a draft' } })
      .execute();
    const long = 730 * 86_400_000;
    await applyRetention(on.database, { rawMs: long, attachmentsMs: long, conversationsMs: long, auditMs: long }, () =>
      Promise.resolve(),
    );
    const kept = await on.database.db.selectFrom('message').select('text').execute();
    const drafts = await on.database.db.selectFrom('conversation').select('suggestion').execute();
    expect(drafts.map(({ suggestion }) => suggestion)).toEqual([null, null]);
    expect(kept.map(({ text }) => text)).toEqual(['', '']);
  });
});
