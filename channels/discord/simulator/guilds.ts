import { type Doings, tellChannel } from './doings.ts';
import { INTENT } from './gateway/session.ts';
import { viewChannel, viewGuild } from './views.ts';
import { CHANNEL, type Channel, type GuildState } from './world.ts';

/** A server, with what its owner can do. */
export interface DiscordGuild {
  readonly id: string;
  /** Makes a channel and answers its id. */
  addChannel(name: string, options?: { type?: number; id?: string }): string;
  addForum(name: string): string;
  /** Makes a thread in a channel; private ones only their members see. */
  addThread(parentId: string, name: string, options?: { private?: boolean; ownerId?: string }): string;
  removeChannel(channelId: string): void;
  archive(threadId: string, archived?: boolean): void;
  lock(threadId: string, locked?: boolean): void;
  /** What the bot may no longer do in a channel; none: everything is allowed again. */
  deny(channelId: string, ...what: ('view' | 'send' | 'history')[]): void;
  /** The bot is thrown out: GUILD_DELETE; `join` takes it back. */
  remove(): void;
  join(): void;
  /** The server is away for a while: GUILD_DELETE with `unavailable`. */
  outage(): void;
}

export function createGuild(doings: Doings, guild: GuildState): DiscordGuild {
  const { context, hub } = doings;
  const channelOf = (id: string): Channel => {
    const channel = context.world.channels.get(id);
    if (channel === undefined) throw new Error(`the simulator has no channel ${id}`);
    return channel;
  };
  const tell = (t: string, d: unknown): void =>
    hub.publish({ t, guildId: guild.id, intents: INTENT.guilds, view: () => d });

  return {
    id: guild.id,
    addChannel(name, options = {}) {
      const { type = CHANNEL.text, ...rest } = options;
      const channel = context.world.addChannel({ type, name, guildId: guild.id, ...rest });
      tellChannel(doings, 'CHANNEL_CREATE', channel);
      return channel.id;
    },
    addForum(name) {
      const channel = context.world.addChannel({ type: CHANNEL.forum, name, guildId: guild.id });
      tellChannel(doings, 'CHANNEL_CREATE', channel);
      return channel.id;
    },
    addThread(parentId, name, options = {}) {
      const thread = context.world.addChannel({
        type: options.private === true ? CHANNEL.privateThread : CHANNEL.publicThread,
        name,
        guildId: guild.id,
        parentId,
        ownerId: options.ownerId ?? guild.ownerId,
      });
      tellChannel(doings, 'THREAD_CREATE', thread);
      return thread.id;
    },
    removeChannel(channelId) {
      const channel = channelOf(channelId);
      context.world.channels.delete(channelId);
      guild.channelIds.delete(channelId);
      tell(channel.parentId === null ? 'CHANNEL_DELETE' : 'THREAD_DELETE', viewChannel(context, channel));
    },
    archive(threadId, archived = true) {
      Object.assign(channelOf(threadId), { archived, archivedMs: context.clock.nowMs() });
      tellChannel(doings, 'THREAD_UPDATE', channelOf(threadId));
    },
    lock(threadId, locked = true) {
      channelOf(threadId).locked = locked;
      tellChannel(doings, 'THREAD_UPDATE', channelOf(threadId));
    },
    deny(channelId, ...what) {
      channelOf(channelId).denied = new Set(what);
    },
    remove() {
      guild.joined = false;
      tell('GUILD_DELETE', { id: guild.id });
    },
    join() {
      guild.joined = true;
      tell('GUILD_CREATE', viewGuild(context, guild));
    },
    outage() {
      tell('GUILD_DELETE', { id: guild.id, unavailable: true });
    },
  };
}
