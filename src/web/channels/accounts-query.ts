import { fetchAccounts } from '../api/calls.ts';
import { whileTouched } from '../app/while-touched.ts';

const KEY = ['accounts'];
/** Often enough for a page somebody watches, rare enough for one that stays open all day. */
const REFRESH_MS = 15_000;

/** How our accounts stand; asked again by itself while it is shown. */
export const accountsQuery = {
  queryKey: KEY,
  queryFn: whileTouched(KEY, fetchAccounts),
  staleTime: 0,
  refetchInterval: REFRESH_MS,
};
