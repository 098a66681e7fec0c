import type { IncomingMessage } from 'node:http';
import type { ConnectionState, InboundSink } from '../../../src/core/ports/channel.ts';
import type { Log } from '../../../src/core/ports/log.ts';
import { jsonIn, recordOf } from '../../shared/read-unknown.ts';
import type { StateBoard } from '../../shared/state-board.ts';
import { type StoreLoop, storeUntilTaken } from '../../shared/store-loop.ts';
import { microsOfActivity } from '../budget/activities.ts';
import { isTooManyConnections, slowDownMs, XCallError } from '../errors.ts';
import { revokedUserIn } from '../normalise.ts';
import { retrying, troubleOf } from './connection-state.ts';
import { openStream, type StreamWay } from './open-stream.ts';
import type { FeedName } from './polling/feeds.ts';
import type { Polling } from './polling/poll.ts';
import type { XRest } from './ports.ts';
import type { SelfSource } from './self.ts';
import { nextStreamWait, type StreamEnd, type StreamWait } from './stream-backoff.ts';
import { createLines } from './stream-lines.ts';
import { subscribe } from './subscriptions.ts';
import { forWhom } from './webhook.ts';
import type { Wrapping } from './wrap.ts';

export interface StreamParts {
  way: StreamWay;
  rest: XRest;
  self: SelfSource;
  wrapping: Wrapping;
  polling: Pick<Polling, 'setPushed'>;
  board: StateBoard;
  log: Log;
  nowMs: () => number;
  pause: (ms: number, signal: AbortSignal) => Promise<void>;
  onLacks: (lacks: readonly string[]) => void;
  onDelivery: (micros: number) => void;
  onRevoked: () => void;
  times?: Partial<StreamTimes>;
}

export interface StreamTimes {
  /** Silence after which the stream counts as dead, ms; X sends a line end every 20 s. */
  heartbeatMs: number;
  /** By this every wait is shortened; for tests. */
  waitFactor: number;
}

const STREAM_TIMES: StreamTimes = { heartbeatMs: 30_000, waitFactor: 1 };
/** Other accounts may stream with the same app: theirs are closed with ours, so it is the last thing to try. */
const CLOSE_AFTER = 3;
const CLOSE_EVERY_MS = 15 * 60_000;
/** How often the subscriptions are looked at, at an opening. */
const SUBSCRIPTIONS_EVERY_MS = 3_600_000;
const STORE_RETRY_MS = 500;

/** Holds the activity stream open until aborted. While there is none, X is polled; after each opening the gap is read. */
export async function holdStream(sink: InboundSink, parts: StreamParts, signal: AbortSignal): Promise<void> {
  const { board, log, nowMs, polling } = parts;
  const { waitFactor } = { ...STREAM_TIMES, ...parts.times };
  let wait: StreamWait | null = null;
  let closedAtMs = -Infinity;
  let pushed: readonly FeedName[] = [];
  let nextSubscriptionsMs = -Infinity;
  board.set('stream', { state: 'connecting' });

  while (!signal.aborted) {
    let why: StreamEnd;
    let atLeastMs = 0;
    try {
      const { id: selfId } = await parts.self.learn(signal);
      if (nowMs() >= nextSubscriptionsMs) {
        const { lacks, ...found } = await subscribe(parts.rest, { selfId, webhookId: null }, signal);
        ({ pushed } = found);
        nextSubscriptionsMs = nowMs() + SUBSCRIPTIONS_EVERY_MS;
        parts.onLacks(lacks);
      }
      const response = await openStream(parts.way, signal);
      // That it is pushed now means a look: what came before is a gap.
      polling.setPushed(pushed);
      board.set('stream', { state: 'connected' });
      const said = await readLines(response, sink, selfId, parts, signal);
      // One that brought something stood, whatever came before it.
      if (said > 0) wait = null;
      why = 'ended';
      if (signal.aborted) break;
      board.set('stream', retrying('stream_ended', 'X ended the stream; it is opened again'));
    } catch (error) {
      if (signal.aborted) break;
      why = endOf(error);
      const trouble = troubleOf(error, nowMs());
      atLeastMs = trouble.waitMs ?? 0;
      log.debug({ code: trouble.state.code, why }, 'no stream');
      board.set('stream', why === 'too_many' ? TOO_MANY : trouble.state);
    }
    if (signal.aborted) break;
    polling.setPushed([]);
    wait = nextStreamWait(wait, why);
    if (why === 'too_many' && wait.times >= CLOSE_AFTER && nowMs() - closedAtMs >= CLOSE_EVERY_MS) {
      closedAtMs = nowMs();
      await closeStale(parts, signal);
    }
    await parts.pause(Math.max(atLeastMs, wait.waitMs) * waitFactor, signal);
  }
  board.set('stream', null);
}

