import { failureOf, XCallError } from '../../../../../channels/x/errors.ts';
import { compareSnowflakes, firstIdAt, madeAtMs } from '../../../../../channels/x/ids.ts';
import type { XMeter } from '../../../../../channels/x/meter.ts';
import { costMicros, usualMicros } from '../../../../../channels/x/price.ts';
import type { Headers } from '../../../../../channels/x/rate-limits.ts';
import type { XAnswer, XCall, XRest } from '../../../../../channels/x/transport/ports.ts';

export const SELF_ID = '1500000000000000001';
const WINDOW_MS = 15 * 60_000;
const DAY_MS = 24 * 3_600_000;
/** X shows no more mentions than these. */
const REACH = 800;
/** A search looks back so far, ms. */
const SEARCH_BACK_MS = 7 * DAY_MS;
/** A post of ours, which others quote. */
const OUR_POST_ID = '1500000000000000777';

/** What was written at X. */
export interface Written {
  id: string;
  feed: 'mentions' | 'quotes' | 'directEvents';
  text: string;
  authorId: string;
}

/** The three endpoints of X that are polled, with their limits and what they charge, in memory. */
export interface ModelServer {
  /** What the account's process calls it by. */
  restFor(meter: XMeter): XRest;
  /** @param earlierMs it was made so long before it is shown */
  write(written: Omit<Written, 'id'>, earlierMs?: number): Written;
  /** Everything that was written, oldest first. */
  all(feed: Written['feed']): readonly Written[];
  /** What X charges for each UTC day, millionths of a dollar, without any forgiveness for what was asked before. */
  readonly charged: Map<number, number>;
  readonly calls: Map<string, number>;
  readonly refusals: Map<string, number>;
  away: boolean;
  /** What is answered instead; null: nothing. */
  refusal: ((feed: Written['feed'], call: XCall) => Refusal | null) | null;
}

/** An answer that is none of what was asked for. */
export interface Refusal {
  status: number;
  body: unknown;
}

