import { type Doings, tellChannel, tellDeleted, tellMessage, tellReaction } from './doings.ts';
import { INTERACTION, type Interaction, type Interactions } from './interactions.ts';
import { post } from './posting.ts';
import { listOf, recordOf } from './rest/message-checks.ts';
import { CHANNEL, type Channel, type Message, type StoredAttachment, THREAD_TYPES, type User } from './world.ts';

/** A file a customer sends. */
export interface CustomerFile {
  filename: string;
  contentType: string;
  bytes: Uint8Array;
  description?: string;
}

export interface WriteOptions {
  /** Where; default: direct messages with the bot. */
  channelId?: string;
  /** Id of the message that is answered. */
  replyTo?: string;
  files?: readonly CustomerFile[];
  stickers?: readonly { id: string; name: string; format_type: number }[];
  embeds?: readonly unknown[];
  type?: number;
  flags?: number;
  /** Sent by a webhook with this id. */
  webhookId?: string;
  /** Written at this time of the past. */
  atMs?: number;
  /** Nobody is told: found only by asking for messages. */
  silent?: boolean;
}

/** Where a message of a customer is. */
export interface Written {
  id: string;
  channelId: string;
}

/** A message as the customer sees it. */
export interface SeenMessage {
  id: string;
  channelId: string;
  fromBot: boolean;
  authorId: string;
  /** How its author is called where it is shown. */
  authorName: string;
  /** Unix ms. */
  atMs: number;
  content: string;
  edited: boolean;
  ephemeral: boolean;
  referenceId: string | null;
  files: readonly { filename: string; contentType: string; bytes: Uint8Array }[];
  embeds: readonly unknown[];
  /** Buttons in rows; the options of a list, whose id is `listId`, likewise. */
  buttons: readonly (readonly {
    label: string;
    customId: string | null;
    listId: string | null;
    url: string | null;
    disabled: boolean;
  }[])[];
  reactions: readonly { emoji: string; users: readonly string[] }[];
}

/** A place of the platform as somebody's list of channels shows it. */
export interface SeenPlace {
  id: string;
  kind: 'direct' | 'channel' | 'forum' | 'thread' | 'private thread';
  /** Null: of direct messages. */
  name: string | null;
  /** Where a thread lies; a forum's posts are threads. */
  parentId: string | null;
}

/** A person on the platform. */
export interface DiscordCustomer {
  readonly id: string;
  readonly user: User;
  /** Id of the direct messages with the bot. */
  readonly dm: string;
  write(text: string, options?: WriteOptions): Written;
  edit(where: Written, text: string): void;
  /** The platform unfurls a link: MESSAGE_UPDATE without an edit. */
  unfurl(where: Written, embeds: readonly unknown[]): void;
  remove(...where: readonly Written[]): void;
  react(where: Written, emoji: string): void;
  unreact(where: Written, emoji: string): void;
  /** Opens a forum post or a thread; the text is its first message. */
  openPost(parentId: string, title: string, text: string, options?: { private?: boolean }): Written;
  /** Presses the button with this label or custom id, of this message or else of the newest that has it. */
  press(button: string, options?: { channelId?: string; messageId?: string }): Interaction;
  /** Uses an application command. */
  command(name: string, options?: { channelId?: string; options?: readonly unknown[] }): Interaction;
  /** Sends the modal that answered an interaction. @throws {Error} when it was not answered by one */
  submit(interaction: Interaction, values: Readonly<Record<string, string>>): Interaction;
  /** Closes direct messages: the bot gets 50007 from now on; false opens them again. */
  block(blocked?: boolean): void;
  rename(changes: { username?: string; globalName?: string | null }): void;
  /** What the person sees in a channel; default: direct messages. */
  sees(channelId?: string): SeenMessage[];
  /** The direct messages with the bot, the channels of all servers, and the threads the person can open. */
  places(): SeenPlace[];
}

