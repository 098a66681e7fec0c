import type { Conversation, Message, MessagePage, Origin, Participant } from '../api/model.ts';

/** What of a thread is loaded: oldest first. `more`: there are older ones. */
export interface LoadedThread {
  conversation: Conversation;
  items: readonly Message[];
  more: boolean;
  /** Of a thread of letters: who takes part. */
  participants: readonly Participant[];
  /** What began elsewhere and goes on in this thread. */
  origins: readonly Origin[];
  /** How an answer would stand there. */
  answering: MessagePage['answering'];
}

/** The thread after its newest page was fetched again: older pages stay when the two meet, else only the page holds. */
export function mergeNewest(known: LoadedThread | undefined, page: MessagePage): LoadedThread {
  const first = page.items[0];
  const last = known?.items.at(-1);
  if (known === undefined || first === undefined || !page.more || last === undefined || last.seq < first.seq - 1)
    return page;
  const older = known.items.filter((one) => one.seq < first.seq);
  return {
    conversation: known.conversation.version > page.conversation.version ? known.conversation : page.conversation,
    items: [...older, ...page.items],
    more: older.length === 0 ? page.more : known.more,
    participants: page.participants,
    origins: joined(known.origins, page.origins),
    answering: page.answering,
  };
}

/** The thread with the page before its first entry. */
export function prependOlder(known: LoadedThread, page: MessagePage): LoadedThread {
  const first = known.items[0]?.seq ?? Number.POSITIVE_INFINITY;
  return {
    ...known,
    items: [...page.items.filter((one) => one.seq < first), ...known.items],
    more: page.more,
    origins: joined(known.origins, page.origins),
  };
}

/** Each page brings what goes on in the conversations that begin on it. */
function joined(known: readonly Origin[], page: readonly Origin[]): Origin[] {
  const fresh = new Set(page.map(({ id }) => id));
  return [...known.filter(({ id }) => !fresh.has(id)), ...page].sort((a, b) => a.number - b.number);
}

/** So many entries are loaded at most to open a thread where its unread begins, and for each step towards it. */
export const UNREAD_REACH = 200;

/** How many of a thread's unread messages lie before what is loaded. */
export function unreadBefore(items: readonly Message[], unread: number, more: boolean): number {
  if (!more) return 0;
  return Math.max(0, unread - items.filter((one) => one.kind === 'inbound').length);
}

/** Loads on towards the first unread message. @param fetchBefore entries before a seq */
export async function reachUnread(
  thread: LoadedThread,
  fetchBefore: (seq: number, limit: number) => Promise<MessagePage>,
): Promise<LoadedThread> {
  const first = thread.items[0];
  const missing = unreadBefore(thread.items, thread.conversation.unread, thread.more);
  const limit = UNREAD_REACH - thread.items.length;
  if (first === undefined || missing === 0 || limit <= 0) return thread;
  return prependOlder(thread, await fetchBefore(first.seq, limit));
}
