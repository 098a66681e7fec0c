import { integerOf, recordOf, stringOf } from '../../shared/read-unknown.ts';
import type { SupportPlaces } from '../config.ts';
import { coversPlace, isAddressed, type OpenReply, openReplyOf } from '../counting.ts';
import { isSettledRefusal } from '../errors.ts';
import { snowflakeOf } from '../ids.ts';
import { DiscordCallError, type DiscordGatewayPayload, type DiscordRest } from '../transport/ports.ts';
import { type Fields, INTERACTION_TYPE, isThreadType } from './dispatch.ts';
import { createPrivateThreads, saysWhere } from './private-threads.ts';
import { createRecent } from './recent.ts';

/** What was looked up for a dispatch when it came, kept with it: reading it needs nothing else, now or later. */
export interface About {
  selfId: string | null;
  /** When it came, Unix ms. */
  atMs: number;
  /** The channel, as the API describes it. */
  place?: Fields;
  /** Of deletions: who wrote the messages, by their ids. */
  authors?: Readonly<Record<string, Fields>>;
  /** Of a reaction: who, and all they put on that message. */
  reactor?: Fields;
  emoji?: readonly string[];
  /** Of a form, or of a press on the button that leads out of a channel: the private thread in which it goes on. */
  privateThreadId?: string;
  /** Of a reply that does not bring along what it answers: who wrote that, empty where nobody knows. */
  answered?: Fields;
}

/** A dispatch as it is stored. */
export interface CompletedPayload extends DiscordGatewayPayload {
  about: About;
}

/** Adds to dispatches what they leave out. */
export interface Completing {
  /** @throws {DiscordCallError} when the platform cannot be asked now: the dispatch has to come again */
  complete(payload: DiscordGatewayPayload, signal: AbortSignal): Promise<CompletedPayload>;
  /** A message was stored: its author is who wrote it when it is deleted. */
  stored(payload: CompletedPayload): void;
}

const CHANNELS_KEPT = 20_000;
const AUTHORS_KEPT = 50_000;
const ANSWERED_KEPT = 1_000;
/** Presses and forms; commands are answered, and nothing of them is read. */
const KEPT_INTERACTIONS: ReadonlySet<number | null> = new Set([INTERACTION_TYPE.component, INTERACTION_TYPE.form]);

