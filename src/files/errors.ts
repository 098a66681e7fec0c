/** Something stored is not what we wrote: changed, moved to another row, or written under a key we do not have. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

/** The master key is missing, malformed or unreadable; the message says what to do. */
export class MasterKeyError extends Error {
  override readonly name = 'MasterKeyError';
}

/** A blob cannot be kept or read; the message says why. */
export class BlobError extends Error {
  override readonly name = 'BlobError';
  readonly code: 'too-large' | 'bad-id' | 'missing' | 'unavailable';

  constructor(code: BlobError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** The `code` of a system error (ENOENT and so on), or null. */
export function systemCode(error: unknown): string | null {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : null;
}