export function createCustomer(doings: Doings, interactions: Interactions, user: User): DiscordCustomer {
  const { context, hub } = doings;
  const { world } = context;

  const channelOf = (id?: string): Channel => {
    const channel = id === undefined ? world.dmOf(user.id) : world.channels.get(id);
    if (channel === undefined) throw new Error(`the simulator has no channel ${id}`);
    return channel;
  };
  const messageOf = ({ channelId, id }: Written): Message => {
    const message = world.findMessage(channelId, id);
    if (message === null) throw new Error(`the simulator has no message ${id} in channel ${channelId}`);
    return message;
  };
  const stored = (files: readonly CustomerFile[]): StoredAttachment[] =>
    files.map(({ description, ...file }) => ({ id: world.newId(), description: description ?? null, ...file }));

  return {
    id: user.id,
    user,
    get dm() {
      return world.dmOf(user.id).id;
    },
    write(text, options = {}) {
      const channel = channelOf(options.channelId);
      if (channel.guildId !== null) world.guilds.get(channel.guildId)?.memberIds.add(user.id);
      if (THREAD_TYPES.has(channel.type)) channel.archived = false;
      const message = post(
        doings,
        channel,
        {
          authorId: user.id,
          content: text,
          attachments: stored(options.files ?? []),
          stickers: [...(options.stickers ?? [])],
          embeds: [...(options.embeds ?? [])],
          referenceId: options.replyTo ?? null,
          ...(options.type === undefined ? {} : { type: options.type }),
          ...(options.flags === undefined ? {} : { flags: options.flags }),
          ...(options.webhookId === undefined ? {} : { webhookId: options.webhookId }),
        },
        {
          ...(options.silent === undefined ? {} : { silent: options.silent }),
          ...(options.atMs === undefined ? {} : { atMs: options.atMs }),
        },
      );
      return { id: message.id, channelId: channel.id };
    },
    edit(where, text) {
      const message = messageOf(where);
      message.content = text;
      message.editedMs = context.clock.nowMs();
      tellMessage(doings, 'MESSAGE_UPDATE', message);
    },
    unfurl(where, embeds) {
      const message = messageOf(where);
      message.embeds = [...embeds];
      tellMessage(doings, 'MESSAGE_UPDATE', message);
    },
    remove(...where) {
      for (const channelId of new Set(where.map((one) => one.channelId))) {
        const ids = where.filter((one) => one.channelId === channelId).map(({ id }) => id);
        const channel = channelOf(channelId);
        channel.messages = channel.messages.filter(({ id }) => !ids.includes(id));
        tellDeleted(doings, channelId, ids);
      }
    },
    react(where, emoji) {
      const message = messageOf(where);
      message.reactions.set(emoji, (message.reactions.get(emoji) ?? new Set()).add(user.id));
      tellReaction(doings, 'ADD', message, emoji, user.id);
    },
    unreact(where, emoji) {
      const message = messageOf(where);
      const users = message.reactions.get(emoji);
      if (users?.delete(user.id) !== true) return;
      if (users.size === 0) message.reactions.delete(emoji);
      tellReaction(doings, 'REMOVE', message, emoji, user.id);
    },
    openPost(parentId, title, text, options = {}) {
      const parent = channelOf(parentId);
      const thread = world.addChannel({
        type: options.private === true ? CHANNEL.privateThread : CHANNEL.publicThread,
        guildId: parent.guildId,
        parentId,
        name: title,
        ownerId: user.id,
        members: new Set([user.id]),
      });
      tellChannel(doings, 'THREAD_CREATE', thread);
      // The first message of a forum post has the id of its thread.
      const first = parent.type === CHANNEL.forum ? { id: thread.id } : {};
      const message = post(doings, thread, { authorId: user.id, content: text, ...first });
      return { id: message.id, channelId: thread.id };
    },
    press(button, options = {}) {
      const channel = channelOf(options.channelId);
      for (const message of channel.messages.toReversed()) {
        if (options.messageId !== undefined && message.id !== options.messageId) continue;
        const found = buttonsOf(message)
          .flat()
          .find(({ label, customId }) => customId !== null && (label === button || customId === button));
        if (found?.customId) {
          const data =
            found.listId === null
              ? { custom_id: found.customId, component_type: 2, id: 1 }
              : { custom_id: found.listId, component_type: 3, id: 1, values: [found.customId] };
          return interactions.begin(INTERACTION.component, user, channel, data, message);
        }
      }
      throw new Error(`no message in channel ${channel.id} has a button ${JSON.stringify(button)}`);
    },
    command(name, options = {}) {
      const data = { id: world.newId(), name, type: 1, options: options.options ?? [] };
      return interactions.begin(INTERACTION.command, user, channelOf(options.channelId), data);
    },
    submit(interaction, values) {
      const { answer } = interaction;
      if (answer?.type !== 9) throw new Error('the interaction was not answered by a modal');
      const components = Object.entries(values).map(([customId, value]) => ({
        type: 1,
        components: [{ type: 4, id: 1, custom_id: customId, value }],
      }));
      const data = { custom_id: answer.data['custom_id'], components };
      const message = world.findMessage(interaction.channelId, interaction.messageId ?? '');
      return interactions.begin(INTERACTION.modal, user, channelOf(interaction.channelId), data, message ?? undefined);
    },
    block(blocked = true) {
      if (blocked) world.unreachable.add(user.id);
      else world.unreachable.delete(user.id);
    },
    rename(changes) {
      Object.assign(user, changes);
      hub.publish({ t: 'USER_UPDATE', guildId: null, intents: 1 << 1, view: () => ({ id: user.id, ...changes }) });
    },
    sees(channelId) {
      return channelOf(channelId)
        .messages.filter((message) => message.ephemeralFor === null || message.ephemeralFor === user.id)
        .map((message) => seen(message, context.botId, world.users.get(message.authorId)));
    },
    places: () => [
      { id: world.dmOf(user.id).id, kind: 'direct', name: null, parentId: null },
      ...[...world.channels.values()].flatMap((channel) => seenPlace(channel, user.id) ?? []),
    ],
  };
}

