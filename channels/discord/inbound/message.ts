import type { InboundEdit, InboundMessage, Normalised } from '../../../src/core/model/inbound.ts';
import { integerOf, recordOf } from '../../shared/read-unknown.ts';
import { coversPlace, isAddressed, servesServer } from '../counting.ts';
import { madeAtMs, messageKeyOf, snowflakeOf } from '../ids.ts';
import { contentOf } from './content.ts';
import {
  authorOf,
  CHANNEL_TYPE,
  type Dispatch,
  type Fields,
  filed,
  momentOf,
  parked,
  placeOf,
  threadOf,
} from './dispatch.ts';

/** Types of messages that people write: plain, and answers (resources/message#message-object-message-types). */
const WRITTEN = new Set([0, 19]);
/** Replies of apps to commands; the app's own words. */
const OF_APPS = new Set([20, 23]);
/** The last type there was when this was written; beyond it nobody knows what a message is. */
const LAST_KNOWN_TYPE = 46;

/** The key of a message's arrival: whichever way and however often it comes. */
export function createKey(channelId: string, messageId: string): string {
  return `create:${channelId}:${messageId}`;
}

/** Reads MESSAGE_CREATE and MESSAGE_UPDATE. */
export function readMessage(dispatch: Dispatch): Normalised {
  const { content: message, about, context } = dispatch;
  const place = placeOf(dispatch);
  const messageId = snowflakeOf(message['id']);
  const isNew = dispatch.kind === 'MESSAGE_CREATE';
  if (place === null || messageId === null) {
    return parked(
      `${dispatch.kind}:${String(messageId)}:${String(place?.channelId ?? null)}`,
      'a message without id or channel',
    );
  }
  const { channelId } = place;
  const editedAtMs = momentOf(message['edited_timestamp']);
  const eventKey = isNew ? createKey(channelId, messageId) : `update:${channelId}:${messageId}:${editedAtMs ?? 0}`;
  if (!isNew && editedAtMs === null) return filed(eventKey, 'a change that is no edit');
  const type = integerOf(message['type']) ?? 0;
  if (OF_APPS.has(type)) return filed(eventKey, 'the answer of an app');
  if (!WRITTEN.has(type)) {
    return type > LAST_KNOWN_TYPE
      ? parked(eventKey, `a message of the unknown type ${type}`)
      : filed(eventKey, `service message of type ${type}`);
  }
  const author = authorOf(recordOf(message['author']));
  if (author === null)
    return isNew ? parked(eventKey, 'a message without author') : filed(eventKey, 'an edit without author');
  if (author.externalId === context.selfId) return filed(eventKey, 'our own message');
  if (author.isBot || snowflakeOf(message['webhook_id']) !== null)
    return filed(eventKey, 'written by a bot or webhook');
  if (recordOf(message['author'])?.['system'] === true) return filed(eventKey, "Discord's own message");
  if (place.type === CHANNEL_TYPE.groupMessage) return filed(eventKey, 'a group of direct messages');
  if (!servesServer(place.guildId, context.support)) return filed(eventKey, 'a server that is not served');
  const counts =
    place.guildId === null ||
    coversPlace(place, context.support, context.selfId) ||
    isAddressed(message, context.support, context.selfId, recordOf(about['answered']));
  if (isNew && !counts) return filed(eventKey, 'not addressed to us');

  const thread = threadOf(place, author.externalId);
  const said = contentOf(message, { channelId, messageId });
  const externalId = messageKeyOf({ channelId, messageId });
  if (!isNew) {
    const event: InboundEdit = {
      type: 'edit',
      eventKey,
      occurredAtMs: editedAtMs,
      thread,
      author,
      targetExternalId: externalId,
      ...said,
      // Only the store knows whether it has the original: what was meant for us once may no longer say so.
      ...(counts ? {} : { joinsOnly: true }),
    };
    return { outcome: 'event', event };
  }
  const event: InboundMessage = {
    type: 'message',
    eventKey,
    occurredAtMs: momentOf(message['timestamp']) ?? madeAtMs(messageId),
    thread,
    author,
    externalId,
    ...said,
    ...replyOf(message, channelId),
  };
  return { outcome: 'event', event };
}

/** The message that is answered; of another channel it is a forward, and none of ours. */
function replyOf(message: Fields, channelId: string): { replyToExternalId?: string } {
  const reference = recordOf(message['message_reference']);
  const messageId = snowflakeOf(reference?.['message_id']);
  const from = snowflakeOf(reference?.['channel_id']) ?? channelId;
  if (reference === null || messageId === null || from !== channelId || (reference['type'] ?? 0) !== 0) return {};
  return { replyToExternalId: messageKeyOf({ channelId, messageId }) };
}
