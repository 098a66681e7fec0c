import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { discordConfig } from '../../../../channels/discord/config.ts';
import { createDiscordAccount } from '../../../../channels/discord/index.ts';
import { createDiscordSimulator, type DiscordSimulator } from '../../../../channels/discord/simulator/index.ts';
import { type Button, GO_PRIVATE } from '../../../../src/core/model/extras.ts';
import type { InboundEvent } from '../../../../src/core/model/inbound.ts';
import type { ChannelAccount } from '../../../../src/core/ports/channel.ts';
import { createTestSink, type TestSink } from '../../../kit/channels/channel-harness.ts';
import { type RecordingDeps, recordingDeps } from '../../../kit/channels/recording.ts';
import { eventually } from '../../../kit/eventually.ts';

const TIMES = { firstRetryMs: 20, maxRetryMs: 100, storeRetryMs: 20, identifyGapMs: 20, backfillPerSecond: 200 };

describe('a Discord account at the simulated platform', () => {
  let simulator: DiscordSimulator;
  let deps: RecordingDeps;
  let account: ChannelAccount;
  let sink: TestSink;
  let ending: AbortController;
  let running: Promise<void> | undefined;
  let keys = 0;

  const begin = async (support: Record<string, string[]> = {}): Promise<void> => {
    const entry = { id: 'dc', channel: 'discord', token: simulator.token, apiRoot: simulator.apiRoot, support };
    deps = recordingDeps();
    account = createDiscordAccount(
      discordConfig.parse({ ...entry, support: { servers: [], channels: [], forums: [], roles: [], ...support } }),
      deps,
      TIMES,
    );
    sink = createTestSink((_data, bookmark) => {
      if (bookmark !== null) deps.records.bookmarks.set(bookmark.name, bookmark);
    });
    running = account.receive?.(sink.sink, ending.signal);
    await eventually(() => deps.states.some(({ state }) => state === 'connected'));
  };
  const events = (): InboundEvent[] =>
    sink.stored.flatMap((payload) =>
      account
        .normalise(JSON.parse(payload.toString('utf8')))
        .flatMap((one) => (one.outcome === 'event' ? [one.event] : [])),
    );
  const texts = (): string[] => events().flatMap((event) => (event.type === 'message' ? [event.text] : []));
  const send = async (threadKey: string, text: string, buttons: readonly (readonly Button[])[] = []) => {
    keys += 1;
    const [part = {}] = account.render({ text, buttons });
    const idempotencyKey = Buffer.alloc(16, keys).toString('base64url');
    return account.send({ action: 'send', threadKey, part, madeAtMs: Date.now(), idempotencyKey }, ending.signal);
  };

  beforeEach(async () => {
    simulator = createDiscordSimulator();
    await simulator.start();
    ending = new AbortController();
  });
  afterEach(async () => {
    ending.abort();
    await running;
    await account.close();
    await simulator.stop();
  });

  test('in servers only what is meant for us counts, and chatter is not stored', async () => {
    const guild = simulator.guild();
    const lounge = guild.addChannel('lounge');
    const help = guild.addChannel('help');
    const forum = guild.addForum('questions');
    await begin({ channels: [help], forums: [forum] });
    const ana = simulator.customer(undefined, { username: 'ana', globalName: 'Ana' });
    ana.write('just chatting', { channelId: lounge });
    ana.write(`<@${simulator.botId}> lost my 2fa`, { channelId: lounge });
    const post = ana.openPost(forum, 'Withdrawal stuck', 'please look');
    ana.write('anybody?', { channelId: help });
    await eventually(() => expect(texts()).toHaveLength(3));
    expect(texts().toSorted()).toEqual(['@support lost my 2fa', 'anybody?', 'please look']);
    const inPost = events().find((event) => event.type === 'message' && event.text === 'please look');
    expect(inPost?.thread).toEqual({
      key: `${post.channelId}/u${ana.id}`,
      kind: 'group',
      chatKey: post.channelId,
      title: 'Withdrawal stuck',
    });
    expect(events().find((event) => 'text' in event && event.text === 'anybody?')?.thread.title).toBe('#help');
    // Whoever answers us goes on talking to us.
    const sent = await send(`${lounge}/u${ana.id}`, 'We are looking into it');
    if (sent.kind !== 'sent') throw new Error(sent.kind);
    ana.write('thanks', { channelId: lounge, replyTo: sent.externalId?.split(':')[1] ?? '' });
    ana.write('unrelated', { channelId: lounge });
    await eventually(() => expect(texts()).toContain('thanks'));
    expect(texts()).not.toContain('unrelated');
    expect(sink.stored).toHaveLength(4);
  });

  test('edits, deletions and reactions of a direct message', async () => {
    await begin();
    const ana = simulator.customer(undefined, { username: 'ana', globalName: 'Ana' });
    const first = ana.write('tpyo');
    await eventually(() => expect(events()).toHaveLength(1));
    ana.edit(first, 'typo');
    ana.unfurl(first, [{ type: 'link', title: 'x' }]);
    ana.react(first, '👍');
    ana.react(first, '🎉');
    ana.unreact(first, '👍');
    ana.remove(first);
    await eventually(() => expect(events().at(-1)?.type).toBe('delete'));
    const seen = events();
    const targetExternalId = `${ana.dm}:${first.id}`;
    // The unfurled link brings the edit once more, under its key.
    const edits = new Map(seen.flatMap((event) => (event.type === 'edit' ? [[event.eventKey, event]] : [])));
    expect([...edits.values()]).toMatchObject([{ targetExternalId, text: 'typo' }]);
    expect(seen.filter(({ type }) => type === 'reaction').every((event) => event.author.externalId === ana.id)).toBe(
      true,
    );
    expect(seen.at(-1)).toMatchObject({
      type: 'delete',
      targetExternalId,
      author: { externalId: ana.id, displayName: 'Ana', handle: 'ana' },
    });
    expect(new Set(seen.map(({ thread }) => thread.key))).toEqual(new Set([ana.dm]));
  });

  test('a reaction brings the whole new set', async () => {
    await begin();
    const ana = simulator.customer();
    const first = ana.write('hi');
    await eventually(() => expect(events()).toHaveLength(1));
    const sets = (): string[][] => events().flatMap((event) => (event.type === 'reaction' ? [event.emoji] : []));
    const after = async (act: () => void, wanted: string[]): Promise<void> => {
      const before = sets().length;
      act();
      await eventually(() => expect(sets()).toHaveLength(before + 1));
      expect(sets().at(-1)?.toSorted()).toEqual(wanted.toSorted());
    };
    await after(() => ana.react(first, '👍'), ['👍']);
    await after(() => ana.react(first, '🎉'), ['👍', '🎉']);
    await after(() => ana.unreact(first, '👍'), ['🎉']);
    await after(() => ana.react(first, '👍'), ['👍', '🎉']);
    await after(() => ana.unreact(first, '🎉'), ['👍']);
    const event = events().map(({ eventKey }) => eventKey);
    expect(new Set(event).size).toBe(event.length);
  });

  test('our reaction replaces the one before, and none takes it back', async () => {
    await begin();
    const ana = simulator.customer();
    const first = ana.write('hi');
    ana.react(first, '👍');
    const put = async (text: string) =>
      account.send(
        {
          action: 'react',
          threadKey: ana.dm,
          part: { text },
          targetExternalId: `${ana.dm}:${first.id}`,
          madeAtMs: Date.now(),
          idempotencyKey: 'r',
        },
        ending.signal,
      );
    const ours = (): string[] =>
      ana
        .sees()[0]
        ?.reactions.filter(({ users }) => users.includes(simulator.botId))
        .map(({ emoji }) => emoji) ?? [];
    for (const emoji of ['👍', '🎉', '', '']) {
      expect((await put(emoji)).kind).toBe('sent');
      expect(ours()).toEqual(emoji === '' ? [] : [emoji]);
    }
    expect(ana.sees()[0]?.reactions).toEqual([{ emoji: '👍', users: [ana.id] }]);
  });

  test('/support opens a form, and what is written in it goes on in a private thread', async () => {
    const guild = simulator.guild();
    const lounge = guild.addChannel('lounge');
    await begin();
    await eventually(() => expect(simulator.commands).toHaveLength(2));
    const ana = simulator.customer(undefined, { username: 'ana' });
    const command = ana.command('support', { channelId: lounge });
    await eventually(() => expect(command.answer?.type).toBe(9));
    const form = ana.submit(command, { text: 'My withdrawal is **stuck**' });
    await eventually(() => expect(texts()).toEqual(['My withdrawal is **stuck**']));
    expect(form.answer).toMatchObject({ type: 5, data: { flags: 64 } });
    const [event] = events();
    if (event?.type !== 'message') throw new Error('no message');
    expect(event.thread).toMatchObject({ kind: 'private' });
    expect(event.thread.key).not.toContain(lounge);
    await account.acknowledge?.(event.acknowledge ?? {}, ending.signal);
    const notice = ana.sees(lounge).find(({ ephemeral }) => ephemeral);
    expect(notice?.content).toMatch(/received your message/u);
    expect((await send(event.thread.key, 'We have a look')).kind).toBe('sent');
    const [threadId = ''] = event.thread.key.split('/');
    expect(ana.sees(threadId).map(({ content }) => content)).toContain('We have a look');
    expect(ana.sees(lounge).filter(({ ephemeral }) => !ephemeral)).toEqual([]);
    // In there every word counts.
    ana.write('any news?', { channelId: threadId });
    await eventually(() => expect(texts()).toContain('any news?'));
    expect(events().at(-1)?.thread.key).toBe(event.thread.key);
  });

  test('a button of ours in a channel leads into a private thread, always the same for one person', async () => {
    const guild = simulator.guild();
    const lounge = guild.addChannel('lounge');
    await begin({ channels: [lounge] });
    expect(account.opensPrivately).toBe(true);
    const [ana, bob] = [simulator.customer(undefined, { username: 'ana' }), simulator.customer()];
    ana.write('where is my money', { channelId: lounge });
    await eventually(() => expect(texts()).toHaveLength(1));
    await send(`${lounge}/u${ana.id}`, 'Let us look', [[{ label: 'Continue in private', data: GO_PRIVATE }]]);
    const press = ana.press('Continue in private', { channelId: lounge });
    await eventually(() => expect(events()).toHaveLength(2));
    expect(press.answer).toMatchObject({ type: 5, data: { flags: 64 } });
    const arrival = events()[1];
    expect(arrival).toMatchObject({
      text: 'Continue in private',
      thread: { kind: 'private' },
      continues: `${lounge}/u${ana.id}`,
      author: { externalId: ana.id },
      extras: { arrives: true },
    });
    if (arrival?.type !== 'message') throw new Error('no message');
    await account.acknowledge?.(arrival.acknowledge ?? {}, ending.signal);
    const [threadId = ''] = arrival.thread.key.split('/');
    expect(ana.sees(lounge).find(({ ephemeral }) => ephemeral)?.content).toContain(`<#${threadId}>`);
    expect(ana.places().find(({ id }) => id === threadId)?.kind).toBe('private thread');
    expect(bob.places().map(({ id }) => id)).not.toContain(threadId);
    ana.press('Continue in private', { channelId: lounge });
    bob.press('Continue in private', { channelId: lounge });
    await eventually(() => expect(events()).toHaveLength(4));
    const [, , again, another] = events();
    expect(again?.thread).toEqual(arrival.thread);
    expect(another?.author.externalId).toBe(bob.id);
    expect(another?.thread.key).not.toContain(threadId);
  });

  test('whoever wants to go on in private where that cannot be is told so, and nothing is lost', async () => {
    const guild = simulator.guild();
    const lounge = guild.addChannel('lounge');
    await begin({ channels: [lounge] });
    const ana = simulator.customer();
    await send(`${lounge}/u${ana.id}`, 'Let us look', [[{ label: 'Continue in private', data: GO_PRIVATE }]]);
    const undo = simulator.faults.add({
      kind: 'refuse',
      route: 'POST /channels/:id/threads',
      status: 403,
      code: 50_013,
    });
    ana.press('Continue in private', { channelId: lounge });
    await eventually(() =>
      expect(ana.sees(lounge).find(({ ephemeral }) => ephemeral)?.content).toMatch(/direct message/u),
    );
    // Whoever pressed is answered within Discord's three seconds, whether or not it is stored by then.
    await eventually(() => expect(sink.stored).toHaveLength(1));
    expect(events()).toEqual([]);
    undo();
    ana.press('Continue in private', { channelId: lounge });
    await eventually(() => expect(events()).toHaveLength(1));
  });

  test('the contact button opens the form too', async () => {
    const guild = simulator.guild();
    const lounge = guild.addChannel('lounge');
    await begin();
    const owner = simulator.customer();
    owner.command('support-button', { channelId: lounge });
    const ana = simulator.customer();
    const press = await eventually(() => ana.press('Contact support', { channelId: lounge }));
    await eventually(() => expect(press.answer?.type).toBe(9));
    expect(events()).toEqual([]);
  });

  test('nobody is pinged, whatever a text says', async () => {
    const guild = simulator.guild();
    const lounge = guild.addChannel('lounge');
    await begin();
    const ana = simulator.customer();
    const words = ['@everyone', '@here', `<@${ana.id}>`, `<@!${ana.id}>`, '<@&100000000000000777>', `**<@${ana.id}>**`];
    for (const text of [...words, words.join(' '), `> ${words.join('\n> ')}`])
      expect((await send(`${lounge}/u${ana.id}`, text)).kind).toBe('sent');
    keys += 1;
    const [part = {}] = account.render({
      text: '',
      body: {
        v: 1,
        tree: {
          type: 'root',
          children: [{ type: 'paragraph', children: [{ type: 'mention', externalId: ana.id, label: '@Ana' }] }],
        },
      },
    });
    const idempotencyKey = Buffer.alloc(16, keys).toString('base64url');
    await account.send(
      { action: 'send', threadKey: `${lounge}/u${ana.id}`, part, madeAtMs: Date.now(), idempotencyKey },
      ending.signal,
    );
    const posted = simulator.log.messages.filter(({ channelId }) => channelId === lounge);
    expect(posted).toHaveLength(words.length + 3);
    for (const { pings, allowedMentions } of posted) {
      expect(pings).toEqual({ users: [], roles: [], everyone: false });
      expect(allowedMentions).toEqual({ parse: [], replied_user: false });
    }
  });

  test('the same person with a new name has the same id', async () => {
    await begin();
    const ana = simulator.customer(undefined, { username: 'ana', globalName: 'Ana' });
    ana.write('one');
    await eventually(() => expect(events()).toHaveLength(1));
    ana.rename({ username: 'ana_b', globalName: null });
    ana.write('two');
    await eventually(() => expect(events()).toHaveLength(2));
    expect(events().map(({ author }) => author)).toEqual([
      { externalId: ana.id, displayName: 'Ana', handle: 'ana', isBot: false },
      { externalId: ana.id, displayName: 'ana_b', handle: 'ana_b', isBot: false },
    ]);
  });

  test('a form that cannot get a private thread goes on in its channel; a thread nobody may see is no error', async () => {
    const guild = simulator.guild();
    const lounge = guild.addChannel('lounge');
    await begin();
    simulator.faults.add({ kind: 'refuse', route: 'POST /channels/:id/threads', status: 403, code: 50_013 });
    const ana = simulator.customer();
    const command = ana.command('support', { channelId: lounge });
    await eventually(() => expect(command.answer?.type).toBe(9));
    ana.submit(command, { text: 'help' });
    await eventually(() => expect(texts()).toEqual(['help']));
    expect(events()[0]?.thread.key).toBe(`${lounge}/u${ana.id}`);
  });
});
