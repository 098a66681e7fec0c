import type { PlatformClock } from '../../shared/simulator/clock.ts';
import { signLink } from './file-links.ts';
import {
  CHANNEL,
  type Channel,
  type GuildState,
  type Message,
  type StoredAttachment,
  THREAD_TYPES,
  type User,
  type World,
} from './world.ts';

/** What views are made from. `origin`: scheme, host and port of the simulator; `linkLifeMs`: how long links to files live. */
export interface ViewContext {
  world: World;
  clock: PlatformClock;
  origin(): string;
  linkLifeMs(): number;
  botId: string;
}

type Json = Record<string, unknown>;

/** A user object of the API. */
export function viewUser(user: User): Json {
  return {
    id: user.id,
    username: user.username,
    discriminator: '0',
    global_name: user.globalName,
    avatar: null,
    avatar_decoration_data: null,
    clan: null,
    primary_guild: null,
    public_flags: 0,
    ...(user.bot ? { bot: true } : {}),
  };
}

function userOf(context: ViewContext, id: string): User {
  return context.world.users.get(id) ?? { id, username: `deleted_user_${id.slice(-4)}`, globalName: null, bot: false };
}

/** A member object without its user, as messages carry it. */
export function viewMember(): Json {
  return {
    roles: [],
    nick: null,
    avatar: null,
    joined_at: '2024-01-01T00:00:00.000000+00:00',
    premium_since: null,
    deaf: false,
    mute: false,
    flags: 0,
    pending: false,
    communication_disabled_until: null,
  };
}

export function viewAttachment(context: ViewContext, channelId: string, file: StoredAttachment): Json {
  const url = signLink(context.origin(), channelId, file, context.clock, context.linkLifeMs());
  return {
    id: file.id,
    filename: file.filename,
    size: file.bytes.byteLength,
    url,
    proxy_url: url,
    content_type: file.contentType,
    content_scan_version: 0,
    ...(file.description === null ? {} : { description: file.description }),
  };
}

/** Ids of those a text names, as the platform reads it. */
export function mentionedUsers(content: string): string[] {
  return [...new Set([...content.matchAll(/<@!?(\d{15,20})>/g)].map((match) => match[1] ?? ''))];
}

/**
 * Whom a message of a bot pings: what its text names, cut to what `allowed_mentions` lets through (docs, "Allowed Mentions
 * Object"; without one, everything is parsed).
 */
export function pingsOf(
  message: Message,
  repliedTo: string | null,
): { users: string[]; roles: string[]; everyone: boolean } {
  const users = mentionedUsers(message.content);
  const roles = [...new Set([...message.content.matchAll(/<@&(\d{15,20})>/g)].map((match) => match[1] ?? ''))];
  const everyone = /@(?:everyone|here)/.test(message.content);
  const allowed = message.allowedMentions;
  const replied = repliedTo === null ? [] : [repliedTo];
  if (allowed === null) return { users: [...new Set([...users, ...replied])], roles, everyone };
  const parse = listOf(allowed['parse']);
  const may = (kind: 'users' | 'roles', ids: string[]): string[] =>
    parse.includes(kind) ? ids : ids.filter((id) => listOf(allowed[kind]).includes(id));
  return {
    users: [...new Set([...may('users', users), ...(allowed['replied_user'] === true ? replied : [])])],
    roles: may('roles', roles),
    everyone: everyone && parse.includes('everyone'),
  };
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}

function iso(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000+00:00');
}

/** A message object as REST answers it: no guild_id, no member. `deep`: with the message it answers. */
export function viewMessage(context: ViewContext, message: Message, deep = true): Json {
  const channel = context.world.channels.get(message.channelId);
  const answered =
    message.referenceId === null ? null : context.world.findMessage(message.channelId, message.referenceId);
  const author = userOf(context, message.authorId);
  const pings = author.bot
    ? pingsOf(message, answered?.authorId ?? null)
    : { users: mentionedUsers(message.content), roles: [], everyone: false };
  const mentioned = [...new Set([...pings.users, ...(answered === null || author.bot ? [] : [answered.authorId])])];
  return {
    id: message.id,
    channel_id: message.channelId,
    author: viewUser(author),
    content: message.content,
    timestamp: iso(message.createdMs),
    edited_timestamp: message.editedMs === null ? null : iso(message.editedMs),
    tts: false,
    mention_everyone: pings.everyone,
    mentions: mentioned.map((id) => viewUser(userOf(context, id))),
    mention_roles: pings.roles,
    attachments: message.attachments.map((file) => viewAttachment(context, message.channelId, file)),
    embeds: message.embeds,
    components: message.components,
    pinned: false,
    type: message.type,
    flags: message.flags,
    ...(message.stickers.length > 0 ? { sticker_items: message.stickers } : {}),
    ...(message.nonce === null ? {} : { nonce: message.nonce }),
    ...(message.webhookId === null ? {} : { webhook_id: message.webhookId, application_id: message.webhookId }),
    ...(message.reactions.size > 0
      ? {
          reactions: [...message.reactions].map(([emoji, users]) => ({
            emoji: viewEmoji(emoji),
            count: users.size,
            count_details: { burst: 0, normal: users.size },
            me: users.has(context.botId),
            me_burst: false,
            burst_colors: [],
          })),
        }
      : {}),
    ...(message.referenceId === null
      ? {}
      : {
          message_reference: {
            type: 0,
            message_id: message.referenceId,
            channel_id: message.channelId,
            ...(channel?.guildId ? { guild_id: channel.guildId } : {}),
          },
          ...(deep ? { referenced_message: answered === null ? null : viewMessage(context, answered, false) } : {}),
        }),
  };
}

