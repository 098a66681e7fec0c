import type { AccountTrouble, ConnectionState } from '../../../src/core/ports/channel.ts';
import {
  describe,
  isHeld,
  isOutOfCredit,
  isRefusedToken,
  SHIELD_PAUSE_MS,
  slowDownMs,
  XCallError,
  type XCallFailure,
} from '../errors.ts';
import { BudgetUsedUp } from './ports.ts';

/** What stands in the way of receiving. */
export interface Trouble {
  state: Extract<ConnectionState, { state: 'retrying' | 'stopped' | 'lagging' }>;
  /** How long to leave it alone, ms; left out: the caller's backoff decides. */
  waitMs?: number;
  /** The plan has no access to what was asked; everything else goes on. */
  lacks?: true;
}

/** Only a person can change it, at X: asking seldom is enough. */
const SLOW_PROBE_MS = 5 * 60_000;
/** X is not asked, for our own store has no token: somebody may be logging in just now. */
const OWN_PROBE_MS = 20_000;

const NEEDS_LOGIN_MEND =
  "Make new keys and tokens in X's developer console and put them into the account, or give consent anew: parley account login with the id of this account. Check apiRoot too.";

/** Reads why a call of receiving failed. @param nowMs ms since the epoch */
export function troubleOf(error: unknown, nowMs: number): Trouble {
  if (error instanceof BudgetUsedUp) return budgetUsedUp(error.refillsAtMs, nowMs);
  if (!(error instanceof XCallError)) {
    const name = error instanceof Error ? error.name : typeof error;
    const mend = 'parley doctor says what is wrong with the store.';
    return { state: retrying('store_away', `What was read so far cannot be looked up (${name})`, mend) };
  }
  const { failure } = error;
  if (isOutOfCredit(failure)) {
    const mend = "Add credits in X's developer console; it goes on by itself.";
    return { state: stopped('credits_used_up', `X: ${describe(failure)}`, mend), waitMs: SLOW_PROBE_MS };
  }
  if (isHeld(failure)) {
    const mend = "Log in with X's app, do what it asks for, then resume the account here.";
    return { state: stopped('account_held', `X: ${describe(failure)}`, mend), waitMs: SLOW_PROBE_MS };
  }
  const waitMs = slowDownMs(failure);
  if (waitMs !== null) return { state: retrying('rate_limited', 'X asks us to wait'), waitMs };
  if (isRefusedToken(failure)) {
    return { state: needsLogin(describe(failure)), waitMs: failure.sent === 'no' ? OWN_PROBE_MS : SLOW_PROBE_MS };
  }
  return otherTrouble(failure);
}

/** The account's access is gone until somebody logs in again. `why`: one line. */
export function needsLogin(why: string): Extract<ConnectionState, { state: 'stopped' }> {
  return stopped('needs_login', `X refuses the account's keys (${why})`, NEEDS_LOGIN_MEND, 'needs_login');
}

function otherTrouble(failure: XCallFailure): Trouble {
  const { status, problem } = failure;
  if (isBeyondPlan(failure)) {
    const mend = "See the plan and the app's permissions in X's developer console.";
    return { state: stopped('not_in_plan', `X: ${describe(failure)}`, mend), lacks: true };
  }
  if (status === 403 && problem === null) {
    return { state: retrying('shielded', 'X holds our address back (403)'), waitMs: SHIELD_PAUSE_MS };
  }
  if (status === null) return { state: retrying('network', `X cannot be reached: ${failure.message}`) };
  if (status >= 500) return { state: retrying('platform_error', `X has trouble: ${failure.message}`) };
  return { state: retrying('refused', `X refuses the call: ${describe(failure)}`) };
}

/** Whether the app's plan or its permissions leave an endpoint out. */
export function isBeyondPlan({ status, problem }: XCallFailure): boolean {
  if (problem === null) return false;
  if (problem.kind === 'client-forbidden' || problem.kind === 'unsupported-authentication') return true;
  return status === 403 && (problem.code === 453 || problem.kind === 'oauth1-permissions');
}

function budgetUsedUp(refillsAtMs: number, nowMs: number): Trouble {
  const waitMs = Math.max(1_000, refillsAtMs - nowMs);
  return {
    state: {
      state: 'lagging',
      code: 'budget_used_up',
      message: `What may be spent on reading is used up until ${new Date(refillsAtMs).toISOString()}`,
      mend: 'Raise budgetPerDay; otherwise it goes on by itself at midnight (UTC). Answers still go out.',
      behindMs: waitMs,
    },
    waitMs,
  };
}

export function retrying(
  code: string,
  message: string,
  mend?: string,
): Extract<ConnectionState, { state: 'retrying' }> {
  return { state: 'retrying', code, message, ...(mend === undefined ? {} : { mend }) };
}

export function stopped(
  code: string,
  message: string,
  mend: string,
  trouble?: AccountTrouble,
): Extract<ConnectionState, { state: 'stopped' }> {
  return { state: 'stopped', code, message, mend, ...(trouble === undefined ? {} : { trouble }) };
}