function seenPlace({ id, type, guildId, parentId, name, members }: Channel, userId: string): SeenPlace | null {
  if (guildId === null) return null;
  const isPrivate = type === CHANNEL.privateThread;
  if (isPrivate && !members.has(userId)) return null;
  const thread = isPrivate ? 'private thread' : 'thread';
  const kind = THREAD_TYPES.has(type) ? thread : type === CHANNEL.forum ? 'forum' : 'channel';
  return { id, kind, name, parentId };
}

function buttonsOf(message: Message): SeenMessage['buttons'] {
  return message.components.map((row) =>
    listOf(recordOf(row)['components']).flatMap((component) => {
      const one = recordOf(component);
      if (one['type'] === 2) return [seenButton(one, one['custom_id'], null)];
      const options = one['type'] === 3 ? listOf(one['options']) : [];
      return options.map(recordOf).map((option) => seenButton(option, option['value'], stringOrNull(one['custom_id'])));
    }),
  );
}

function seenButton(
  one: Readonly<Record<string, unknown>>,
  id: unknown,
  listId: string | null,
): SeenMessage['buttons'][number][number] {
  const label = stringOrNull(one['label']) ?? '';
  return {
    label,
    customId: stringOrNull(id),
    listId,
    url: stringOrNull(one['url']),
    disabled: one['disabled'] === true,
  };
}

function stringOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function seen(message: Message, botId: string, author: User | undefined): SeenMessage {
  return {
    id: message.id,
    channelId: message.channelId,
    fromBot: message.authorId === botId,
    authorId: message.authorId,
    authorName: author?.globalName ?? author?.username ?? '',
    atMs: message.createdMs,
    content: message.content,
    edited: message.editedMs !== null,
    ephemeral: message.ephemeralFor !== null,
    referenceId: message.referenceId,
    files: message.attachments.map(({ filename, contentType, bytes }) => ({ filename, contentType, bytes })),
    embeds: message.embeds,
    buttons: buttonsOf(message),
    reactions: [...message.reactions].map(([emoji, users]) => ({ emoji, users: [...users] })),
  };
}
