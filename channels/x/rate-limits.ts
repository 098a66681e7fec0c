/** Headers of an answer, names in lower case. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Names of X's limits: per quarter of an hour, and per day for the app and the user. */
const LIMITS = ['x-rate-limit', 'x-app-limit-24hour', 'x-user-limit-24hour'] as const;
const DAY_MS = 24 * 3_600_000;
const LEAST_MS = 1_000;

/** A whole number in a header; null: there is none. */
export function numberIn(headers: Headers, name: string): number | null {
  const value = headers[name];
  return typeof value === 'string' && /^\d{1,15}$/u.test(value.trim()) ? Number(value) : null;
}

/**
 * How long to wait until every limit that is used up begins anew, ms; where none is said to be, until the ordinary one does. Between
 * one second and a day. Null: the headers say nothing of time.
 * @param nowMs our time, ms since the epoch; X gives resets in seconds
 */
export function resetAfterMs(headers: Headers, nowMs: number): number | null {
  const waits = LIMITS.flatMap((name) => {
    const resetS = numberIn(headers, `${name}-reset`);
    return resetS === null
      ? []
      : [{ name, remaining: numberIn(headers, `${name}-remaining`), waitMs: resetS * 1_000 - nowMs }];
  });
  const usedUp = waits.filter(({ remaining }) => remaining === 0).map(({ waitMs }) => waitMs);
  const retryAfterS = numberIn(headers, 'retry-after');
  const asked = retryAfterS === null ? [] : [retryAfterS * 1_000];
  const ordinary = waits.filter(({ name }) => name === 'x-rate-limit').map(({ waitMs }) => waitMs);
  const counted = usedUp.length > 0 ? [...usedUp, ...asked] : asked.length > 0 ? asked : ordinary;
  return counted.length === 0 ? null : Math.min(DAY_MS, Math.max(LEAST_MS, ...counted));
}

/** The wait with up to a twentieth more, at most five seconds, so that many do not begin at once. @param random in [0, 1) */
export function withJitter(waitMs: number, random: () => number): number {
  return waitMs + Math.floor(random() * Math.min(5_000, waitMs / 20));
}
