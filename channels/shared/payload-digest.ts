import { createHash } from 'node:crypto';

/**
 * A key for a payload that carries no id of its own: the same bytes give the same key, so that a redelivery is known
 * again. SHA-256, lower-case hex.
 */
export function payloadDigest(payload: unknown): string {
  return createHash('sha256').update(serialise(payload)).digest('hex');
}

function serialise(payload: unknown): string {
  try {
    return JSON.stringify(payload) ?? typeof payload;
  } catch {
    // Only values that never came from JSON get here (cycles, bigint); their type must do.
    return `unserialisable ${typeof payload}`;
  }
}
