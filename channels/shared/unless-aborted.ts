/**
 * Waits no longer than wished. What is waited for goes on: a renewal of tokens that is cut may lose what it was given.
 * @throws what `why` makes, once the signal is aborted
 */
export async function unlessAborted<T>(result: Promise<T>, signal: AbortSignal, why: () => Error): Promise<T> {
  let abort = (): void => undefined;
  const stopped = new Promise<never>((_, reject) => {
    abort = () => reject(why());
  });
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([result, stopped]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
