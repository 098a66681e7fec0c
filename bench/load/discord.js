/** The Discord that contenders talk to: the project's own simulator with servers, channels and the people who write. */
import { createDiscordSimulator } from '../../dist/channels/discord/simulator/index.js';
import { fullServer } from './full-server.js';
import { wordsOf } from './updates.js';

/** Channels of the server in which every text is answered. */
const SUPPORT_CHANNELS = 20;
/** Channels of every other server. */
const CHANNELS_A_SERVER = 20;
/** Servers a shard serves; the platform recommends about as many. */
const SERVERS_A_SHARD = 1_000;
/** Characters of a message, as long as Telegram's. */
const WORDS = 400;
/** What the simulator keeps of calls and messages that are over, so that its memory does not slow it down. */
const LOG_LIMIT = 1_000;
/** Channels made later than this after the start of a session are new to it: nobody looks for older messages there. */
const LATER_MS = 120_000;
const POLL_MS = 20;

/** Before the ids of roles, emoji and people in voice channels. */
const FIRST_OTHER_ID = 700_000_000_000_000_000n;

/** Ids of people, apart from those the simulator gives. */
const personId = (number) => String(600_000_000_000_000_000n + BigInt(number));

/**
 * @param {{token: string, servers: number}} options servers: others than the one with the support channels
 * @param {(chat: number, text: string) => void} onReply told of each message of the bot; chat −1: written where its customer did not write
 */
export async function startDiscord({ token, servers }, onReply) {
  const shards = Math.max(1, Math.ceil(servers / SERVERS_A_SHARD));
  const gateway = { shards, maxConcurrency: shards };
  const simulator = createDiscordSimulator({ token, gateway, logLimit: LOG_LIMIT });
  const home = simulator.guild(undefined, { name: 'Example' });
  const support = Array.from({ length: SUPPORT_CHANNELS }, (_, at) => home.addChannel(`support-${at}`));
  const elsewhere = Array.from({ length: servers }, (_, at) => {
    const { id, addChannel } = simulator.guild(undefined, { name: `Server ${at}` });
    return {
      id,
      channelIds: Array.from({ length: CHANNELS_A_SERVER }, (_unused, channel) => addChannel(`${channel}`)),
    };
  });

  /** By index of the chat: its author and channel. Half of them are direct messages. */
  const chats = new Map();
  const chatsOfChannel = new Map();
  function chatOf(index) {
    let chat = chats.get(index);
    if (chat === undefined) {
      const customer = simulator.customer(personId(index));
      const channelId = index % 2 === 0 ? customer.dm : support[(index >> 1) % support.length];
      chat = { customer, channelId };
      chats.set(index, chat);
      chatsOfChannel.set(channelId, (chatsOfChannel.get(channelId) ?? new Set()).add(index));
    }
    return chat;
  }

  let expected = () => -1;
  simulator.log.onMessage(({ channelId, content }) => {
    const chat = expected(content);
    onReply(chatsOfChannel.get(channelId)?.has(chat) ? chat : -1, content);
  });

  /** Resolves once every shard has its session. */
  async function connected(patienceMs) {
    const sessions = () => simulator.log.gateway.filter(({ outcome }) => outcome === 'ready').length;
    for (const endMs = performance.now() + patienceMs; sessions() < shards; ) {
      if (performance.now() > endMs) throw new Error('nobody connected to the gateway');
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    simulator.clock.advance(LATER_MS);
    await comeBack();
  }

  /** What the simulator says of its servers is little; as after an outage, each tells of itself once more, in full. */
  async function comeBack() {
    let last = FIRST_OTHER_ID;
    const newId = () => {
      last += 1n;
      return String(last);
    };
    for (const [at, { id, channelIds }] of elsewhere.entries()) {
      const server = { id, name: `Server ${at}`, channelIds, botId: simulator.botId };
      simulator.dispatch('GUILD_CREATE', fullServer(server, newId), id);
      if (at % 100 === 99) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  await simulator.start();
  return {
    apiRoot: simulator.apiRoot,
    support,
    elsewhere,
    simulator,
    personId,
    connected,
    /** How a run hands over its messages. @param {(text: string) => number} chatOfText the chat that a text was written in */
    platform(chatOfText) {
      expected = chatOfText;
      return {
        bodyOf: (number, index) => ({ chat: chatOf(index), text: wordsOf(number, WORDS) }),
        free: () => true,
        post({ chat: { customer, channelId }, text }, done) {
          customer.write(text, { channelId });
          // The platform has it at once: how soon the gateway took it cannot be seen from here.
          queueMicrotask(() => done(200));
        },
        close: () => undefined,
      };
    },
    setLatency: (ms) => simulator.setLatency(ms),
  };
}
