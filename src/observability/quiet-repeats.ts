import type { Clock } from '../core/ports/clock.ts';
import type { Log } from '../core/ports/log.ts';

/** How long what was just said is not said again, ms. */
const QUIET_MS = 60_000;
/** Sentences remembered; beyond it all are forgotten, at worst to be said once more. */
const MAX_REMEMBERED = 1_000;

/** What makes two lines the same news: the sentence and every word beside it, but no count or time. */
function newsOf(bound: object, fields: object, message: string): string {
  const words = Object.entries({ ...bound, ...fields }).filter(([, value]) => typeof value === 'string');
  return JSON.stringify([message, ...words]);
}

/**
 * A log in which trouble that comes again and again (every beat while the store is away) is said once a minute, with the
 * number left out as `repeated`. Not for what tells a change of state: there the last word counts.
 */
export function quietRepeats(log: Log, clock: Pick<Clock, 'monotonicMs'>, quietMs = QUIET_MS): Log {
  const said = new Map<string, { untilMs: number; leftOut: number }>();

  /** The fields to say it with, or null when it was just said. */
  function fresh(bound: object, fields: object, message: string): object | null {
    const news = newsOf(bound, fields, message);
    const nowMs = clock.monotonicMs();
    const before = said.get(news);
    if (before !== undefined && nowMs < before.untilMs) {
      before.leftOut += 1;
      return null;
    }
    if (said.size >= MAX_REMEMBERED) said.clear();
    said.set(news, { untilMs: nowMs + quietMs, leftOut: 0 });
    const repeated = before?.leftOut ?? 0;
    return repeated === 0 ? fields : { ...fields, repeated };
  }

  function wrap(to: Log, bound: object): Log {
    return {
      debug: (fields, message) => to.debug(fields, message),
      info: (fields, message) => to.info(fields, message),
      warn(fields, message) {
        const now = fresh(bound, fields, message);
        if (now !== null) to.warn(now, message);
      },
      error(fields, message) {
        const now = fresh(bound, fields, message);
        if (now !== null) to.error(now, message);
      },
      child: (fields) => wrap(to.child(fields), { ...bound, ...fields }),
    };
  }
  return wrap(log, {});
}
