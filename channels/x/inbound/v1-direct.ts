import type { SpecialContent } from '../../../src/core/model/extras.ts';
import type { Normalised } from '../../../src/core/model/inbound.ts';
import { recordOf, stringOf } from '../../shared/read-unknown.ts';
import { nameLine } from '../../shared/well-formed.ts';
import { conversationOf, createKeyOf } from '../ids.ts';
import { betweenTwo, type DirectMessage, messageOf } from './direct-message.ts';
import { type Fields, type Included, idIn, momentOf, parked, type Reading } from './event.ts';

/** Reads one of `direct_message_events`, as both webhooks bring it. */
export function readV1Direct(event: Fields, included: Included, reading: Reading): Normalised[] {
  const id = idIn(event, 'id');
  if (id === null) return [];
  const eventKey = createKeyOf({ kind: 'direct', id });
  const type = nameLine(stringOf(event['type']) ?? '', 40);
  if (type !== 'message_create')
    return [parked(eventKey, `a direct event of the unknown kind ${type || 'without name'}`)];
  const created = recordOf(event['message_create']);
  const target = recordOf(created?.['target']);
  const data = recordOf(created?.['message_data']);
  const senderId = idIn(created, 'sender_id');
  const recipientId = idIn(target, 'recipient_id');
  const place =
    senderId === null
      ? null
      : (conversationOf(target?.['conversation_id'] ?? event['dm_conversation_id'], senderId) ??
        betweenTwo(senderId, recipientId));
  if (senderId === null || place === null || data === null) {
    return [parked(eventKey, 'a direct message without sender, recipient or content')];
  }
  const attachment = recordOf(data['attachment']);
  const file = recordOf(attachment?.['media']);
  const via = recordOf(event['initiated_via']);
  const welcomeId = idIn(via, 'welcome_message_id');
  const postId = idIn(via, 'tweet_id');
  const message: DirectMessage = {
    id,
    senderId,
    place,
    atMs: momentOf(event['created_timestamp']),
    text: data['text'],
    // Links to files stand with the file.
    entities: { ...recordOf(data['entities']), ...(file === null ? {} : { media: [file] }) },
    media: file === null ? [] : [file],
    sharedPostId: null,
    content: pressOf(data) ?? locationOf(attachment),
    entry: welcomeId !== null ? `x:welcome:${welcomeId}` : postId !== null ? `x:post:${postId}` : null,
  };
  return [messageOf(message, included, reading)];
}

function pressOf(data: Fields): SpecialContent | null {
  const pressed = recordOf(data['quick_reply_response']);
  if (pressed === null) return null;
  return { type: 'button', label: nameLine(stringOf(data['text']) ?? '', 100), data: stringOf(pressed['metadata']) };
}

function locationOf(attachment: Fields | null): SpecialContent | null {
  const point = recordOf(recordOf(recordOf(attachment?.['location'])?.['shared_coordinate'])?.['coordinates']);
  const pair: unknown = point?.['coordinates'];
  const [longitude, latitude]: unknown[] = Array.isArray(pair) ? pair : [];
  return isAngle(longitude, 180) && isAngle(latitude, 90) ? { type: 'location', latitude, longitude } : null;
}

function isAngle(value: unknown, most: number): value is number {
  return typeof value === 'number' && Math.abs(value) <= most;
}
