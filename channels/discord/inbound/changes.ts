import type { InboundDelete, InboundReaction, Normalised } from '../../../src/core/model/inbound.ts';
import { payloadDigest } from '../../shared/payload-digest.ts';
import { integerOf, recordOf, stringOf } from '../../shared/read-unknown.ts';
import { nameLine } from '../../shared/well-formed.ts';
import { messageKeyOf, snowflakeOf } from '../ids.ts';
import { authorOf, type Dispatch, filed, parked, placeOf, threadOf } from './dispatch.ts';

/** A bulk deletion names at most 100 messages. */
const MAX_DELETED = 100;
/** A message has at most 20 different reactions. */
const MAX_EMOJI = 20;

/** Reads MESSAGE_DELETE and MESSAGE_DELETE_BULK; one event each. Discord does not say whose messages they were: `about` may. */
export function readDeletions(dispatch: Dispatch): Normalised[] {
  const { content, about } = dispatch;
  const place = placeOf(dispatch);
  const given = dispatch.kind === 'MESSAGE_DELETE' ? [content['id']] : content['ids'];
  const ids = (Array.isArray(given) ? given.slice(0, MAX_DELETED) : []).flatMap((id: unknown) => snowflakeOf(id) ?? []);
  if (place === null || ids.length === 0) {
    return [parked(`${dispatch.kind}:${payloadDigest(content)}`, 'a deletion without channel or message')];
  }
  const authors = recordOf(about['authors']);
  return ids.map((messageId): Normalised => {
    const eventKey = `delete:${place.channelId}:${messageId}`;
    const author = authorOf(recordOf(authors?.[messageId]));
    if (author === null) return filed(eventKey, 'a deletion of nothing that is known to be for us');
    const event: InboundDelete = {
      type: 'delete',
      eventKey,
      occurredAtMs: integerOf(about['atMs']),
      thread: threadOf(place, author.externalId),
      author,
      targetExternalId: messageKeyOf({ channelId: place.channelId, messageId }),
    };
    return { outcome: 'event', event };
  });
}

/**
 * Reads MESSAGE_REACTION_ADD and _REMOVE. Each names one emoji; the whole new set of that person was looked up when it came. In servers
 * they are chatter.
 */
export function readReaction(dispatch: Dispatch): Normalised {
  const { content, about, context } = dispatch;
  const place = placeOf(dispatch);
  const messageId = snowflakeOf(content['message_id']);
  const userId = snowflakeOf(content['user_id']);
  if (place === null || messageId === null || userId === null) {
    return parked(`${dispatch.kind}:${payloadDigest(content)}`, 'a reaction without channel, message or person');
  }
  const atMs = integerOf(about['atMs']);
  // Dispatches of reactions have no id: the same emoji may be put, taken and put again.
  const eventKey = `reaction:${place.channelId}:${messageId}:${userId}:${payloadDigest([dispatch.kind, content['emoji'], about['emoji'], atMs])}`;
  if (userId === context.selfId) return filed(eventKey, 'our own reaction');
  if (place.guildId !== null) return filed(eventKey, 'a reaction in a server');
  const author = authorOf(recordOf(about['reactor']));
  const emoji = about['emoji'];
  if (author === null || !Array.isArray(emoji)) return filed(eventKey, 'a reaction on what could not be looked up');
  const event: InboundReaction = {
    type: 'reaction',
    eventKey,
    occurredAtMs: atMs,
    thread: threadOf(place, author.externalId),
    author,
    targetExternalId: messageKeyOf({ channelId: place.channelId, messageId }),
    emoji: emoji.slice(0, MAX_EMOJI).flatMap((one: unknown) => nameLine(stringOf(one) ?? '', 40) || []),
  };
  return { outcome: 'event', event };
}

/** Reads GUILD_DELETE: a server is away for a while, or we were removed from it. */
export function readServerGone({ content, kind }: Dispatch): Normalised {
  const guildId = snowflakeOf(content['id']);
  const eventKey = `${kind}:${payloadDigest(content)}`;
  if (guildId === null) return parked(eventKey, 'a server without id');
  return filed(eventKey, content['unavailable'] === true ? 'a server is away' : 'we were removed from a server');
}
