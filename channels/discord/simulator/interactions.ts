import { randomBytes } from 'node:crypto';
import type { Doings } from './doings.ts';
import { viewChannel, viewMember, viewMessage, viewUser } from './views.ts';
import type { Channel, Message, User } from './world.ts';

/** Time for the first answer, and life of the token after it (docs, "Receiving and Responding"). */
export const ANSWER_MS = 3_000;
export const TOKEN_MS = 15 * 60_000;

/** Types of interactions. */
export const INTERACTION = { command: 2, component: 3, autocomplete: 4, modal: 5 } as const;

/** Something a person did that waits for an answer of the bot. */
export interface Interaction {
  id: string;
  token: string;
  type: number;
  channelId: string;
  userId: string;
  /** The message with the component that was used. */
  messageId: string | null;
  data: Readonly<Record<string, unknown>>;
  atMs: number;
  /** What the first answer was: its type, and its data; null: none came yet. */
  answer: { type: number; data: Readonly<Record<string, unknown>>; atMs: number } | null;
  /** The message the first answer made, or will make where it was deferred. */
  originalId: string | null;
}

export interface Interactions {
  /** Makes one and brings it to the bot. `messageId`: the message with the component. */
  begin(
    type: number,
    user: User,
    channel: Channel,
    data: Readonly<Record<string, unknown>>,
    message?: Message,
  ): Interaction;
  byToken(token: string): Interaction | null;
  readonly all: readonly Interaction[];
}

export function createInteractions(doings: Doings, applicationId: string): Interactions {
  const { context, hub } = doings;
  const all = new Map<string, Interaction>();

  return {
    get all() {
      return [...all.values()];
    },
    byToken: (token) => all.get(token) ?? null,
    begin(type, user, channel, data, message) {
      const interaction: Interaction = {
        id: context.world.newId(),
        token: `aW50ZXJhY3Rpb246${randomBytes(48).toString('base64url')}`,
        type,
        channelId: channel.id,
        userId: user.id,
        messageId: message?.id ?? null,
        data,
        atMs: context.clock.nowMs(),
        answer: null,
        originalId: null,
      };
      all.set(interaction.token, interaction);
      const inGuild = channel.guildId !== null;
      hub.publish({
        t: 'INTERACTION_CREATE',
        guildId: channel.guildId,
        intents: 0,
        view: () => ({
          id: interaction.id,
          application_id: applicationId,
          type,
          data,
          channel_id: channel.id,
          channel: viewChannel(context, channel),
          ...(inGuild
            ? {
                guild_id: channel.guildId,
                guild: { id: channel.guildId, locale: 'en-US', features: [] },
                guild_locale: 'en-US',
                member: { ...viewMember(), user: viewUser(user), permissions: '2251799813685247' },
              }
            : { user: viewUser(user) }),
          token: interaction.token,
          version: 1,
          app_permissions: '2251799813685247',
          locale: 'en-US',
          entitlements: [],
          authorizing_integration_owners: inGuild ? { 0: channel.guildId } : { 1: user.id },
          context: inGuild ? 0 : 1,
          attachment_size_limit: 10_485_760,
          ...(message === undefined ? {} : { message: viewMessage(context, message) }),
        }),
      });
      return interaction;
    },
  };
}
