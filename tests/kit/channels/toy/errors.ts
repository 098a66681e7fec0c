import { recordOf } from '../../../../channels/shared/read-unknown.ts';
import type { SendOutcome } from '../../../../src/core/model/outbound.ts';

/** What an HTTP status of the toy platform means for a delivery. */
export function outcomeOfStatus(status: number): SendOutcome {
  const reason = `status ${status}`;
  if (status === 429) return { kind: 'rate_limited', retryAfterMs: 1_000 };
  if (status === 401) return { kind: 'auth', reason };
  if (status === 403) return { kind: 'forbidden', reason };
  if (status >= 400 && status < 500) return { kind: 'invalid', reason };
  return { kind: 'unknown', reason };
}

/** Only a refused connection tells that nothing was sent. */
export function outcomeOfThrow(error: unknown): SendOutcome {
  const code = recordOf(recordOf(error)?.['cause'])?.['code'];
  return code === 'ECONNREFUSED'
    ? { kind: 'transient', reason: 'refused' }
    : { kind: 'unknown', reason: 'connection lost' };
}
