import type { Conversation, Message, MessagePage } from '../api/model.ts';

/** What of a thread is loaded: oldest first. `more`: there are older ones. */
export interface LoadedThread {
  conversation: Conversation;
  items: readonly Message[];
  more: boolean;
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
  };
}

/** The thread with the page before its first entry. */
export function prependOlder(known: LoadedThread, page: MessagePage): LoadedThread {
  const first = known.items[0]?.seq ?? Number.POSITIVE_INFINITY;
  return { ...known, items: [...page.items.filter((one) => one.seq < first), ...known.items], more: page.more };
}