export function createCompleting(options: {
  rest: DiscordRest;
  support: SupportPlaces;
  selfId(): string | null;
  nowMs(): number;
}): Completing {
  const { rest, support, selfId } = options;
  const channels = createRecent<Fields>(CHANNELS_KEPT);
  const authors = createRecent<Fields>(AUTHORS_KEPT);
  /** Who wrote what replies answer that do not say it, by message. */
  const askedFor = createRecent<Fields>(ANSWERED_KEPT);
  const threads = createPrivateThreads({
    rest,
    channelOf,
    onOpened: (id, thread) => channels.set(id, keptOf(thread)),
  });

  /** A channel; null when we may not see it or it is gone. */
  async function channelOf(channelId: string, signal: AbortSignal): Promise<Fields | null> {
    const known = channels.get(channelId);
    if (known !== undefined) return known;
    try {
      const found = recordOf(await rest.call('GET', `/channels/${channelId}`, undefined, signal));
      if (found !== null) channels.set(channelId, keptOf(found));
    } catch (error) {
      if (!(error instanceof DiscordCallError) || !isSettledRefusal(error)) throw error;
      return null;
    }
    return channels.get(channelId) ?? null;
  }

  /** Who writes to us in a direct message. */
  async function recipientOf(channelId: string, signal: AbortSignal): Promise<Fields | null> {
    const recipients = (await channelOf(channelId, signal))?.['recipients'];
    const people: unknown[] = Array.isArray(recipients) ? recipients : [];
    return people.map(recordOf).find((one) => one !== null && one['id'] !== selfId()) ?? null;
  }

  /** Who wrote the message that a reply answers; empty when it is gone or not for us to read. */
  async function answeredBy(reply: OpenReply, signal: AbortSignal): Promise<Fields> {
    const known = askedFor.get(reply.messageId) ?? authors.get(reply.messageId);
    if (known !== undefined) return known;
    const author = await authorOf(reply, signal);
    askedFor.set(reply.messageId, author);
    return author;
  }

  async function authorOf({ channelId, messageId }: OpenReply, signal: AbortSignal): Promise<Fields> {
    try {
      const path = `/channels/${channelId}/messages/${messageId}`;
      const found = recordOf(await rest.call('GET', path, undefined, signal));
      return personOf(recordOf(found?.['author']) ?? {});
    } catch (error) {
      if (!(error instanceof DiscordCallError) || !isSettledRefusal(error)) throw error;
      return {};
    }
  }

  async function aboutMessage(kind: string, content: Fields, signal: AbortSignal): Promise<Partial<About>> {
    const channelId = snowflakeOf(content['channel_id']);
    const author = recordOf(content['author']);
    if (channelId === null || author === null || author['bot'] === true || author['id'] === selfId()) return {};
    const guildId = snowflakeOf(content['guild_id']);
    if (guildId === null) return {};
    const type = integerOf(content['channel_type']);
    const named = coversPlace({ channelId, guildId, parentId: null, ownerId: null }, support, selfId());
    const asks = named || isAddressed(content, support, selfId());
    // Only a thread may count for what it lies in; asking for every channel of every server would never end.
    const place = asks || type === null || isThreadType(type) ? await channelOf(channelId, signal) : null;
    const about = place === null ? {} : { place };
    // Whether an edit is of something that was meant for us the store knows, which has the original.
    const reply = asks || kind !== 'MESSAGE_CREATE' ? null : openReplyOf(content, support);
    const lies = { parentId: snowflakeOf(place?.['parent_id']), ownerId: snowflakeOf(place?.['owner_id']) };
    if (reply === null || coversPlace({ channelId, guildId, ...lies }, support, selfId())) return about;
    const answered = await answeredBy(reply, signal);
    if (place !== null || !isAddressed(content, support, selfId(), answered)) return { ...about, answered };
    const found = await channelOf(channelId, signal);
    return { answered, ...(found === null ? {} : { place: found }) };
  }

  async function aboutDeletion(content: Fields, signal: AbortSignal): Promise<Partial<About>> {
    const channelId = snowflakeOf(content['channel_id']);
    const ids = Array.isArray(content['ids']) ? content['ids'] : [content['id']];
    const found: Record<string, Fields> = {};
    for (const id of ids.flatMap((one: unknown) => snowflakeOf(one) ?? [])) {
      const author = authors.get(id);
      if (author !== undefined) found[id] = author;
      else if (channelId !== null && snowflakeOf(content['guild_id']) === null) {
        const recipient = await recipientOf(channelId, signal);
        if (recipient !== null) found[id] = recipient;
      }
    }
    return { authors: found };
  }

  /** In a direct message all reactions that are not ours are the customer's. */
  async function aboutReaction(content: Fields, signal: AbortSignal): Promise<Partial<About>> {
    const channelId = snowflakeOf(content['channel_id']);
    const messageId = snowflakeOf(content['message_id']);
    if (channelId === null || messageId === null) return {};
    if (snowflakeOf(content['guild_id']) !== null || content['user_id'] === selfId()) return {};
    const reactor = await recipientOf(channelId, signal);
    if (reactor === null || reactor['id'] !== content['user_id']) return {};
    try {
      const path = `/channels/${channelId}/messages/${messageId}`;
      return { reactor, emoji: othersReactions(recordOf(await rest.call('GET', path, undefined, signal))) };
    } catch (error) {
      // Gone, or not for us to read: asking again would hold up all that comes after it.
      if (!(error instanceof DiscordCallError) || !isSettledRefusal(error)) throw error;
      return {};
    }
  }

  /** Forms and presses on the button that leads out of a channel go on in a private thread. */
  async function aboutInteraction(content: Fields, signal: AbortSignal): Promise<Partial<About>> {
    const place = await placeOfInteraction(content, signal);
    const privateThreadId = await threads.threadFor(content, signal);
    return {
      ...(place === null ? {} : { place }),
      ...(privateThreadId === null ? {} : { privateThreadId }),
    };
  }

  /** Where somebody of a server interacted, if the interaction does not say it; null: it does, or nobody knows now. */
  async function placeOfInteraction(content: Fields, signal: AbortSignal): Promise<Fields | null> {
    const channelId = snowflakeOf(content['channel_id']);
    const says = saysWhere(content) || snowflakeOf(content['guild_id']) === null;
    if (says || channelId === null || !KEPT_INTERACTIONS.has(integerOf(content['type']))) return null;
    try {
      return await channelOf(channelId, signal);
    } catch (error) {
      // What was written in a form comes once and must not wait in memory.
      if (!(error instanceof DiscordCallError)) throw error;
      return null;
    }
  }

  async function lookedUp(kind: string, content: Fields, signal: AbortSignal): Promise<Partial<About>> {
    switch (kind) {
      case 'MESSAGE_CREATE':
      case 'MESSAGE_UPDATE':
        return aboutMessage(kind, content, signal);
      case 'MESSAGE_DELETE':
      case 'MESSAGE_DELETE_BULK':
        return aboutDeletion(content, signal);
      case 'MESSAGE_REACTION_ADD':
      case 'MESSAGE_REACTION_REMOVE':
        return aboutReaction(content, signal);
      case 'INTERACTION_CREATE':
        return aboutInteraction(content, signal);
      default:
        learn(kind, content);
        return {};
    }
  }

  /** What is known of a channel is kept as it changes. */
  function learn(kind: string, content: Fields): void {
    const id = snowflakeOf(content['id']);
    if (id === null) return;
    if (
      kind === 'THREAD_CREATE' ||
      ((kind === 'THREAD_UPDATE' || kind === 'CHANNEL_UPDATE') && channels.get(id) !== undefined)
    ) {
      channels.set(id, keptOf(content));
    }
  }

  return {
    async complete(payload, signal) {
      const content = recordOf(payload.d);
      const about: About = { selfId: selfId(), atMs: options.nowMs() };
      return {
        ...payload,
        about: content === null ? about : { ...about, ...(await lookedUp(payload.t, content, signal)) },
      };
    },
    stored(payload) {
      const content = recordOf(payload.d);
      const id = snowflakeOf(content?.['id']);
      const author = recordOf(content?.['author']);
      if (payload.t === 'MESSAGE_CREATE' && id !== null && author !== null) authors.set(id, personOf(author));
    },
  };
}

/** Of a channel what we use: the rest would only take room. */
function keptOf(channel: Fields): Fields {
  const recipients = channel['recipients'];
  return {
    type: channel['type'],
    name: channel['name'],
    parent_id: channel['parent_id'],
    owner_id: channel['owner_id'],
    ...(Array.isArray(recipients)
      ? { recipients: recipients.map((one: unknown) => personOf(recordOf(one) ?? {})) }
      : {}),
  };
}

function personOf({ id, username, global_name, discriminator, bot }: Fields): Fields {
  return { id, username, global_name, discriminator, bot };
}

function othersReactions(message: Fields | null): string[] {
  const reactions = message?.['reactions'];
  return (Array.isArray(reactions) ? reactions : []).flatMap((one: unknown) => {
    const reaction = recordOf(one);
    const emoji = recordOf(reaction?.['emoji']);
    const name = stringOf(emoji?.['name']);
    const others = (integerOf(reaction?.['count']) ?? 0) - (reaction?.['me'] === true ? 1 : 0);
    if (name === null || others < 1) return [];
    return [snowflakeOf(emoji?.['id']) === null ? name : `:${name}:`];
  });
}
