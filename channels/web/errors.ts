import { StoreUnavailable } from '../../src/core/errors.ts';
import type { SendOutcome } from '../../src/core/model/outbound.ts';
import { recordOf, stringOf } from '../shared/read-unknown.ts';

/** A connection that never stood: Node's codes, and a server that is starting or full (SQLSTATE 57P03, 53300). */
const NEVER_BEGUN = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', '57P03', '53300']);

/** What trouble with our own store means for a delivery: only where the connection broke it is open whether the entry is there. */
export function outcomeOfThrow(error: unknown): SendOutcome {
  const code = codeOf(error);
  if (error instanceof StoreUnavailable || NEVER_BEGUN.has(code)) {
    return { kind: 'transient', reason: 'the store is away' };
  }
  return {
    kind: 'unknown',
    reason: `the store did not answer whether it is written${code === '' ? '' : ` (${code})`}`,
  };
}

function codeOf(error: unknown): string {
  return stringOf(recordOf(error)?.['code']) ?? '';
}
