import type { InboundMessage, Normalised } from '../../../src/core/model/inbound.ts';
import { createKeyOf, encryptedAddressOf, foreignIdOf, messageKeyOf, threadKeyOf } from '../ids.ts';
import { authorOf, type Fields, filed, type Included, idIn, momentOf, parked, type Reading } from './event.ts';

/**
 * Reads `chat.received` and `chat.sent`. What they say is encrypted for devices that hold a key; we know who wrote and when, and show
 * that somebody did: they wait for an answer that has to be given in X's own app.
 */
export function readEncrypted(payload: Fields, included: Included, reading: Reading): Normalised[] {
  const id = foreignIdOf(payload['id']);
  if (id === null) return [];
  const address = { kind: 'encrypted', id } as const;
  const eventKey = createKeyOf(address);
  const senderId = idIn(payload, 'sender_id');
  const place = encryptedAddressOf(payload['conversation_id']);
  if (senderId === null || place === null)
    return [parked(eventKey, 'an encrypted message without sender or conversation')];
  if (senderId === reading.selfId) return [filed(eventKey, 'our own encrypted message')];
  const event: InboundMessage = {
    type: 'message',
    eventKey,
    occurredAtMs: momentOf(payload['created_at_msec']),
    thread: { key: threadKeyOf(place), kind: 'private' },
    author: authorOf(senderId, included.users.get(senderId)),
    externalId: messageKeyOf(address),
    text: '[unsupported: encrypted message]',
    extras: { standIn: 'sealed', content: { type: 'unsupported', kind: 'encrypted message' } },
  };
  return [{ outcome: 'event', event }];
}
