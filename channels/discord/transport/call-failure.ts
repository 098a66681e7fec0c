import { integerOf, recordOf, stringOf } from '../../shared/read-unknown.ts';
import type { DiscordCallFailure } from './ports.ts';

/** Errors of sockets that were never connected: nothing of the request can have been written. */
const NOT_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const LONGEST_WORDS = 300;

/**
 * What an error of discord.js' REST, or of the socket below it, says. Nothing of the error itself is passed on: it holds the
 * address and the whole body.
 *
 * @param begun whether the request was handed to the socket
 */
export function failureOf(error: unknown, begun: boolean, timeoutMs: number): DiscordCallFailure {
  const about = recordOf(error) ?? {};
  const name = error instanceof Error ? error.constructor.name : '';
  const none = { status: null, code: null, retryAfterMs: null, scope: null };
  if (name === 'DiscordAPIError') {
    const raw = recordOf(about['rawError']);
    const code = integerOf(raw?.['code']);
    const status = integerOf(about['status']);
    return {
      ...none,
      status,
      code: code === 0 ? null : code,
      message: `${status ?? ''} ${code ?? ''} ${(stringOf(raw?.['message']) ?? '').slice(0, LONGEST_WORDS)}`.trim(),
      sent: 'no',
    };
  }
  if (name === 'HTTPError') {
    const status = integerOf(about['status']);
    return { ...none, status, message: `the platform answered ${status}`, sent: 'maybe' };
  }
  if (name === 'RateLimitError') {
    const waitMs = Math.ceil(Number(about['retryAfter'] ?? about['timeToReset']));
    // Our own count of what is left may run out just now; an answer that says nothing of use leaves the wait to the caller.
    const retryAfterMs = waitMs > 0 ? waitMs : begun ? null : 1;
    const scope = scopeOf(about['scope'], about['global'] === true, begun);
    return {
      ...none,
      status: 429,
      message: `asked to wait ${retryAfterMs === null ? 'for a time that is not told' : `${retryAfterMs} ms`} (${scope})`,
      retryAfterMs,
      scope,
      sent: 'no',
    };
  }
  const sent = begun ? 'maybe' : 'no';
  if (name === 'DOMException' || about['name'] === 'AbortError' || about['name'] === 'TimeoutError') {
    return { ...none, message: `no answer within ${timeoutMs} ms, or stopped`, sent };
  }
  const cause = recordOf(about['cause']);
  const socketCode = stringOf(about['code']) ?? stringOf(cause?.['code']);
  if (socketCode !== null && NOT_CONNECTED.has(socketCode)) {
    return { ...none, message: `no connection (${socketCode})`, sent: 'no' };
  }
  if (error instanceof SyntaxError) return { ...none, message: 'the answer is not JSON', sent };
  return { ...none, message: `connection lost (${socketCode ?? (name || typeof error)})`, sent };
}

function scopeOf(scope: unknown, isGlobal: boolean, begun: boolean): NonNullable<DiscordCallFailure['scope']> {
  if (!begun) return 'bucket';
  if (scope === 'global' || scope === 'shared' || scope === 'user') return scope;
  return isGlobal ? 'global' : 'user';
}
