import type { Log } from '../../../src/core/ports/log.ts';
import { createBackoff, pause } from '../../shared/backoff.ts';
import type { StateBoard } from '../../shared/state-board.ts';
import {
  budgetUsed,
  endsSession,
  lostConnection,
  type Trouble,
  troubleOfCall,
  troubleOfClose,
} from './connection-state.ts';
import { type ConnectionOptions, type Ending, type GatewaySession, runConnection } from './gateway-socket.ts';
import { askGateway, type GatewayInfo, type IdentifyBudget } from './identify-budget.ts';
import type { DiscordRest, GatewayTimes } from './ports.ts';

export interface ShardOptions {
  shard: readonly [number, number];
  token: string;
  intents: number;
  rest: DiscordRest;
  log: Log;
  board: StateBoard;
  budget: IdentifyBudget;
  times: GatewayTimes;
  onReady: ConnectionOptions['onReady'];
  onDispatch: ConnectionOptions['onDispatch'];
  onControl: ConnectionOptions['onControl'];
}

/** After so many connections in a row that did not take it up, the session is given up: its server may be gone for good. */
const RESUME_TRIES = 6;
/** How long a connection must have been of use before trouble begins anew with short waits. */
const CALM_MS = 30_000;

/**
 * Keeps one shard connected until aborted, or until the platform wants other shards. A session is taken up again whatever broke the
 * connection, refused reconnects included, and given up only when the platform says so.
 */
export async function runShard(options: ShardOptions, signal: AbortSignal): Promise<'aborted' | 'reshard'> {
  const { times, log, board, shard } = options;
  const [shardId] = shard;
  const who = `shard:${shardId}`;
  const backoff = createBackoff({ firstMs: times.firstRetryMs, maxMs: times.maxRetryMs });
  // In a box of its own: it is assigned in callbacks, which the type checker does not follow.
  const held: { session: GatewaySession | null } = { session: null };
  let refusals = 0;
  let garbledAt: number | null = null;
  board.set(who, { state: 'connecting' });

  const rest = async (trouble: Trouble): Promise<void> => {
    board.set(who, trouble.state);
    const waitMs = trouble.slow ? times.refusedRetryMs : (trouble.waitMs ?? backoff.nextMs());
    await pause(waitMs, signal);
  };

  while (!signal.aborted) {
    const { session } = held;
    let url = session?.resumeUrl ?? '';
    if (session === null) {
      const info = await turnToIdentify(options, rest, signal);
      if (info === null) return 'aborted';
      if (info.shards > shard[1]) return 'reshard';
      url = info.url;
    }
    let readyAt: number | null = null;
    const seqBefore = session?.seq ?? 0;
    const ending = await runConnection(
      {
        url,
        token: options.token,
        intents: options.intents,
        shard,
        session,
        times,
        passGarbled: garbledAt !== null && garbledAt === (session?.seq ?? 0),
        onSession: (next) => {
          held.session = next;
        },
        onReady(d) {
          readyAt = performance.now();
          options.onReady(d);
          board.set(who, { state: 'connected' });
        },
        onResumed() {
          readyAt = performance.now();
          board.set(who, { state: 'connected' });
        },
        onDispatch: options.onDispatch,
        onControl: options.onControl,
      },
      signal,
    );
    if (ending.kind === 'aborted') return 'aborted';
    const usedMs = readyAt === null ? 0 : performance.now() - readyAt;
    if (usedMs > Math.min(CALM_MS, times.maxRetryMs * 2)) backoff.reset();
    log.info({ shardId, ...ending, resumed: session !== null, usedMs: Math.round(usedMs) }, 'gateway connection ended');
    garbledAt = ending.kind === 'garbled' ? (held.session?.seq ?? 0) : garbledAt;
    // Where part of what was missed came, the next connection goes on from there.
    if (readyAt !== null || (session !== null && session.seq > seqBefore)) refusals = 0;
    // Silence and close codes count as much as a refused connection: a server that lost the session says so in many ways.
    else if (session !== null) refusals += 1;
    if (losesSession(ending, refusals)) held.session = null;
    // Asked to move on, or cut off once after a long while: back at once.
    if (ending.kind === 'asked' && usedMs > times.firstRetryMs) continue;
    await rest(troubleOf(ending));
  }
  return 'aborted';
}

function losesSession(ending: Ending, refusals: number): boolean {
  if (ending.kind === 'invalid' && !ending.resumable) return true;
  if (ending.kind === 'closed' && endsSession(ending.code)) return true;
  return refusals >= RESUME_TRIES;
}

function troubleOf(ending: Exclude<Ending, { kind: 'aborted' }>): Trouble {
  switch (ending.kind) {
    case 'closed':
      return troubleOfClose(ending.code);
    case 'unreachable':
      return lostConnection(ending.reason);
    case 'silent':
      return lostConnection(`it went silent (no ${ending.what})`);
    case 'invalid':
      return lostConnection('it ended the session');
    case 'asked':
      return lostConnection('it asked us to connect again');
    case 'garbled':
      return lostConnection('it sent something that cannot be read');
  }
}

/** Waits until this shard may begin a new session; null: aborted. */
async function turnToIdentify(
  { shard, rest, budget, board, log }: ShardOptions,
  wait: (trouble: Trouble) => Promise<void>,
  signal: AbortSignal,
): Promise<GatewayInfo | null> {
  while (!signal.aborted) {
    let info: GatewayInfo;
    try {
      info = await askGateway(rest, signal);
    } catch (error) {
      if (signal.aborted) return null;
      await wait(troubleOfCall(error));
      continue;
    }
    const { waitMs, reason } = budget.take(shard[0], info);
    if (waitMs === 0) return info;
    if (reason === 'budget') {
      log.warn({ shardId: shard[0], remaining: info.remaining, waitMs }, 'waiting before a new session');
      board.set(`shard:${shard[0]}`, budgetUsed(waitMs).state);
    }
    await pause(waitMs, signal);
  }
  return null;
}
