import { XCallError, type XCallFailure } from '../../../../../channels/x/errors.ts';
import type { XAnswer, XCall, XRest } from '../../../../../channels/x/transport/ports.ts';

/** An API that answers one thing after the other, and remembers what it was asked. */
export function scriptedRest(...answers: (Partial<XAnswer> | Error)[]): XRest & { calls: XCall[] } {
  const calls: XCall[] = [];
  return {
    calls,
    call(call) {
      calls.push(call);
      const answer = answers.shift();
      if (answer === undefined) return Promise.reject(new Error(`nobody expected ${call.endpoint}`));
      if (answer instanceof Error) return Promise.reject(answer);
      return Promise.resolve({ status: 200, headers: {}, body: null, ...answer });
    },
    close: () => undefined,
  };
}

/** A refusal or a loss as the way to the API tells it. */
export function refusal(failure: Partial<XCallFailure> & { kind?: string; code?: number }): XCallError {
  const { kind, code, ...rest } = failure;
  const message = rest.message ?? 'no';
  const problem = kind === undefined && code === undefined ? null : { kind: kind ?? null, code: code ?? null, message };
  return new XCallError('call', { status: 400, problem, message, retryAfterMs: null, sent: 'maybe', ...rest });
}

/** Of the outbox: the key of a row that was made at that moment. */
export function keyOf(atMs: number, row = 9): string {
  const bytes = Buffer.alloc(16, row);
  bytes.writeUIntBE(atMs, 0, 6);
  return bytes.toString('base64url');
}