export function createModelServer(options: {
  nowMs: () => number;
  limits: Readonly<Record<Written['feed'], number>>;
}): ModelServer {
  const { nowMs, limits } = options;
  const written: Record<Written['feed'], Written[]> = { mentions: [], quotes: [], directEvents: [] };
  const windows = new Map<string, { resetMs: number; used: number }>();
  const charged = new Map<number, number>();
  const calls = new Map<string, number>();
  const refusals = new Map<string, number>();
  let sequence = 0n;
  let away = false;
  let refusal: ModelServer['refusal'] = null;

  function headersOf(feed: Written['feed']): { headers: Headers; refused: boolean } {
    const now = nowMs();
    let window = windows.get(feed);
    if (window === undefined || window.resetMs <= now) {
      window = { resetMs: Math.floor(now / 1_000) * 1_000 + WINDOW_MS, used: 0 };
      windows.set(feed, window);
    }
    const refused = window.used >= limits[feed];
    if (!refused) window.used += 1;
    return {
      refused,
      headers: {
        'x-rate-limit-limit': String(limits[feed]),
        'x-rate-limit-remaining': String(limits[feed] - window.used),
        'x-rate-limit-reset': String(window.resetMs / 1_000),
      },
    };
  }

  /** What X has of a feed, oldest first. */
  function shownOf(feed: Written['feed']): readonly Written[] {
    if (feed === 'mentions') return written.mentions.slice(-REACH);
    if (feed === 'directEvents') return written.directEvents;
    const oldest = firstIdAt(nowMs() - SEARCH_BACK_MS);
    return written.quotes.filter(({ id }) => compareSnowflakes(id, oldest) > 0);
  }

  function answer(feed: Written['feed'], call: XCall): XAnswer {
    calls.set(feed, (calls.get(feed) ?? 0) + 1);
    const instead = refusal?.(feed, call) ?? null;
    if (instead !== null) throw new XCallError(feed, failureOf({ ...instead, headers: {} }, nowMs()));
    const { headers, refused } = headersOf(feed);
    if (refused) {
      refusals.set(feed, (refusals.get(feed) ?? 0) + 1);
      const retryAfterMs = Number(headers['x-rate-limit-reset']) * 1_000 - nowMs();
      throw new XCallError(feed, { status: 429, problem: null, message: '429', retryAfterMs, sent: 'maybe' });
    }
    const { since_id: since, max_results: most, pagination_token: token } = call.query ?? {};
    const all = shownOf(feed);
    // Pages go on below the oldest of the page before.
    const below = all.toReversed().filter(({ id }) => token === undefined || compareSnowflakes(id, String(token)) < 0);
    const wanted = since === undefined ? below : below.filter(({ id }) => compareSnowflakes(id, String(since)) > 0);
    const page = wanted.slice(0, Number(most));
    const last = page.at(-1);
    const next = wanted.length > page.length && last !== undefined ? { next_token: last.id } : {};
    const data = page.map(SHOWN_AS[feed]);
    const includes = feed === 'quotes' ? { tweets: [{ id: OUR_POST_ID, author_id: SELF_ID }] } : null;
    const body = {
      ...(data.length === 0 ? {} : { data }),
      ...(includes === null ? {} : { includes }),
      meta: { result_count: data.length, ...next },
    };
    return { status: 200, headers, body };
  }

  return {
    restFor: (meter) => ({
      async call(call) {
        const mostMicros = call.mostMicros ?? usualMicros(call.endpoint);
        const reserved = await meter.reserve(mostMicros, call.purpose);
        let micros = 0;
        try {
          if (away) {
            const failure = { problem: null, message: 'closed', retryAfterMs: null };
            throw new XCallError(call.endpoint, { status: null, sent: 'no', ...failure });
          }
          const given = call.endpoint === 'me' ? ME : answer(feedAt(call.endpoint), call);
          micros = costMicros(call.endpoint, mostMicros, given.body);
          const day = Math.floor(nowMs() / DAY_MS);
          charged.set(day, (charged.get(day) ?? 0) + micros);
          return given;
        } finally {
          reserved.settle(micros);
        }
      },
      close: () => undefined,
    }),
    write(one, earlierMs = 0) {
      sequence += 1n;
      const made = { ...one, id: String(BigInt(firstIdAt(nowMs() - earlierMs)) + (sequence & 0x3f_ffffn)) };
      const all = written[one.feed];
      all.push(made);
      if (earlierMs > 0) all.sort((a, b) => compareSnowflakes(a.id, b.id));
      return made;
    },
    all: (feed) => written[feed],
    charged,
    calls,
    refusals,
    get away() {
      return away;
    },
    set away(now) {
      away = now;
    },
    get refusal() {
      return refusal;
    },
    set refusal(next) {
      refusal = next;
    },
  };
}

const ME: XAnswer = { status: 200, headers: {}, body: { data: { id: SELF_ID, username: 'us' } } };

function feedAt(endpoint: XCall['endpoint']): Written['feed'] {
  if (endpoint === 'mentions' || endpoint === 'directEvents') return endpoint;
  if (endpoint === 'search') return 'quotes';
  throw new TypeError(endpoint);
}

function quoteOf({ id, text, authorId }: Written): object {
  return {
    id,
    text,
    author_id: authorId,
    conversation_id: id,
    created_at: new Date(madeAtMs(id) ?? 0).toISOString(),
    edit_history_tweet_ids: [id],
    referenced_tweets: [{ type: 'quoted', id: OUR_POST_ID }],
  };
}

function postOf({ id, text, authorId }: Written): object {
  return {
    id,
    text: `@us ${text}`,
    author_id: authorId,
    conversation_id: id,
    created_at: new Date(madeAtMs(id) ?? 0).toISOString(),
    edit_history_tweet_ids: [id],
    entities: { mentions: [{ start: 0, end: 3, username: 'us', id: SELF_ID }] },
  };
}

function directOf({ id, text, authorId }: Written): object {
  return {
    id,
    event_type: 'MessageCreate',
    text,
    sender_id: authorId,
    dm_conversation_id: `${SELF_ID}-${authorId}`,
    created_at: new Date(madeAtMs(id) ?? 0).toISOString(),
  };
}

const SHOWN_AS: Readonly<Record<Written['feed'], (one: Written) => object>> = {
  mentions: postOf,
  quotes: quoteOf,
  directEvents: directOf,
};
