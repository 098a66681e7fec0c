import { fetchConversation } from '../api/calls.ts';
import { asFailure } from '../api/failure.ts';
import { COUNTS_KEY, hideConversation, listKey, queries, showConversation, threadKey } from '../app/queries.ts';
import type { LoadedList } from '../list/list-pages.ts';
import { VIEWS } from '../router/route.ts';
import { coalesced } from './coalesced.ts';
import { customersTyping } from './customers-typing.ts';
import type { LiveMessage } from './live-connection.ts';

/** More rows than this below the first page are not fetched one by one: the list is cut to its first page. */
const MOST_SINGLE_ROWS = 10;

/**
 * Keeps what is shown in step with what the server says has changed: the shown list's first page, rows further down one by one, the shown
 * thread, the counts. What is not shown is only marked and fetched when it is.
 */
export function createLiveSync(me: string, signedOut: () => void): (message: LiveMessage) => void {
  let changed = new Set<string>();

  const catchUp = coalesced(async () => {
    const ids = changed;
    changed = new Set();
    const refresh = { refetchType: 'active' } as const;
    await Promise.all([
      queries.invalidateQueries({ queryKey: COUNTS_KEY, ...refresh }),
      queries.invalidateQueries({ queryKey: ['list'], ...refresh }),
      ...[...ids].map((id) => queries.invalidateQueries({ queryKey: threadKey(id), ...refresh })),
    ]).catch(() => undefined);
    await refreshRowsBelow(ids, me);
  });

  return (message) => {
    if (message.type === 'signed_out') signedOut();
    if (message.type === 'refetch') {
      void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session', refetchType: 'active' });
    }
    if (message.type === 'typing') customersTyping.heard(message.conversation);
    if (message.type !== 'changed') return;
    for (const { id, version } of message.conversations) {
      if (version === null) hideConversation(id);
      else changed.add(id);
    }
    catchUp();
  };
}

/** The first page was fetched again; a changed row below it was not. */
async function refreshRowsBelow(ids: ReadonlySet<string>, me: string): Promise<void> {
  const active = VIEWS.filter(
    (view) =>
      queries
        .getQueryCache()
        .find({ queryKey: listKey(view) })
        ?.isActive() === true,
  );
  for (const view of active) {
    const list = queries.getQueryData<LoadedList>(listKey(view));
    const below = list?.items.slice(50).filter((one) => ids.has(one.id)) ?? [];
    if (list !== undefined && below.length > MOST_SINGLE_ROWS) {
      queries.removeQueries({ queryKey: listKey(view) });
      continue;
    }
    for (const { id } of below) {
      try {
        showConversation(await fetchConversation(id), me);
      } catch (thrown) {
        if (asFailure(thrown).status === 404) hideConversation(id);
      }
    }
  }
}
