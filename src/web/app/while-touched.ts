import { untouchedMs } from './last-input.ts';
import { queries } from './queries.ts';

/** A page nobody has touched for this long asks nothing by itself: asking would keep its session from ever running out. */
const UNTOUCHED_MS = 30 * 60_000;

/** For what is asked again and again by itself: asks, or once nobody is there any more gives the last answer. */
export function whileTouched<Data>(queryKey: readonly string[], ask: () => Promise<Data>): () => Promise<Data> {
  return async () => {
    const known = queries.getQueryData<Data>(queryKey);
    return known !== undefined && untouchedMs() > UNTOUCHED_MS ? known : ask();
  };
}
