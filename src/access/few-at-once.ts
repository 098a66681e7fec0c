import { TooMany } from '../core/errors.ts';

/** Runs things, a few at once; the others wait in order. */
export type FewAtOnce = <T>(run: () => Promise<T>) => Promise<T>;

/** @throws {TooMany} `busy`, from what it makes, when as many wait as may */
export function fewAtOnce(atOnce: number, mayWait: number): FewAtOnce {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (run) => {
    if (running < atOnce) running += 1;
    else {
      if (waiting.length >= mayWait) throw new TooMany('busy', 'too many people sign in at this moment', 5_000);
      // The place is handed on, so it is never free in between.
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
