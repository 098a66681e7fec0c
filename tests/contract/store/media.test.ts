import { describe, expect, test } from '@jest/globals';
import type { InboundMessage } from '../../../src/core/model/inbound.ts';
import type { Bot } from '../../../src/core/ports/brain.ts';
import type { ChannelAccount } from '../../../src/core/ports/channel.ts';
import { eventually } from '../../kit/eventually.ts';
import { storeBackends } from '../../kit/pipeline/backends.ts';
import type { Gateway, GatewayOptions } from '../../kit/pipeline/harness.ts';
import { customerMessage, type MemoryChannel, memoryChannel } from '../../kit/pipeline/memory-channel.ts';
import { useGateways } from './gateways.ts';
import { ofAlbum, photo } from './photo-messages.ts';

/** Answers each turn with its texts, one line each. */
const bot: Bot = {
  waits: false,
  deadlineMs: 10_000,
  echoOnly: false,
  decide: ({ messages }) =>
    Promise.resolve({
      replies: [{ content: { text: messages.map(({ text }) => text).join('\n') }, class: 'repeatable' as const }],
      handoff: false,
      why: 'talks',
      memory: {},
    }),
};

describe.each(storeBackends)('files, moves and blocks by customers, on $name', ({ start }) => {
  const gateways = useGateways(start);

  async function gateway(
    options: Partial<GatewayOptions> & { channel?: Partial<ChannelAccount> } = {},
  ): Promise<Gateway & { account: MemoryChannel; url: string }> {
    const { channel, ...rest } = options;
    const account = memoryChannel('mem', channel);
    const made = await gateways.start({ bot, ...rest, account });
    return { ...made, account, url: made.database.url };
  }

  const messages = (on: Gateway) =>
    on.database.db.selectFrom('message').selectAll().where('kind', '=', 'inbound').orderBy('seq').execute();
  const attachments = (on: Gateway) =>
    on.database.db.selectFrom('attachment').selectAll().orderBy('message_id').orderBy('ordinal').execute();
  const said = (on: { account: MemoryChannel }): string[] => on.account.arrived.map(({ text }) => text);

  test('an album in one batch is one message with its files in order and its words', async () => {
    const on = await gateway();
    await on.receive([ofAlbum('1', 'a'), ofAlbum('1', 'a', 'my deposit'), ofAlbum('1', 'a')]);
    const [only, ...others] = await messages(on);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ text: 'my deposit', seq: 1 });
    expect(only?.extras).toEqual({});
    expect((await attachments(on)).map(({ ordinal, state, caption }) => [ordinal, state, caption])).toEqual([
      [0, 'waiting', null],
      [1, 'waiting', 'my deposit'],
      [2, 'waiting', null],
    ]);
    await eventually(() => expect(said(on)).toEqual(['my deposit']));
    expect(await on.database.db.selectFrom('inbound_event').select('state').execute()).toEqual([
      { state: 'stored' },
      { state: 'stored' },
      { state: 'stored' },
    ]);
  });

  test('files that come later, to another process, join the album; the same once more changes nothing', async () => {
    const first = await gateway();
    const late = ofAlbum('1', 'a');
    await first.receive([ofAlbum('1', 'a', 'words')]);
    await gateways.stop();
    const second = await gateway({ url: first.url });
    await second.receive([late]);
    await second.receive([{ ...late, eventKey: 'delivered-again' }]);
    await second.receive([late]);
    expect(await messages(second)).toMatchObject([{ text: 'words' }]);
    expect(await attachments(second)).toHaveLength(2);
  });

  test('words that come with a later file are answered, and do not take a new place', async () => {
    const on = await gateway({ ingest: { pauseMs: 0, pauseMaxMs: 0 } });
    await on.receive([ofAlbum('1', 'a')]);
    await eventually(() => expect(said(on)).toEqual(['[photo]']));
    await on.receive([ofAlbum('1', 'a', 'where is it?')]);
    await eventually(() => expect(said(on)).toEqual(['[photo]', 'where is it?']));
    expect(await messages(on)).toMatchObject([{ seq: 1, text: 'where is it?', state: 'answered' }]);
    expect(await on.database.db.selectFrom('conversation').select('preview').executeTakeFirst()).toEqual({
      preview: 'where is it?',
    });
  });

  test('two processes that get the halves of many albums at once make one message of each', async () => {
    const one = await gateway();
    const two = await gateway({ url: one.url });
    const albums = Array.from({ length: 40 }, (_, index) => String(index));
    const half = (words: boolean): InboundMessage[] =>
      albums.map((album) => ofAlbum(`c${Number(album) % 7}`, album, words ? `words ${album}` : undefined));
    await Promise.all([
      ...half(true).map((event) => one.receive([event])),
      ...half(false)
        .toReversed()
        .map((event) => two.receive([event])),
    ]);
    const stored = await messages(one);
    expect(stored).toHaveLength(40);
    expect(new Set(stored.map(({ text }) => text)).size).toBe(40);
    const counts = await one.database.db
      .selectFrom('attachment')
      .select(({ fn }) => ['message_id', fn.countAll<number>().as('n')])
      .groupBy('message_id')
      .execute();
    expect(counts.map(({ n }) => n)).toEqual(stored.map(() => 2));
  });

  test('a file of interest only with others joins them, and alone is filed without its payload', async () => {
    const on = await gateway();
    await on.receive([{ ...ofAlbum('1', 'alone'), joinsOnly: true }]);
    expect(await messages(on)).toEqual([]);
    expect(await on.database.db.selectFrom('inbound_event').select(['state', 'raw']).execute()).toEqual([
      { state: 'filed', raw: null },
    ]);
    await on.receive([ofAlbum('1', 'with', 'for the bot'), { ...ofAlbum('1', 'with'), joinsOnly: true as const }]);
    expect(await messages(on)).toMatchObject([{ text: 'for the bot' }]);
    expect(await attachments(on)).toHaveLength(2);
  });

  test('an edit changes the words under one file of an album, or puts another file in its place', async () => {
    const on = await gateway();
    const [first, second] = [ofAlbum('1', 'a', 'one'), ofAlbum('1', 'a', 'two')];
    await on.receive([first, second]);
    const edit = (of: InboundMessage, text: string, file = of.attachments?.[0] ?? photo()): object => ({
      ...customerMessage('1', text),
      type: 'edit',
      targetExternalId: of.externalId,
      attachments: [file],
    });
    await on.receive([edit(second, 'TWO')]);
    expect(await messages(on)).toMatchObject([{ text: 'one\nTWO' }]);
    await on.receive([edit(first, 'one', photo({ uniqueRef: 'another' }))]);
    const standing = (await attachments(on)).filter(({ replaced_at }) => replaced_at === null);
    expect(standing.map(({ ordinal, unique_ref }) => [ordinal, unique_ref])).toEqual([
      [0, 'another'],
      [1, second.attachments?.[0]?.uniqueRef],
    ]);
    expect(await on.database.db.selectFrom('message_edit').select('text').execute()).toEqual([{ text: 'one\ntwo' }]);
  });

  test('where somebody is moves without leaving a history', async () => {
    const on = await gateway();
    const place = (latitude: number): object => ({ content: { type: 'location', latitude, longitude: 1, live: true } });
    const here = customerMessage('1', '[location] 1, 1', { extras: { standIn: 'thing', ...place(1) } });
    await on.receive([here]);
    const moved = { ...customerMessage('1', '[location] 2, 1'), type: 'edit', targetExternalId: here.externalId };
    await on.receive([{ ...moved, extras: { standIn: 'thing', ...place(2) } }]);
    expect(await messages(on)).toMatchObject([{ text: '[location] 2, 1', extras: place(2) }]);
    expect(await on.database.db.selectFrom('message_edit').select('text').execute()).toEqual([]);
  });

  test('a customer who blocks us is marked, the thread says so, and writing again clears it', async () => {
    const on = await gateway();
    await on.receive([customerMessage('1', 'hello')]);
    const reach = (reachable: boolean): object => ({ ...customerMessage('1', ''), type: 'reach', reachable });
    const marked = async (): Promise<boolean> =>
      (await on.database.db.selectFrom('identity').select('unreachable_at').executeTakeFirst())?.unreachable_at !==
      null;
    await on.receive([reach(false)]);
    expect(await marked()).toBe(true);
    await on.receive([reach(true)]);
    expect(await marked()).toBe(false);
    await on.receive([reach(false), customerMessage('1', 'back again')]);
    const activities = await on.database.db
      .selectFrom('message')
      .select('activity')
      .where('kind', '=', 'activity')
      .orderBy('seq')
      .execute();
    expect(activities.map(({ activity }) => activity)).toEqual([
      { change: 'unreachable' },
      { change: 'reachable' },
      { change: 'unreachable' },
    ]);
    const seqs = await on.database.db.selectFrom('message').select('seq').orderBy('seq').execute();
    expect(seqs.map(({ seq }) => seq)).toEqual(seqs.map((_, index) => index + 1));
    await on.receive([customerMessage('1', 'and now')]);
    expect(await marked()).toBe(false);
  });

  test.each([
    ['', false],
    [', also where a reply learned of the move first', true],
  ])(
    'a group that moved is answered at its new address, and what is written there goes on in the same threads%s',
    async (_name, byReply) => {
      const normalise: ChannelAccount['normalise'] = (payload) => {
        const event = payload as InboundMessage | { moved: [string, string] };
        return 'moved' in event
          ? [
              {
                outcome: 'moved',
                eventKey: `m${event.moved.join()}`,
                fromChatKey: event.moved[0],
                toChatKey: event.moved[1],
              },
            ]
          : [{ outcome: 'event', event }];
      };
      const on = await gateway({ channel: { normalise } });
      const inGroup = (chat: string, author: string, text: string): InboundMessage =>
        customerMessage(chat, text, {
          thread: { key: `${chat}/u${author}`, kind: 'group', chatKey: chat },
          author: { externalId: author, displayName: author, isBot: false },
        });
      await on.receive([inGroup('-40', 'ana', 'one'), inGroup('-40', 'bo', 'two'), inGroup('-401', 'eve', 'other')]);
      // What waits when the group moves is answered with what is written next.
      await eventually(() => expect(on.account.arrived).toHaveLength(3));
      // What a send is told of the new address is kept before the platform's own note of it comes.
      if (byReply) {
        await on.database.db
          .updateTable('thread')
          .set({ address: '-100/uana' })
          .where('address', '=', '-40/uana')
          .execute();
      }
      await on.receive([{ moved: ['-40', '-100'] }]);
      await on.receive([{ moved: ['-40', '-100'] }]);
      await on.receive([inGroup('-100', 'ana', 'three')]);
      const threads = await on.database.db
        .selectFrom('thread')
        .select(['address', 'chat_key'])
        .orderBy('address')
        .execute();
      expect(threads).toEqual([
        { address: '-100/uana', chat_key: '-100' },
        { address: '-100/ubo', chat_key: '-100' },
        { address: '-401/ueve', chat_key: '-401' },
      ]);
      await eventually(() =>
        expect(on.account.arrived.at(-1)).toMatchObject({ threadKey: '-100/uana', text: 'three' }),
      );
    },
  );

  test('nothing of a flood is fetched by itself', async () => {
    const on = await gateway({ ingest: { floodLimit: 2 } });
    const sent = (): InboundMessage =>
      customerMessage('1', '[photo]', { attachments: [photo()], extras: { standIn: 'file' } });
    await on.receive([sent(), sent(), sent()]);
    const states = (await attachments(on)).map(({ state, reason }) => `${state} ${reason ?? ''}`.trim());
    expect(states.sort((left, right) => left.localeCompare(right))).toEqual(['refused flood', 'waiting', 'waiting']);
  });

  test('files are leased by one instance, and by another when that one has ended', async () => {
    const on = await gateway();
    await on.receive([customerMessage('1', '[photo]', { attachments: [photo()], extras: { standIn: 'file' } })]);
    const claim = async (instance: string): Promise<number> =>
      (await on.database.pool.query('SELECT id FROM claim_files_v1($1, 10, ARRAY[]::uuid[])', [instance])).rowCount ??
      0;
    const mine = on.instance.id();
    const other = '01900000-0000-7000-8000-000000000001';
    expect(await claim(mine)).toBe(1);
    expect(await claim(other)).toBe(0);
    const [file] = await attachments(on);
    const settle = (instance: string, outcome: object) =>
      on.database.pool.query<{ done: boolean }>('SELECT settle_file_v1($1, $2, $3) AS done', [
        instance,
        file?.id,
        JSON.stringify(outcome),
      ]);
    expect((await settle(other, { state: 'gone' })).rows).toEqual([{ done: false }]);
    expect((await settle(mine, { state: 'waiting', retryMs: 0, reason: 'lost' })).rows).toEqual([{ done: true }]);
    expect(await claim(other)).toBe(1);
    expect((await settle(other, { state: 'stored', blobId: 'b'.repeat(64), sizeBytes: 3 })).rows).toEqual([
      { done: true },
    ]);
    expect(await attachments(on)).toMatchObject([{ state: 'stored', attempt: 2, size_bytes: 3 }]);
  });
});
