import { crashPoint } from '../core/crash-point.ts';
import { ItemRejected, StoreUnavailable } from '../core/errors.ts';
import type { AccountId, ThreadId } from '../core/model/ids.ts';
import type { BrainInput } from '../core/ports/brain.ts';
import type { ChannelAccount } from '../core/ports/channel.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Log } from '../core/ports/log.ts';
import type {
  Decision,
  HeadDelivery,
  PipelineStore,
  Settlement,
  StepResult,
  Work,
} from '../core/ports/pipeline-store.ts';
import { attempt, resolve } from '../delivery/attempt.ts';
import { notCalled, poisoned, type Verdict } from '../delivery/outcome.ts';
import { POISON_DEATHS, type Turns } from './turn.ts';

/** Steps one thread may take before others go first. */
export const MAX_STEPS = 20;
const STORE_RETRY_MS = [50, 100, 200, 400, 800];

export interface DrainOptions {
  store: PipelineStore;
  turns: Turns;
  clock: Clock;
  log: Log;
  account(id: AccountId): ChannelAccount | undefined;
  /** Runs a stored turn's brain; never rejects. */
  startWaiting(turn: { id: NonNullable<Decision['newTurn']>['id']; deadlineMs: number }, input: BrainInput): void;
  /** True when the process is going down: finish the step, give the lease back. */
  stopping(): boolean;
  /** Told what a platform call came to, how long it took, and how long it is since its part was committed as `sending`; ms. */
  onAttempt(account: AccountId, verdict: Verdict, tookMs: number, sinceCommitMs: number): void;
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

/**
 * Drains one leased thread: takes steps until the lease is given back or lost.
 * @returns whether work that is due now was left behind (somebody should be woken)
 */
export async function drainThread(first: Work, options: DrainOptions): Promise<boolean> {
  let work = first;
  for (let step = 1; ; step += 1) {
    const result = await takeStep(work, step >= MAX_STEPS, options);
    if (result.status === 'fenced') return false;
    if (result.status === 'released') return result.dueNow;
    work = result.work;
  }
}

async function takeStep(work: Work, last: boolean, options: DrainOptions): Promise<StepResult> {
  const release = (): boolean => last || options.stopping();
  const account = options.account(work.accountId);
  if (account === undefined) {
    // The account left the configuration: its rows wait until it is back.
    return giveBack(work, options, 'the account is not configured');
  }
  if (work.delivery !== null) {
    const verdict = await verdictFor(work, work.delivery, account, options);
    crashPoint('settle.before-commit');
    const result = await settle(work, { ...verdict, ...fence(work, release()), deliveryId: work.delivery.id }, options);
    crashPoint('settle.after-commit');
    return result;
  }
  if (options.stopping()) return persist(options, () => options.store.resume(fence(work, true)));

  const messages = work.messages ?? [];
  const stored = work.turn === null ? null : options.turns.useStored(work, messages, account);
  if (stored !== null) return decide({ ...stored, release: release() }, work, options);
  if (messages.length === 0) return persist(options, () => options.store.resume(fence(work, true)));
  const turn = await options.turns.take(work, messages, account);
  const result = await decide({ ...turn.decision, release: release() }, work, options);
  if (turn.waiting !== null && turn.decision.newTurn !== null && result.status !== 'fenced') {
    crashPoint('turn.stored');
    options.startWaiting(turn.decision.newTurn, turn.waiting.input);
  }
  return result;
}

function fence(work: Work, release: boolean): { threadId: ThreadId; token: number; release: boolean } {
  return { threadId: work.threadId, token: work.token, release };
}

async function giveBack(work: Work, options: DrainOptions, why: string): Promise<StepResult> {
  options.log.warn({ threadId: work.threadId, accountId: work.accountId }, why);
  if (work.delivery?.state === 'sending') {
    const verdict = { ...notCalled(why), retryMs: 60_000 };
    return settle(work, { ...verdict, ...fence(work, true), deliveryId: work.delivery.id }, options);
  }
  return persist(options, () => options.store.resume(fence(work, true)));
}

async function verdictFor(
  work: Work,
  head: HeadDelivery,
  account: ChannelAccount,
  options: DrainOptions,
): Promise<Verdict> {
  if (head.state === 'unknown') return resolve(work, head, account);
  if (work.aloneDeaths >= POISON_DEATHS) return poisoned(head);
  if (options.stopping()) return notCalled('the process is stopping');
  const startedMs = options.clock.monotonicMs();
  const verdict = await attempt(work, head, account, options.clock);
  const tookMs = options.clock.monotonicMs() - startedMs;
  options.onAttempt(work.accountId, verdict, tookMs, head.ageMs + tookMs);
  return verdict;
}

/** Repeats until the store has answered: the outcome of a call must never be forgotten while this process lives. */
async function persist(options: DrainOptions, write: () => Promise<StepResult>): Promise<StepResult> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      if (options.stopping() && tries > STORE_RETRY_MS.length) return { status: 'fenced' };
      await pause(STORE_RETRY_MS[Math.min(tries, STORE_RETRY_MS.length - 1)] ?? 800);
    }
  }
}

async function settle(work: Work, settlement: Settlement, options: DrainOptions): Promise<StepResult> {
  try {
    return await persist(options, () => options.store.settle(settlement));
  } catch (error) {
    if (!(error instanceof ItemRejected)) throw error;
    // Something in the platform's words cannot be stored: the state matters, the words do not.
    options.log.error({ threadId: work.threadId, sqlState: error.sqlState }, 'an outcome was stored without its text');
    const bare = { ...settlement, error: null, externalId: null };
    return persist(options, () => options.store.settle(bare));
  }
}

async function decide(decision: Decision, work: Work, options: DrainOptions): Promise<StepResult> {
  crashPoint('decide.before-commit');
  if (decision.handoffTeam !== null) crashPoint('handoff.before-commit');
  try {
    const result = await options.store.decide(decision);
    crashPoint('decide.after-commit');
    if (decision.handoffTeam !== null) crashPoint('handoff.after-commit');
    return result;
  } catch (error) {
    if (error instanceof StoreUnavailable) {
      // Whether it was written is unknown; what stands there now says so.
      return persist(options, () => options.store.resume(fence(work, options.stopping())));
    }
    if (!(error instanceof ItemRejected)) throw error;
    options.log.error({ threadId: work.threadId, sqlState: error.sqlState }, 'the bot answer could not be stored');
    const { suggestion: _suggestion, automaticLimit: _automaticLimit, ...rest } = decision;
    const parked: Decision = {
      ...rest,
      messageState: 'parked',
      why: `the bot answer could not be stored (SQLSTATE ${error.sqlState})`,
      memory: null,
      handoffTeam: decision.handoffTeam ?? options.turns.fallbackTeam(work),
      outbound: [],
      newTurn: null,
    };
    return persist(options, () => options.store.decide(parked));
  }
}
