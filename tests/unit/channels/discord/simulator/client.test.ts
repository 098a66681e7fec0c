import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ActionRowBuilder, ButtonBuilder, ButtonStyle, Client, Events, GatewayIntentBits, Partials } from 'discord.js';
import { createDiscordSimulator, type DiscordSimulator } from '../../../../../channels/discord/simulator/index.ts';

let simulator: DiscordSimulator;
let client: Client;

beforeEach(async () => {
  simulator = createDiscordSimulator();
  await simulator.start();
  client = new Client({
    intents: [
      GatewayIntentBits.Guilds,
      GatewayIntentBits.GuildMessages,
      GatewayIntentBits.DirectMessages,
      GatewayIntentBits.MessageContent,
    ],
    partials: [Partials.Channel, Partials.Message],
    rest: { api: simulator.apiRoot, version: '10' },
  });
});

afterEach(async () => {
  await client.destroy();
  await simulator.stop();
});

describe('discord.js, unchanged', () => {
  test('signs in, hears a direct message and a post in a server, and answers both', async () => {
    const server = simulator.guild();
    const channelId = server.addChannel('help');
    const customer = simulator.customer();
    client.on(Events.MessageCreate, (message) => {
      if (!message.author.bot) void message.reply(`heard ${message.content}`);
    });
    const ready = once(client, 'clientReady');
    await client.login(simulator.token);
    await ready;
    expect(client.user?.id).toBe(simulator.botId);
    expect(client.guilds.cache.get(server.id)?.channels.cache.has(channelId)).toBe(true);

    const inDm = simulator.waitForMessage(({ channelId: at }) => at === customer.dm);
    customer.write('in private');
    expect((await inDm).content).toBe('heard in private');
    const inServer = simulator.waitForMessage(({ channelId: at }) => at === channelId);
    const asked = customer.write('in public', { channelId });
    expect(await inServer).toMatchObject({ content: 'heard in public', referenceId: asked.id });
  });

  test('resumes after a cut with what it missed, and identifies anew after an invalid session', async () => {
    const heard: string[] = [];
    client.on(Events.MessageCreate, (message) => void heard.push(message.content));
    const ready = once(client, 'clientReady');
    await client.login(simulator.token);
    await ready;
    const customer = simulator.customer();
    const resumed = once(client, 'shardResume');
    simulator.cut();
    customer.write('written while nobody listened');
    await resumed;
    expect(heard).toEqual(['written while nobody listened']);

    const again = once(client, 'shardReady');
    simulator.forgetSessions();
    simulator.cut();
    await again;
    expect(simulator.log.gateway.map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual([
      'identify ready',
      'resume resumed',
      'resume invalid_session',
      'identify ready',
    ]);
  });

  test('files, edits, reactions, typing, threads and the answer to a press go through its own methods', async () => {
    const customer = simulator.customer();
    const channelId = simulator.guild().addChannel('help');
    const ready = once(client, 'clientReady');
    await client.login(simulator.token);
    await ready;
    const channel = await client.channels.fetch(channelId);
    if (channel === null || !channel.isSendable() || !('threads' in channel)) throw new Error('no text channel');
    const sent = await channel.send({
      content: 'one',
      files: [{ attachment: Buffer.from('bytes'), name: 'a b.txt' }],
      components: [
        new ActionRowBuilder<ButtonBuilder>().addComponents(
          new ButtonBuilder().setStyle(ButtonStyle.Primary).setLabel('Yes').setCustomId('yes'),
        ),
      ],
    });
    await sent.edit('two');
    await sent.react('👍');
    await channel.sendTyping();
    const thread = await sent.startThread({ name: 'talk' });
    expect(thread.parentId).toBe(channelId);
    const [seen] = customer.sees(channelId);
    expect(seen).toMatchObject({
      content: 'two',
      edited: true,
      reactions: [{ emoji: '👍', users: [simulator.botId] }],
    });
    expect(seen?.files.map(({ filename, bytes }) => [filename, Buffer.from(bytes).toString()])).toEqual([
      ['a_b.txt', 'bytes'],
    ]);
    expect(simulator.typing.map((one) => one.channelId)).toEqual([channelId]);

    const pressed = once(client, Events.InteractionCreate);
    const interaction = customer.press('Yes', { channelId });
    const [heard] = await pressed;
    await heard.reply({ content: 'only you', flags: 64 });
    expect(simulator.interactions.find(({ id }) => id === interaction.id)?.answer?.type).toBe(4);
    expect(customer.sees(channelId).at(-1)).toMatchObject({ content: 'only you', ephemeral: true });
    expect(
      simulator
        .customer()
        .sees(channelId)
        .map(({ content }) => content),
    ).toEqual(['two']);
  });
});
