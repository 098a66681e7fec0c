import { Telegram, TelegramError } from 'telegraf';
import { integerOf, recordOf, stringOf } from '../../shared/read-unknown.ts';
import { type CallFailure, TelegramCallError } from '../errors.ts';
import { createAgent, NOT_CONNECTED } from './agent.ts';
import { createDeadlines } from './deadlines.ts';

/** Longest time of any call but a long poll. Under 10 s, as every platform call of a delivery must be. */
export const CALL_TIMEOUT_MS = 8_000;

/** The one way to the Bot API. */
export interface TelegramApi {
  /**
   * Calls a method. Resolves to its `result`, unchecked.
   * @throws {TelegramCallError} for everything that can go wrong; its message never holds the token.
   */
  call(method: string, payload: object, signal: AbortSignal, timeoutMs?: number): Promise<unknown>;
  /** Closes the sockets; calls in flight fail. */
  close(): void;
}

/**
 * telegraf's `callApi` passes any method and payload through; only its types stop at Bot API 7.1 and name the
 * AbortSignal of a polyfill. This says what it does.
 */
interface PassThrough {
  callApi(method: string, payload: object, options: { signal: AbortSignal }): Promise<unknown>;
}

/**
 * Makes the client of one bot. telegraf is used for calls alone: its polling, webhook and middleware acknowledge before
 * anything is stored.
 */
export function createTelegramApi(options: { token: string; apiRoot: string }): TelegramApi {
  const agent = createAgent(options.apiRoot);
  const telegram = new Telegram(options.token, { apiRoot: `${options.apiRoot}/`, agent, webhookReply: false });
  // telegraf drops the agent for http:// roots, assuming that it is an https one.
  telegram.options.agent = agent;
  const client = telegram as unknown as PassThrough;
  const deadlines = createDeadlines();

  return {
    async call(method, payload, signal, timeoutMs = CALL_TIMEOUT_MS) {
      if (signal.aborted) throw new TelegramCallError(method, { stage: 'not_sent', reason: 'aborted before the call' });
      const deadline = deadlines.enter(signal, timeoutMs);
      try {
        return await client.callApi(method, payload, { signal: deadline.signal });
      } catch (error) {
        throw new TelegramCallError(method, withoutToken(failureOf(error, timeoutMs), options.token));
      } finally {
        deadlines.leave(deadline);
      }
    },
    close() {
      agent.destroy();
    },
  };
}

/**
 * What telegraf's or node-fetch's error says. Nothing of the error itself is passed on: its stack, and for a body that
 * is no JSON its message too, holds the address with the token.
 */
function failureOf(error: unknown, timeoutMs: number): CallFailure {
  if (error instanceof TelegramError) {
    const parameters = recordOf(error.parameters);
    const retryAfter = integerOf(parameters?.['retry_after']);
    const migrateTo = integerOf(parameters?.['migrate_to_chat_id']);
    return {
      stage: 'answered',
      code: integerOf(error.code) ?? 0,
      description: stringOf(error.description) ?? '',
      ...(retryAfter === null ? {} : { retryAfterMs: retryAfter * 1_000 }),
      ...(migrateTo === null ? {} : { migrateToChatId: migrateTo }),
    };
  }
  const { name, type, code } = recordOf(error) ?? {};
  if (name === 'AbortError' || type === 'aborted') {
    return { stage: 'unanswered', reason: `no answer within ${timeoutMs} ms, or stopped` };
  }
  if (typeof code === 'string' && code.startsWith(NOT_CONNECTED)) {
    return { stage: 'not_sent', reason: `no connection (${code.slice(NOT_CONNECTED.length)})` };
  }
  if (type === 'invalid-json') return { stage: 'unanswered', reason: 'the answer is not JSON' };
  const what = typeof code === 'string' ? code : error instanceof Error ? error.name : typeof error;
  return { stage: 'unanswered', reason: `connection lost (${what})` };
}

function withoutToken(failure: CallFailure, token: string): CallFailure {
  // A server may echo the address in what it says.
  return failure.stage === 'answered'
    ? { ...failure, description: failure.description.replaceAll(token, '[token]') }
    : { ...failure, reason: failure.reason.replaceAll(token, '[token]') };
}
