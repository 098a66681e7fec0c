import type { PlatformClock } from '../../shared/simulator/clock.ts';
import { createSnowflakes } from '../../shared/simulator/snowflakes.ts';

/** The first second of 2015, where the platform's ids begin (docs, "Snowflakes"). */
const EPOCH_MS = 1_420_070_400_000;

/** Channel types of the API that the simulator knows (docs, "Channel Types"). */
export const CHANNEL = {
  text: 0,
  dm: 1,
  announcement: 5,
  announcementThread: 10,
  publicThread: 11,
  privateThread: 12,
  forum: 15,
} as const;
export const THREAD_TYPES: ReadonlySet<number> = new Set([10, 11, 12]);

export interface User {
  id: string;
  username: string;
  globalName: string | null;
  bot: boolean;
}

export interface StoredAttachment {
  id: string;
  filename: string;
  contentType: string;
  bytes: Uint8Array;
  description: string | null;
}

/** What a bot said must not be pinged, as it came; null: it said nothing, so that everything is parsed. */
export type AllowedMentions = Readonly<Record<string, unknown>> | null;

export interface Message {
  id: string;
  channelId: string;
  authorId: string;
  content: string;
  createdMs: number;
  editedMs: number | null;
  /** Message type of the API: 0, 19 reply, 20 command, 21 thread starter … */
  type: number;
  flags: number;
  attachments: StoredAttachment[];
  embeds: unknown[];
  components: unknown[];
  stickers: unknown[];
  reactions: Map<string, Set<string>>;
  nonce: string | number | null;
  referenceId: string | null;
  allowedMentions: AllowedMentions;
  webhookId: string | null;
  /** Only this user sees it (flag 64). */
  ephemeralFor: string | null;
  interactionUserId: string | null;
}

export interface Channel {
  id: string;
  type: number;
  guildId: string | null;
  parentId: string | null;
  name: string | null;
  recipientId: string | null;
  ownerId: string | null;
  archived: boolean;
  /** When it was archived or taken out of the archive last; null: never. */
  archivedMs: number | null;
  locked: boolean;
  lastMessageId: string | null;
  /** Oldest first. */
  messages: Message[];
  /** What the bot may not do here. */
  denied: Set<'view' | 'send' | 'history'>;
  members: Set<string>;
}

export interface GuildState {
  id: string;
  name: string;
  ownerId: string;
  channelIds: Set<string>;
  memberIds: Set<string>;
  /** Whether the bot is in it. */
  joined: boolean;
}

export interface World {
  readonly users: Map<string, User>;
  readonly guilds: Map<string, GuildState>;
  readonly channels: Map<string, Channel>;
  /** Users the bot may not write to (blocked, or closed direct messages). */
  readonly unreachable: Set<string>;
  newId(atMs?: number): string;
  /** The direct messages of a user with the bot, made (under this id) when there are none. */
  dmOf(userId: string, id?: string): Channel;
  addChannel(channel: Partial<Channel> & { type: number }): Channel;
  findMessage(channelId: string, messageId: string): Message | null;
}

export function createWorld(clock: PlatformClock): World {
  const newId = createSnowflakes(clock, EPOCH_MS);
  const channels = new Map<string, Channel>();
  const guilds = new Map<string, GuildState>();
  const dms = new Map<string, string>();

  const addChannel: World['addChannel'] = (given) => {
    const channel: Channel = {
      id: newId(),
      guildId: null,
      parentId: null,
      name: null,
      recipientId: null,
      ownerId: null,
      archived: false,
      archivedMs: null,
      locked: false,
      lastMessageId: null,
      messages: [],
      denied: new Set(),
      members: new Set(),
      ...given,
    };
    channels.set(channel.id, channel);
    if (channel.guildId !== null) guilds.get(channel.guildId)?.channelIds.add(channel.id);
    return channel;
  };

  return {
    users: new Map(),
    guilds,
    channels,
    unreachable: new Set(),
    newId,
    addChannel,
    dmOf(userId, id) {
      const known = channels.get(dms.get(userId) ?? '');
      if (known !== undefined) return known;
      const made = addChannel({ type: CHANNEL.dm, recipientId: userId, ...(id === undefined ? {} : { id }) });
      dms.set(userId, made.id);
      return made;
    },
    findMessage: (channelId, messageId) =>
      channels.get(channelId)?.messages.findLast((message) => message.id === messageId) ?? null,
  };
}
