import { ENDPOINTS, type Endpoint, POST_MICROS } from '../endpoints.ts';
import { urlsIn } from '../text/urls.ts';

/** What X takes for a call, millionths of a US dollar. */
export interface Price {
  /** For each post, message or person it answers with. */
  each?: number;
  perCall?: number;
}

/** What the app's plan gives; all of it may be changed while the simulator runs. */
export interface Plan {
  /** Calls that are not part of it, such as `POST /2/webhooks`: 403. */
  lacks: Set<string>;
  /** Millionths of a US dollar that are left; null: as many as are needed. */
  creditsMicros: number | null;
  /** By route. */
  prices: Record<string, Price>;
  /** For each event that is delivered. */
  eventMicros: { direct: number; post: number };
  /** Posts of up to 25,000 characters. */
  longPosts: boolean;
  /** Whether an answer to us calls us, although nobody wrote our name; X does not say. */
  repliesSummon: boolean;
  /** Whether X lets only those answer and quote who were called: self-serve plans. */
  needsSummons: boolean;
  webhooks: number;
  streams: number;
  subscriptions: number;
}

export function createPlan(): Plan {
  return {
    lacks: new Set(),
    creditsMicros: null,
    prices: Object.fromEntries(
      Object.values<Endpoint>(ENDPOINTS).map(({ method, path, microsEach = 0, microsPerCall = 0 }) => [
        `${method} ${path}`,
        { each: microsEach, perCall: microsPerCall },
      ]),
    ),
    eventMicros: { direct: 10_000, post: 5_000 },
    longPosts: false,
    repliesSummon: true,
    needsSummons: true,
    webhooks: 5,
    streams: 2,
    subscriptions: 1_500,
  };
}

/** What a post costs: with a link many times as much, an answer to whoever called us a little less. */
export function priceOfPost(text: string, isSummoned: boolean, { perCall = 0 }: Price): number {
  if (urlsIn(text.normalize('NFC')).length > 0) return POST_MICROS.withLink;
  return isSummoned ? POST_MICROS.summonedReply : perCall;
}
