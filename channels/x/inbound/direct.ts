import type { Normalised } from '../../../src/core/model/inbound.ts';
import { stringOf } from '../../shared/read-unknown.ts';
import { nameLine } from '../../shared/well-formed.ts';
import { conversationOf, createKeyOf } from '../ids.ts';
import { betweenTwo, type DirectMessage, messageOf } from './direct-message.ts';
import { type Fields, filed, type Included, idIn, momentOf, parked, type Reading, recordsIn } from './event.ts';
import { mediaOf } from './files.ts';

/** Reads an event of `GET /2/dm_events`. */
export function readDirectEvent(event: Fields, included: Included, reading: Reading): Normalised[] {
  const id = idIn(event, 'id');
  if (id === null) return [];
  const eventKey = createKeyOf({ kind: 'direct', id });
  const type = nameLine(stringOf(event['event_type']) ?? 'MessageCreate', 40);
  if (/^Participants(?:Join|Leave)$/u.test(type)) return [filed(eventKey, 'somebody joined or left a group')];
  if (type !== 'MessageCreate') return [parked(eventKey, `a direct event of the unknown kind ${type}`)];
  const senderId = idIn(event, 'sender_id');
  const place =
    senderId === null
      ? null
      : (conversationOf(event['dm_conversation_id'], senderId) ?? betweenTwo(senderId, reading.selfId));
  if (senderId === null || place === null) return [parked(eventKey, 'a direct message without sender or conversation')];
  const media = mediaOf(event, included);
  const shared = recordsIn(event['referenced_tweets'] ?? event['referenced_posts'], 10);
  const message: DirectMessage = {
    id,
    senderId,
    place,
    atMs: momentOf(event['created_at']),
    text: event['text'],
    entities: event['entities'],
    media,
    sharedPostId: idIn(shared[0], 'id'),
    content: null,
    entry: null,
  };
  return [messageOf(message, included, reading)];
}
