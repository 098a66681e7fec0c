import { afterEach, describe, expect, test } from '@jest/globals';
import type { DiscordCustomer } from '../../../../channels/discord/simulator/index.ts';
import { eventually } from '../../../kit/eventually.ts';
import { type AccountStand, formData, interactionOf, startAccount } from './account-stand.ts';

/** What a dispatch may leave out by Discord's own description is looked up; what cannot be found holds nothing up. */

const FORM = 5;
const REPLY = 19;
const MESSAGE = 'GET /channels/:id/messages/:message';

let on: AccountStand;
afterEach(async () => {
  await on.stop();
});

describe('a form that comes without its channel', () => {
  const submit = (channelId: string, guildId: string, over: Record<string, unknown> = {}): DiscordCustomer => {
    const ana = on.simulator.customer();
    const given = { type: FORM, data: formData('stuck'), guild_id: guildId, channel_id: channelId, ...over };
    on.simulator.dispatch('INTERACTION_CREATE', interactionOf(ana.id, given), guildId);
    return ana;
  };
  const privateThreadOf = (ana: DiscordCustomer): string | undefined =>
    ana.places().find(({ kind }) => kind === 'private thread')?.id;

  test('goes on in a private thread all the same', async () => {
    on = await startAccount();
    const guild = on.simulator.guild();
    const lounge = guild.addChannel('lounge');
    const ana = submit(lounge, guild.id);
    await eventually(() => expect(on.texts()).toEqual(['stuck']));
    const threadId = privateThreadOf(ana);
    expect(threadId).toBeDefined();
    expect(on.events()[0]).toMatchObject({
      thread: { key: `${threadId}/u${ana.id}`, kind: 'private' },
      continues: `${lounge}/u${ana.id}`,
    });
  });

  test.each([
    ['without what it lies in', { type: 11 }],
    ['without its kind', {}],
  ])('from a thread %s too', async (_, channel) => {
    on = await startAccount();
    const guild = on.simulator.guild();
    const thread = guild.addThread(guild.addChannel('lounge'), 'Trouble');
    const ana = submit(thread, guild.id, { channel: { id: thread, ...channel } });
    await eventually(() => expect(on.texts()).toEqual(['stuck']));
    expect(privateThreadOf(ana)).toBeDefined();
    expect(on.events()[0]?.thread.kind).toBe('private');
  });

  test('from a private thread stays in there, as private', async () => {
    on = await startAccount();
    const guild = on.simulator.guild();
    const thread = guild.addThread(guild.addChannel('lounge'), 'Trouble', { private: true });
    const ana = submit(thread, guild.id);
    await eventually(() => expect(on.texts()).toEqual(['stuck']));
    expect(on.events()[0]?.thread).toMatchObject({ key: `${thread}/u${ana.id}`, kind: 'private' });
  });
});

test('a reaction on a message that may not be read holds up nothing of its channel', async () => {
  on = await startAccount();
  const ana = on.simulator.customer();
  const first = ana.write('one');
  await eventually(() => expect(on.texts()).toEqual(['one']));
  on.simulator.faults.add({ kind: 'refuse', route: MESSAGE, status: 403, code: 50_001 });
  ana.react(first, '👍');
  ana.write('two');
  await eventually(() => expect(on.texts()).toEqual(['one', 'two']));
});

describe('a reply without a ping that comes without the message it answers', () => {
  const asked = (): number => on.simulator.log.calls.filter(({ route }) => route === MESSAGE).length;
  const reply = (lounge: string, guildId: string, content: string, answers: string, over: object = {}): void => {
    const ana = on.simulator.customer();
    const written = ana.write(content, { channelId: lounge, silent: true });
    on.simulator.dispatch(
      'MESSAGE_CREATE',
      {
        id: written.id,
        channel_id: lounge,
        guild_id: guildId,
        channel_type: 0,
        type: REPLY,
        content,
        author: { id: ana.id, username: 'ana', discriminator: '0', global_name: 'Ana' },
        timestamp: new Date().toISOString(),
        mentions: [],
        mention_roles: [],
        attachments: [],
        embeds: [],
        message_reference: { type: 0, message_id: answers, channel_id: lounge, guild_id: guildId },
        ...over,
      },
      guildId,
    );
  };

  test('counts when it answers us, and not when it answers somebody else', async () => {
    on = await startAccount();
    const guild = on.simulator.guild();
    const lounge = guild.addChannel('lounge');
    const ours = on.simulator.say(lounge, 'We are looking into it');
    const others = on.simulator.customer().write('hello all', { channelId: lounge });
    reply(lounge, guild.id, 'to somebody', others.id);
    reply(lounge, guild.id, 'thanks', ours);
    await eventually(() => expect(on.texts()).toEqual(['thanks']));
    expect(asked()).toBe(2);
    expect(on.sink.stored).toHaveLength(1);
  });

  test('is asked for once, however often it has to be stored', async () => {
    on = await startAccount();
    const guild = on.simulator.guild();
    const lounge = guild.addChannel('lounge');
    const ours = on.simulator.say(lounge, 'We are looking into it');
    on.sink.refuse(3);
    reply(lounge, guild.id, 'thanks', ours);
    await eventually(() => expect(on.texts()).toEqual(['thanks']));
    expect(asked()).toBe(1);
  });

  test('is chatter when that one is deleted or may not be read, and holds nothing up', async () => {
    on = await startAccount();
    const guild = on.simulator.guild();
    const lounge = guild.addChannel('lounge');
    const ours = on.simulator.say(lounge, 'We are looking into it');
    reply(lounge, guild.id, 'to what is gone', ours, { referenced_message: null });
    on.simulator.faults.add({ kind: 'refuse', route: MESSAGE, status: 403, code: 50_001, times: 1 });
    reply(lounge, guild.id, 'to what nobody may read', ours);
    on.simulator.customer().write(`<@${on.simulator.botId}> and me?`, { channelId: lounge });
    await eventually(() => expect(on.texts()).toEqual(['@support and me?']));
    expect(on.sink.stored).toHaveLength(1);
  });

  test('costs no call where every word counts, nor in a server that is not served', async () => {
    const [help, server] = ['500000000000000071', '600000000000000071'];
    on = await startAccount({ channels: [help], servers: [server] });
    const guild = on.simulator.guild(server);
    guild.addChannel('help', { id: help });
    const thread = guild.addThread(help, 'Trouble');
    const elsewhere = on.simulator.guild();
    const lounge = elsewhere.addChannel('lounge');
    reply(lounge, elsewhere.id, 'not served', on.simulator.say(lounge, 'hello'));
    reply(help, server, 'every word', on.simulator.say(help, 'hello'));
    await eventually(() => expect(on.texts()).toEqual(['every word']));
    reply(thread, server, 'of its threads too', on.simulator.say(thread, 'hello'), { channel_type: 11 });
    await eventually(() => expect(on.texts()).toEqual(['every word', 'of its threads too']));
    expect(asked()).toBe(0);
  });
});
