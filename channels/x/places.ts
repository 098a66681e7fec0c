import type { SendRequest } from '../../src/core/ports/channel.ts';
import { conversationOf, messageOfKey, parseThreadKey, partnerOf, type ThreadAddress } from './ids.ts';
import { isSummoned, summonsOf } from './summons.ts';

/** Where an answer goes. */
export type Destination =
  | { kind: 'post'; inReplyTo: string; isSummoned: boolean }
  | { kind: 'direct'; partnerId: string }
  | { kind: 'group'; conversationId: string }
  /** It cannot go anywhere; nothing must be asked of X. */
  | { kind: 'nowhere'; reason: string };

/** Whether a thread is for everybody to see. @throws {XKeyError} */
export function isPublic(threadKey: string): boolean {
  return parseThreadKey(threadKey).kind === 'public';
}

/**
 * Where an answer goes. In public it answers a post whose author called us, or goes on from our own: X refuses all others. A chat of two
 * people that is encrypted is answered by an ordinary direct message, which we can send.
 * @param selfId who we are; asked for only where two people are named
 * @throws {XKeyError}
 */
export async function destinationOf(request: SendRequest, selfId: () => Promise<string>): Promise<Destination> {
  const address = parseThreadKey(request.threadKey);
  switch (address.kind) {
    case 'public':
      return postOf(request);
    case 'direct':
      return { kind: 'direct', partnerId: partnerOf(address, await selfId()) };
    case 'group':
      return { kind: 'group', conversationId: address.conversationId };
    case 'encrypted': {
      const pair = pairIn(address);
      if (pair !== null) return { kind: 'direct', partnerId: partnerOf(pair, await selfId()) };
      return { kind: 'nowhere', reason: "this chat is encrypted and of several people: answer it in X's own app" };
    }
  }
}

/**
 * Why an answer cannot go to a place, as far as its thread and what called us say; null: it can be tried. Pure.
 * @param place `entry`: of the message that would be answered
 */
export function refusalFor(place: { key: string; entry: string | null }): 'not_called' | 'unreachable_chat' | null {
  const address = parseThreadKey(place.key);
  if (address.kind === 'public') return summonsOf(place.entry) === null ? 'not_called' : null;
  return address.kind === 'encrypted' && pairIn(address) === null ? 'unreachable_chat' : null;
}

function postOf({ previousExternalId, replyToExternalId, entry }: SendRequest): Destination {
  const own = previousExternalId === undefined ? null : messageOfKey(previousExternalId);
  if (own?.kind === 'post') return { kind: 'post', inReplyTo: own.id, isSummoned: true };
  const answered = replyToExternalId === undefined ? null : messageOfKey(replyToExternalId);
  if (answered?.kind !== 'post') {
    return {
      kind: 'nowhere',
      reason: 'a public answer has to answer a post, and none is named: choose the post to answer',
    };
  }
  if (summonsOf(entry ?? null) === null) {
    return {
      kind: 'nowhere',
      reason:
        'X takes a public answer only where the author mentioned or quoted our account, which this post does not: ask them to mention us or to write a direct message',
    };
  }
  return { kind: 'post', inReplyTo: answered.id, isSummoned: isSummoned(entry ?? null) };
}

function pairIn({
  conversationId,
}: ThreadAddress & { kind: 'encrypted' }): (ThreadAddress & { kind: 'direct' }) | null {
  const place = conversationOf(conversationId, '');
  return place?.kind === 'direct' ? place : null;
}
