import { integerOf, recordOf, stringOf } from '../../shared/read-unknown.ts';
import type { DiscordRest } from './ports.ts';
import { DiscordCallError } from './ports.ts';

/** What GET /gateway/bot says. */
export interface GatewayInfo {
  url: string;
  shards: number;
  /** IDENTIFYs left until `resetAfterMs` has passed. */
  remaining: number;
  resetAfterMs: number;
  maxConcurrency: number;
}

/** @throws {DiscordCallError} */
export async function askGateway(rest: DiscordRest, signal: AbortSignal): Promise<GatewayInfo> {
  const answer = recordOf(await rest.call('GET', '/gateway/bot', undefined, signal));
  const limit = recordOf(answer?.['session_start_limit']);
  const url = stringOf(answer?.['url']);
  if (url === null) {
    throw new DiscordCallError('GET /gateway/bot', {
      status: 200,
      code: null,
      message: 'the answer names no gateway; check apiRoot',
      retryAfterMs: null,
      scope: null,
      sent: 'maybe',
    });
  }
  return {
    url,
    shards: Math.max(1, integerOf(answer?.['shards']) ?? 1),
    remaining: integerOf(limit?.['remaining']) ?? 1,
    resetAfterMs: integerOf(limit?.['reset_after']) ?? 60_000,
    maxConcurrency: Math.max(1, integerOf(limit?.['max_concurrency']) ?? 1),
  };
}

/** How many IDENTIFYs of a shard go out as they come; later ones are spread over the day. */
const FREE_IDENTIFIES = 20;
const FREE_WITHIN_MS = 3_600_000;
/** Then at most one in this time: 576 a day of the 1,000 there are. */
const SPREAD_MS = 150_000;
/** What is left for a person who has to restart something: the first IDENTIFY of each shard in a process may take of it. */
const RESERVE = 10;
/** Longest time until the limit is asked for again: the platform may have given more by then. */
const ASK_AGAIN_MS = 600_000;

/** Keeps IDENTIFYs within the platform's limits: used up, it ends all sessions and resets the token. */
export interface IdentifyBudget {
  /** How long to wait until this shard may send IDENTIFY, ms; 0: it may now, and is counted. */
  take(shardId: number, info: GatewayInfo): { waitMs: number; reason: 'turn' | 'budget' };
}

/** @param nowMs monotonic */
export function createIdentifyBudget(nowMs: () => number, gapMs: number): IdentifyBudget {
  const lastOfSlot = new Map<number, number>();
  const ofShard = new Map<number, number[]>();

  return {
    take(shardId, info) {
      const now = nowMs();
      if (info.remaining <= (ofShard.has(shardId) ? RESERVE : 0)) {
        return { waitMs: Math.min(ASK_AGAIN_MS, Math.max(1_000, info.resetAfterMs)), reason: 'budget' };
      }
      const recent = (ofShard.get(shardId) ?? []).filter((at) => now - at < FREE_WITHIN_MS);
      const last = recent.at(-1);
      if (recent.length >= FREE_IDENTIFIES && last !== undefined && now - last < SPREAD_MS) {
        return { waitMs: SPREAD_MS - (now - last), reason: 'budget' };
      }
      const slot = shardId % info.maxConcurrency;
      const since = now - (lastOfSlot.get(slot) ?? Number.NEGATIVE_INFINITY);
      if (since < gapMs) return { waitMs: gapMs - since, reason: 'turn' };
      lastOfSlot.set(slot, now);
      ofShard.set(shardId, [...recent, now]);
      return { waitMs: 0, reason: 'turn' };
    },
  };
}
