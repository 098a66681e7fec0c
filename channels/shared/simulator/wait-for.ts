/**
 * Resolves with the first that fits of what comes from now on.
 * @param listen begins to hear what comes, and gives what ends it
 * @param says how one that did not fit is told of, where nothing came that does
 * @throws {Error} after `timeoutMs`, with what came instead
 */
export function waitFor<T>(
  listen: (listener: (one: T) => void) => () => void,
  fits: (one: T) => boolean,
  says: (one: T) => string,
  timeoutMs: number,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const came: string[] = [];
    const timer = setTimeout(() => {
      stop();
      reject(new Error(`nothing that fits within ${timeoutMs} ms; came: ${came.join(' | ') || 'nothing'}`));
    }, timeoutMs);
    const stop = listen((one) => {
      if (!fits(one)) return void came.push(says(one));
      clearTimeout(timer);
      stop();
      resolve(one);
    });
  });
}
