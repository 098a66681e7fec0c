import { directAddressOf, messageKeyOf, threadKeyOf } from '../../../channels/x/ids.ts';
import type { XWorld } from './x-world.ts';

/** A row of the outbox. */
export interface DeliveryRow {
  id: string;
  message_id: string;
  thread_id: string;
  address: string;
  contact_id: string;
  out_seq: string;
  ordinal: number;
  action: string;
  state: string;
  text: string;
  has_file: boolean;
  /** Of the whole message. */
  whole: string;
  author_kind: string;
  external_id: string | null;
  target: string | null;
  reply_to: string | null;
  ambiguous: number;
  error: string | null;
}

/** A post or a direct message of ours as X has it. */
export interface Shown {
  key: string;
  order: number;
  /** The thread it stands in. */
  address: string;
  text: string;
  files: number;
  /** The key of the post it answers. */
  answers: string | null;
  invites: boolean;
}

/** By where it stands and what it says a part is known: what customers and agents said is said once in a thread. */
export function placeOf({ address, text }: Pick<Shown, 'address' | 'text'>): string {
  return `${address}\n${text}`;
}

/** Everything X ever took from us, in its order. */
export function shownBy({ simulator }: XWorld): Shown[] {
  const { log, selfId } = simulator;
  const authorOf = new Map<string, string>();
  const posts = log.posts.map((post): Shown => {
    // Of a post that goes on from ours the author is whom the first one answers.
    const { replyToUserId: to, replyToId } = post;
    const authorId = (to === selfId ? authorOf.get(replyToId ?? '') : to) ?? '0';
    authorOf.set(post.id, authorId);
    return {
      key: messageKeyOf({ kind: 'post', id: post.id }),
      order: post.order,
      address: threadKeyOf({ kind: 'public', conversationId: post.conversationId, authorId }),
      text: post.text,
      files: post.files.length,
      answers: replyToId === null ? null : messageKeyOf({ kind: 'post', id: replyToId }),
      invites: post.directLink !== null,
    };
  });
  const directs = log.directs.map(
    ({ id, order: place, toUserId, text, files }): Shown => ({
      key: messageKeyOf({ kind: 'direct', id }),
      order: place,
      address: threadKeyOf(directAddressOf(toUserId ?? '0', selfId)),
      text,
      files: files.length,
      answers: null,
      invites: false,
    }),
  );
  return [...posts, ...directs].sort((one, other) => one.order - other.order);
}
