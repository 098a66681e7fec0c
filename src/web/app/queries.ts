import { QueryClient, type QueryKey } from '@tanstack/react-query';
import { fetchCounts, fetchList, fetchMessages } from '../api/calls.ts';
import { asFailure } from '../api/failure.ts';
import type { Conversation } from '../api/model.ts';
import {
  belongsTo,
  type LoadedList,
  mergeFirstPage,
  placeConversation,
  withoutConversation,
} from '../list/list-pages.ts';
import { VIEWS, type View } from '../router/route.ts';
import { type LoadedThread, mergeNewest, reachUnread } from '../thread/loaded-thread.ts';

/** What was fetched stays fresh until the live connection says otherwise. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: 10 * 60_000,
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      networkMode: 'always',
      retry: (failures, thrown) => asFailure(thrown).passing && failures < 3,
      retryDelay: (failures, thrown) => asFailure(thrown).retryAfterMs ?? Math.min(4_000, 400 * 2 ** failures),
    },
  },
});

export const COUNTS_KEY: QueryKey = ['counts'];
export const listKey = (view: View): QueryKey => ['list', view];
/** What was found by words among what is filed. */
export const foundKey = (words: string): QueryKey => ['found', words];
export const threadKey = (conversationId: string): QueryKey => ['thread', conversationId];

export const countsQuery = { queryKey: COUNTS_KEY, queryFn: fetchCounts };

export const listQuery = (view: View) => ({
  queryKey: listKey(view),
  queryFn: async (): Promise<LoadedList> => {
    const page = await fetchList(view);
    // Read after the answer: what was loaded meanwhile is part of it.
    return mergeFirstPage(queries.getQueryData<LoadedList>(listKey(view)), page);
  },
});

export const threadQuery = (conversationId: string) => ({
  queryKey: threadKey(conversationId),
  queryFn: async (): Promise<LoadedThread> => {
    const page = await fetchMessages(conversationId);
    const thread = mergeNewest(queries.getQueryData<LoadedThread>(threadKey(conversationId)), page);
    return reachUnread(thread, (before, limit) => fetchMessages(conversationId, { before, limit }));
  },
});

/** A conversation as some loaded list or thread knows it. */
export function knownConversation(id: string): Conversation | undefined {
  const thread = queries.getQueryData<LoadedThread>(threadKey(id));
  if (thread !== undefined) return thread.conversation;
  for (const view of VIEWS) {
    const found = queries.getQueryData<LoadedList>(listKey(view))?.items.find((one) => one.id === id);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Shows how a conversation stands now, everywhere it is shown. */
export function showConversation(one: Conversation, me: string): void {
  for (const view of VIEWS) {
    queries.setQueryData<LoadedList>(listKey(view), (known) =>
      known === undefined ? undefined : placeConversation(known, one, belongsTo(view, one, me)),
    );
  }
  if (!belongsTo('filed', one, me)) dropFound(one.id);
  queries.setQueryData<LoadedThread>(threadKey(one.id), (known) =>
    known === undefined || known.conversation.version > one.version ? known : { ...known, conversation: one },
  );
}

/** Takes a conversation off the page that the agent may not see any more. */
export function hideConversation(id: string): void {
  for (const view of VIEWS) {
    queries.setQueryData<LoadedList>(listKey(view), (known) =>
      known === undefined ? undefined : withoutConversation(known, id),
    );
  }
  dropFound(id);
  void queries.invalidateQueries({ queryKey: threadKey(id) });
}

function dropFound(id: string): void {
  queries.setQueriesData<LoadedList>({ queryKey: ['found'] }, (known) =>
    known === undefined ? undefined : withoutConversation(known, id),
  );
}