/** A message as MESSAGE_CREATE brings it: with what the gateway adds (docs, "Message Create"). */
export function viewDispatchedMessage(context: ViewContext, message: Message): Json {
  const channel = context.world.channels.get(message.channelId);
  const view: Json = { ...viewMessage(context, message), channel_type: channel?.type ?? CHANNEL.text };
  if (channel?.guildId) {
    view['guild_id'] = channel.guildId;
    if (message.webhookId === null) view['member'] = viewMember();
  }
  return view;
}

/** An emoji: a plain one, or `name:id` of a custom one. */
export function viewEmoji(emoji: string): Json {
  const custom = /^(?:a:)?(\w+):(\d{15,20})$/.exec(emoji);
  return custom === null ? { id: null, name: emoji } : { id: custom[2], name: custom[1] };
}

export function viewChannel(context: ViewContext, channel: Channel): Json {
  if (channel.type === CHANNEL.dm) {
    return {
      id: channel.id,
      type: channel.type,
      last_message_id: channel.lastMessageId,
      flags: 0,
      recipients: channel.recipientId === null ? [] : [viewUser(userOf(context, channel.recipientId))],
    };
  }
  const view: Json = {
    id: channel.id,
    type: channel.type,
    guild_id: channel.guildId,
    name: channel.name,
    parent_id: channel.parentId,
    last_message_id: channel.lastMessageId,
    flags: 0,
    rate_limit_per_user: 0,
  };
  if (!THREAD_TYPES.has(channel.type)) {
    return {
      ...view,
      position: 0,
      permission_overwrites: [],
      nsfw: false,
      topic: null,
      ...(channel.type === CHANNEL.forum
        ? { available_tags: [], default_reaction_emoji: null, default_sort_order: null, default_forum_layout: 0 }
        : {}),
    };
  }
  return {
    ...view,
    owner_id: channel.ownerId,
    message_count: channel.messages.length,
    total_message_sent: channel.messages.length,
    member_count: channel.members.size,
    thread_metadata: {
      archived: channel.archived,
      auto_archive_duration: 1440,
      archive_timestamp: iso(channel.archivedMs ?? Date.UTC(2024, 0)),
      locked: channel.locked,
      create_timestamp: '2024-01-01T00:00:00.000000+00:00',
      ...(channel.type === CHANNEL.privateThread ? { invitable: false } : {}),
    },
  };
}

/** A guild as GUILD_CREATE brings it; channels the bot may not see are left out. */
export function viewGuild(context: ViewContext, guild: GuildState): Json {
  const all = [...guild.channelIds].flatMap((id) => context.world.channels.get(id) ?? []);
  const seen = all.filter((channel) => !channel.denied.has('view'));
  return {
    id: guild.id,
    name: guild.name,
    icon: null,
    splash: null,
    discovery_splash: null,
    owner_id: guild.ownerId,
    afk_channel_id: null,
    afk_timeout: 300,
    verification_level: 0,
    default_message_notifications: 1,
    explicit_content_filter: 0,
    roles: [
      {
        id: guild.id,
        name: '@everyone',
        color: 0,
        colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
        hoist: false,
        position: 0,
        permissions: '2251799813685247',
        managed: false,
        mentionable: false,
        flags: 0,
      },
    ],
    emojis: [],
    stickers: [],
    features: [],
    mfa_level: 0,
    application_id: null,
    system_channel_id: null,
    system_channel_flags: 0,
    rules_channel_id: null,
    vanity_url_code: null,
    description: null,
    banner: null,
    premium_tier: 0,
    preferred_locale: 'en-US',
    public_updates_channel_id: null,
    nsfw_level: 0,
    premium_progress_bar_enabled: false,
    safety_alerts_channel_id: null,
    joined_at: '2024-01-01T00:00:00.000000+00:00',
    large: false,
    unavailable: false,
    member_count: guild.memberIds.size + 1,
    voice_states: [],
    members: [{ ...viewMember(), user: viewUser(userOf(context, context.botId)) }],
    channels: seen.filter((channel) => !THREAD_TYPES.has(channel.type)).map((channel) => viewChannel(context, channel)),
    threads: seen
      .filter((channel) => THREAD_TYPES.has(channel.type) && !channel.archived)
      .map((channel) => viewChannel(context, channel)),
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
}
