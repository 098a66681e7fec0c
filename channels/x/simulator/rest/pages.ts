import { indexFrom } from '../world.ts';
import { invalidRequest } from './errors.ts';

/** A page of a list, newest first, with what leads to the next one. */
export interface Page<T> {
  entries: T[];
  meta: Record<string, unknown>;
}

interface Bounds {
  /** How many at most: what is asked for has to lie between. */
  least: number;
  most: number;
  usual: number;
  /** How far back the list goes at all. */
  reach?: number;
}

/** Tokens of pages are opaque: what they say is nobody's business. */
const TOKEN_PREFIX = 'page-before-';

function pageToken(beforeId: string): string {
  return Buffer.from(TOKEN_PREFIX + beforeId).toString('base64url');
}

/**
 * Cuts a page out of a list that is oldest first.
 * @param fits what of the list is shown at all
 * @throws {ApiError} for a number, a token or an id that is none
 */
export function pageOf<T extends { id: string; atMs: number }>(
  list: readonly T[],
  query: URLSearchParams,
  { least, most, usual, reach = Number.POSITIVE_INFINITY }: Bounds,
  fits: (entry: T) => boolean = () => true,
): Page<T> {
  const size = Number(query.get('max_results') ?? usual);
  if (!Number.isInteger(size) || size < least || size > most) {
    throw invalidRequest(`The \`max_results\` query parameter value [${size}] is not between ${least} and ${most}`);
  }
  const since = idIn(query, 'since_id');
  const until = idIn(query, 'until_id');
  const fromMs = momentIn(query, 'start_time') ?? Number.NEGATIVE_INFINITY;
  const toMs = momentIn(query, 'end_time') ?? Number.POSITIVE_INFINITY;
  const token = tokenIn(query);
  const ends = [token, until].flatMap((id) => (id === null ? [] : [indexFrom(list, id)]));
  const first = since === null ? 0 : indexFrom(list, String(BigInt(since) + 1n));
  const entries: T[] = [];
  let hasMore = false;
  for (let at = Math.min(list.length, ...ends) - 1; at >= Math.max(first, list.length - reach); at -= 1) {
    const entry = list[at];
    if (entry === undefined || entry.atMs < fromMs || entry.atMs > toMs || !fits(entry)) continue;
    if (entries.length === size) {
      hasMore = true;
      break;
    }
    entries.push(entry);
  }
  const last = entries.at(-1);
  return {
    entries,
    meta: {
      result_count: entries.length,
      ...(hasMore && last !== undefined ? { next_token: pageToken(last.id) } : {}),
    },
  };
}

function tokenIn(query: URLSearchParams): string | null {
  const token = query.get('pagination_token');
  if (token === null) return null;
  const [, id] = new RegExp(`^${TOKEN_PREFIX}(\\d{1,20})$`, 'u').exec(Buffer.from(token, 'base64url').toString()) ?? [];
  if (id === undefined) throw invalidRequest(`The \`pagination_token\` query parameter value [${token}] is not valid`);
  return id;
}

function idIn(query: URLSearchParams, name: string): string | null {
  const id = query.get(name);
  if (id !== null && !/^\d{1,19}$/u.test(id))
    throw invalidRequest(`The \`${name}\` query parameter value [${id}] is not valid`);
  return id;
}

function momentIn(query: URLSearchParams, name: string): number | null {
  const given = query.get(name);
  if (given === null) return null;
  const atMs = Date.parse(given);
  if (Number.isNaN(atMs)) throw invalidRequest(`The \`${name}\` query parameter value [${given}] is no date`);
  return atMs;
}
