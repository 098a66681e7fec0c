import type { Agent } from 'node:https';
import { linked } from '../../../src/core/linked-signal.ts';
import type { Clock } from '../../../src/core/ports/clock.ts';
import { ENDPOINTS, type Endpoint } from '../endpoints.ts';
import { failureOf, XCallError, type XCallFailure } from '../errors.ts';
import { costMicros, usualMicros } from '../price.ts';
import type { XCredentials } from './authorisation/credentials.ts';
import { askSigned, notSent } from './authorisation/signing.ts';
import { type Answered, loadLibrary, request } from './library.ts';
import { BudgetUsedUp, type Meter, type Reservation, type XAnswer, type XCall, type XRest } from './ports.ts';

/** Below the ten seconds a call of ours may take, ms. */
export const CALL_TIMEOUT_MS = 8_000;

export interface RestDeps {
  /** Leads to where the account's `apiRoot` is. */
  agent: Agent;
  credentials: Pick<XCredentials, 'signIn'>;
  meter: Pick<Meter, 'reserve'>;
  clock: Pick<Clock, 'nowMs'>;
}

/**
 * Makes the way to the API. A call is made once; only one that X refused for its token is made again, with another token. What a call may
 * cost is taken from the budget before it is made; what it did not cost goes back.
 */
export function createXRest({ agent, credentials, meter, clock }: RestDeps): XRest {
  async function reserve(what: string, mostMicros: number, purpose: XCall['purpose']): Promise<Reservation | null> {
    if (mostMicros === 0) return null;
    try {
      return await meter.reserve(mostMicros, purpose);
    } catch (error) {
      if (error instanceof BudgetUsedUp) throw error;
      throw new XCallError(what, notSent(`what it may cost could not be set aside (${nameOf(error)})`));
    }
  }

  async function perform(what: string, call: XCall, signal: AbortSignal): Promise<XAnswer> {
    const endpoint: Endpoint = ENDPOINTS[call.endpoint];
    const library = await loadLibrary();
    const timeoutMs = call.timeoutMs ?? CALL_TIMEOUT_MS;
    const answered = await askSigned(
      { credentials, as: endpoint.as, what },
      signal,
      (sign) => request({ library, agent, sign, endpoint, call, timeoutMs }, signal),
      (one) => one.kind === 'answer' && one.answer.status === 401,
    );
    if (answered.kind === 'answer' && isSuccess(answered.answer)) return answered.answer;
    throw new XCallError(what, failureIn(answered, clock.nowMs()));
  }

  return {
    async call(call, signal) {
      const { method, path }: Endpoint = ENDPOINTS[call.endpoint];
      const what = `${method} ${path}`;
      const mostMicros = call.mostMicros ?? usualMicros(call.endpoint);
      const reserved = await reserve(what, mostMicros, call.purpose);
      const deadline = linked(signal, call.timeoutMs ?? CALL_TIMEOUT_MS);
      let micros = mostMicros;
      try {
        const answer = await perform(what, call, deadline.signal);
        micros = costMicros(call.endpoint, mostMicros, answer.body);
        return answer;
      } catch (error) {
        if (error instanceof XCallError && isFree(error.failure)) micros = 0;
        throw error;
      } finally {
        deadline.release();
        reserved?.settle(micros);
      }
    },
    close: () => agent.destroy(),
  };
}

/** What X refused, and what never reached it, costs nothing. */
function isFree({ status, sent }: XCallFailure): boolean {
  return status === null ? sent === 'no' : status < 500;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

function isSuccess({ status }: XAnswer): boolean {
  return status >= 200 && status < 300;
}

function failureIn(answered: Answered, nowMs: number): XCallFailure {
  if (answered.kind === 'answer') return failureOf(answered.answer, nowMs);
  return { status: null, problem: null, message: answered.message, retryAfterMs: null, sent: answered.sent };
}
