/**
 * Bare discord.js: an echo bot as its guide tells to write one, with the library's own caches or (`lean`) without those it does not need;
 * nothing stored, nothing queued.
 */
import { Client, Events, GatewayIntentBits, Options, Partials } from 'discord.js';
import { ready, settings } from './settings.js';

/** Everything that may grow with what is written in servers (guide: "Limiting caches"). What is left are servers, channels and roles. */
const LEAN = Options.cacheWithLimits({
  ...Options.DefaultMakeCacheSettings,
  AutoModerationRuleManager: 0,
  DMMessageManager: 0,
  GuildBanManager: 0,
  GuildEmojiManager: 0,
  GuildInviteManager: 0,
  GuildMemberManager: { maxSize: 0, keepOverLimit: (member) => member.id === member.client.user.id },
  GuildMessageManager: 0,
  GuildScheduledEventManager: 0,
  GuildStickerManager: 0,
  MessageManager: 0,
  PresenceManager: 0,
  ReactionManager: 0,
  ReactionUserManager: 0,
  StageInstanceManager: 0,
  ThreadManager: 0,
  ThreadMemberManager: 0,
  UserManager: { maxSize: 0, keepOverLimit: (user) => user.id === user.client.user.id },
  VoiceStateManager: 0,
});

const support = new Set(settings.supportChannels);
const client = new Client({
  intents: [
    GatewayIntentBits.Guilds,
    GatewayIntentBits.GuildMessages,
    GatewayIntentBits.GuildMessageReactions,
    GatewayIntentBits.DirectMessages,
    GatewayIntentBits.DirectMessageReactions,
    GatewayIntentBits.MessageContent,
  ],
  // Without it direct messages are not told of.
  partials: [Partials.Channel],
  shards: 'auto',
  allowedMentions: { parse: [] },
  // Its 50 a second are the platform's limit, which is not what is measured: nobody here keeps to it.
  rest: { api: settings.apiRoot, globalRequestsPerSecond: 100_000 },
  ...(settings.lean ? { makeCache: LEAN } : {}),
});
client.on(Events.Error, () => undefined);
client.on(Events.MessageCreate, (message) => {
  if (message.author.bot || (message.inGuild() && !support.has(message.channelId))) return;
  message.channel.send(message.content).catch(() => undefined);
});
client.once(Events.ClientReady, () => ready(() => client.destroy()));
await client.login(settings.token);
