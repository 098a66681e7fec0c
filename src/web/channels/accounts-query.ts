import { fetchAccounts } from '../api/calls.ts';
import type { Account } from '../api/model.ts';
import { queries } from '../app/queries.ts';
import { untouchedMs } from './last-input.ts';

const KEY = ['accounts'];
/** Often enough for a page somebody watches, rare enough for one that stays open all day. */
const REFRESH_MS = 15_000;
/** A page nobody has touched for this long asks nothing: asking would keep its session from ever running out. */
const UNTOUCHED_MS = 30 * 60_000;

/** How our accounts stand; asked again by itself while it is shown. */
export const accountsQuery = {
  queryKey: KEY,
  queryFn: async (): Promise<readonly Account[]> => {
    const known = queries.getQueryData<readonly Account[]>(KEY);
    return known !== undefined && untouchedMs() > UNTOUCHED_MS ? known : fetchAccounts();
  },
  staleTime: 0,
  refetchInterval: REFRESH_MS,
};
