import { recordOf, stringOf } from '../../shared/read-unknown.ts';
import { XCallError } from '../errors.ts';
import { snowflakeOf } from '../ids.ts';
import { activityName } from '../inbound/activity.ts';
import { isBeyondPlan } from './connection-state.ts';
import type { FeedName } from './polling/feeds.ts';
import type { XRest } from './ports.ts';

/** An activity we want to be told of. */
interface Wanted {
  event: string;
  /** It tells of what we would otherwise have to ask for; without it the feed is polled. */
  instead?: FeedName;
  /** Left out: of our own user's. */
  ofAnybody?: true;
}

/**
 * What we subscribe to. `post.delete` and `dm.sent` tell of nothing but what we did ourselves; of a customer's removals X says nothing.
 */
const WANTED: readonly Wanted[] = [
  { event: 'dm.received', instead: 'directEvents' },
  { event: 'post.mention.create', instead: 'mentions' },
  { event: 'post.reply.create', instead: 'mentions' },
  { event: 'post.quote.create', instead: 'quotes' },
  { event: 'chat.received' },
  { event: 'oauth.revoke', ofAnybody: true },
];
const MOST_LISTED = 1_000;
const MOST_PAGES = 10;

interface Subscription {
  id: string;
  event: string;
  userId: string | null;
  webhookId: string | null;
}

/** What came of it. */
export interface Subscribed {
  /** Feeds whose every activity X brings now. */
  pushed: FeedName[];
  /** Activities the plan leaves out. */
  lacks: string[];
}

/**
 * Sees to it that X tells us of our user's activities.
 * @param webhookId to which webhook; null: the stream is enough
 * @throws {XCallError | BudgetUsedUp} where X could not be asked; what the plan leaves out is no error
 */
export async function subscribe(
  rest: XRest,
  { selfId, webhookId }: { selfId: string; webhookId: string | null },
  signal: AbortSignal,
): Promise<Subscribed> {
  const present = await listed(rest, signal);
  const failed: Wanted[] = [];
  for (const wanted of WANTED) {
    const ours = present.filter(
      ({ event, userId }) => event === wanted.event && (wanted.ofAnybody === true || userId === selfId),
    );
    if (ours.some((one) => webhookId === null || one.webhookId === webhookId)) continue;
    // X takes one of a kind: one of our user's that leads elsewhere is in the way. What is told of anybody may be another account's.
    for (const { id } of wanted.ofAnybody === true ? [] : ours) {
      await rest.call({ endpoint: 'unsubscribe', path: { id }, purpose: 'read' }, signal);
    }
    if (!(await made(rest, wanted, { selfId, webhookId }, signal))) failed.push(wanted);
  }
  const missing = new Set(failed.flatMap(({ instead }) => instead ?? []));
  return {
    pushed: (['mentions', 'quotes', 'directEvents'] as const).filter((feed) => !missing.has(feed)),
    lacks: failed.filter(({ ofAnybody }) => ofAnybody !== true).map(({ event }) => `activity ${event}`),
  };
}

async function listed(rest: XRest, signal: AbortSignal): Promise<Subscription[]> {
  const found: Subscription[] = [];
  let token: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const query = { max_results: MOST_LISTED, pagination_token: token };
    const { body } = await rest.call({ endpoint: 'subscriptions', query, purpose: 'read' }, signal);
    const data: unknown = recordOf(body)?.['data'];
    found.push(...(Array.isArray(data) ? data : []).flatMap(subscriptionOf));
    const next = stringOf(recordOf(recordOf(body)?.['meta'])?.['next_token']);
    if (next === null || next === token) break;
    token = next;
  }
  return found;
}

function subscriptionOf(given: unknown): Subscription[] {
  const one = recordOf(given);
  const id = snowflakeOf(one?.['subscription_id']);
  const event = stringOf(one?.['event_type']);
  if (id === null || event === null) return [];
  const userId = snowflakeOf(recordOf(one?.['filter'])?.['user_id']);
  return [{ id, event: activityName(event), userId, webhookId: snowflakeOf(one?.['webhook_id']) }];
}

/** @returns false: the plan, or the account's consent, leaves it out */
async function made(
  rest: XRest,
  { event, ofAnybody }: Wanted,
  { selfId, webhookId }: { selfId: string; webhookId: string | null },
  signal: AbortSignal,
): Promise<boolean> {
  const json = {
    event_type: event,
    filter: ofAnybody === true ? {} : { user_id: selfId },
    ...(webhookId === null ? {} : { webhook_id: webhookId }),
  };
  // Private activities may want the account's own consent, where the app alone is not enough.
  for (const endpoint of ['subscribe', 'subscribeAsUser'] as const) {
    try {
      await rest.call({ endpoint, json, purpose: 'read' }, signal);
      return true;
    } catch (error) {
      if (!(error instanceof XCallError)) throw error;
      // Somebody was quicker.
      if (error.failure.status === 409) return true;
      // What X finds bad of the app it may take of the account.
      if (!isRefused(error, ofAnybody === true || endpoint === 'subscribe')) throw error;
    }
  }
  return false;
}

/** Whether X will not do it, rather than not now. */
function isRefused({ failure }: XCallError, mayBeBad: boolean): boolean {
  const { status, problem } = failure;
  if (isBeyondPlan(failure)) return true;
  return problem !== null && (status === 401 || status === 403 || (status === 400 && mayBeBad));
}
