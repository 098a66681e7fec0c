import { startOfDay, useTimes } from '../i18n/times.ts';

/** Writes since when something lasts: 14:05, and with its day when that is not today. */
export function useSince(): (at: string) => string {
  const times = useTimes();
  return (at) => {
    const atMs = Date.parse(at);
    const nowMs = Date.now();
    const clock = times.clock(atMs);
    return atMs >= startOfDay(nowMs) ? clock : `${times.day(atMs, nowMs)}, ${clock}`;
  };
}
