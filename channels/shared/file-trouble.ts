import { FileLost } from '../../src/core/errors.ts';
import type { SendOutcome } from '../../src/core/model/outbound.ts';
import { recordOf, stringOf } from './read-unknown.ts';

/** What it means for a delivery that one of our own files did not open, before the platform had a whole request. */
export function outcomeOfFile(error: unknown): SendOutcome {
  if (error instanceof FileLost) return { kind: 'invalid', reason: error.message };
  const code = stringOf(recordOf(error)?.['code']);
  return { kind: 'transient', reason: `the storage of files is away${code === null ? '' : ` (${code})`}` };
}