const TOO_MANY: ConnectionState = {
  state: 'retrying',
  code: 'too_many_streams',
  message: 'As many streams are open with this app as X allows',
  mend: 'Stop the other program that streams with this app, or use another app, or mode: polling. Ours of before ends by itself.',
  trouble: 'second_poller',
};

function endOf(error: unknown): StreamEnd {
  if (!(error instanceof XCallError)) return 'network';
  if (isTooManyConnections(error.failure)) return 'too_many';
  if (slowDownMs(error.failure) !== null) return 'limited';
  return error.failure.status === null ? 'network' : 'refused';
}

/** One of ours may stand at X long after its process has ended. */
async function closeStale({ rest, log }: StreamParts, signal: AbortSignal): Promise<void> {
  try {
    await rest.call({ endpoint: 'closeConnections', purpose: 'read' }, signal);
    log.warn({}, 'all streams of the app were closed, so that ours can be opened');
  } catch (error) {
    log.debug({ error: error instanceof Error ? error.message : typeof error }, 'streams could not be closed');
  }
}

/** @returns how many activities came, until the stream ended or fell silent */
async function readLines(
  response: IncomingMessage,
  sink: InboundSink,
  selfId: string,
  parts: StreamParts,
  signal: AbortSignal,
): Promise<number> {
  const lines = createLines();
  const { heartbeatMs } = { ...STREAM_TIMES, ...parts.times };
  let count = 0;
  const end = (): void => void response.destroy();
  signal.addEventListener('abort', end, { once: true });
  let watch = setTimeout(end, heartbeatMs);
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      // What takes long here is the store, not X.
      clearTimeout(watch);
      const { activities, ends } = readActivities(lines.push(chunk), selfId, parts);
      count += activities.length;
      // What came meanwhile is the next chunk: one commit for all of it.
      if (!(await store(activities, sink, parts, signal)) || ends) return count;
      watch = setTimeout(end, heartbeatMs);
    }
  } catch (error) {
    // A stream ends as it likes; what was not stored is read as a gap.
    parts.log.debug({ error: error instanceof Error ? error.name : typeof error }, 'the stream broke');
  } finally {
    clearTimeout(watch);
    signal.removeEventListener('abort', end);
    response.destroy();
  }
  return count;
}

/** Reads the lines of a chunk. `ends`: X says that the stream is over. */
function readActivities(
  lines: readonly string[],
  selfId: string,
  parts: StreamParts,
): { activities: Buffer[]; ends: boolean } {
  const activities: Buffer[] = [];
  for (const line of lines) {
    const body = recordOf(jsonIn(line));
    if (body === null) continue;
    if (Array.isArray(body['errors']) && body['data'] === undefined) return { activities, ends: true };
    const userId = forWhom(body);
    // The stream is the app's, with the activities of all its accounts.
    if (userId !== null && userId !== selfId) continue;
    if (revokedUserIn(body) === selfId) parts.onRevoked();
    parts.onDelivery(microsOfActivity(body));
    activities.push(parts.wrapping.wrap(body, selfId, Buffer.from(line)));
  }
  return { activities, ends: false };
}

/** Has them stored, in their order; false: aborted before. */
async function store(
  activities: readonly Buffer[],
  sink: InboundSink,
  { board, log, pause }: StreamParts,
  signal: AbortSignal,
): Promise<boolean> {
  if (activities.length === 0) return true;
  const tell: StoreLoop['tell'] = (state) => board.set('store', state);
  const times = { firstRetryMs: STORE_RETRY_MS, mostRetryMs: 20 * STORE_RETRY_MS };
  const what = 'an activity was not stored';
  return storeUntilTaken(() => sink(activities), { log, what, tell, ...times, pause }, signal);
}
