/** An operation that did not end in time; what it would have answered is dropped. */
export class TimeLimitError extends Error {
  constructor(what: string, limitMs: number) {
    super(`${what} took over ${limitMs} ms`);
    this.name = 'TimeLimitError';
  }
}

/**
 * The promise's result, or a {@link TimeLimitError} after `limitMs`. A later rejection of the promise is swallowed, so
 * that a command that hangs until its connection is closed can never become an unhandled rejection.
 */
export async function within<T>(promise: Promise<T>, limitMs: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeLimitError(what, limitMs)), limitMs);
  });
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether the promise settled within `limitMs`, however it did. */
export async function settles(promise: Promise<unknown>, limitMs: number): Promise<boolean> {
  try {
    await within(promise, limitMs, 'closing');
    return true;
  } catch (error) {
    return !(error instanceof TimeLimitError);
  }
}
