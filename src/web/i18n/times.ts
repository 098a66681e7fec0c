import { useLingui } from '@lingui/react';
import { useMemo, useSyncExternalStore } from 'react';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Writes moments in the agent's language and zone. */
export interface Times {
  /** As short as it gets, for a list: now, 5m, 3h, Tue, 12 Mar. */
  brief(atMs: number, nowMs: number): string;
  /** 14:05. */
  clock(atMs: number): string;
  /** Today, yesterday, or the day's date. */
  day(atMs: number, nowMs: number): string;
  /** Day and time to the second, for a tip. */
  exact(atMs: number): string;
}

/** Midnight before this moment, in the agent's zone. */
export function startOfDay(atMs: number): number {
  return new Date(atMs).setHours(0, 0, 0, 0);
}

function daysBetween(atMs: number, nowMs: number): number {
  return Math.round((startOfDay(nowMs) - startOfDay(atMs)) / DAY_MS);
}

/** @param locale BCP 47 */
export function createTimes(locale: string): Times {
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options);
  const clock = format({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const weekday = format({ weekday: 'short' });
  const date = format({ day: 'numeric', month: 'short' });
  const dateOfYear = format({ day: 'numeric', month: 'short', year: 'numeric' });
  const longDay = format({ weekday: 'long', day: 'numeric', month: 'long' });
  const exact = format({ dateStyle: 'full', timeStyle: 'medium' });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'narrow' });
  const relativeDay = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const unit = (value: number, name: 'minute' | 'hour'): string =>
    new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'narrow' }).format(value);
  return {
    brief(atMs, nowMs) {
      const agoMs = nowMs - atMs;
      if (agoMs < MINUTE_MS) return relative.format(0, 'second');
      if (agoMs < HOUR_MS) return unit(Math.floor(agoMs / MINUTE_MS), 'minute');
      const days = daysBetween(atMs, nowMs);
      if (days === 0) return unit(Math.floor(agoMs / HOUR_MS), 'hour');
      if (days < 7) return weekday.format(atMs);
      return new Date(atMs).getFullYear() === new Date(nowMs).getFullYear()
        ? date.format(atMs)
        : dateOfYear.format(atMs);
    },
    clock: (atMs) => clock.format(atMs),
    day(atMs, nowMs) {
      const days = daysBetween(atMs, nowMs);
      if (days < 2) {
        const word = relativeDay.format(-days, 'day');
        return word.charAt(0).toLocaleUpperCase(locale) + word.slice(1);
      }
      return new Date(atMs).getFullYear() === new Date(nowMs).getFullYear()
        ? longDay.format(atMs)
        : dateOfYear.format(atMs);
    },
    exact: (atMs) => exact.format(atMs),
  };
}

/** Times in the page's language. */
export function useTimes(): Times {
  const { locale } = useLingui().i18n;
  return useMemo(() => createTimes(locale === 'zh' ? 'zh-CN' : locale), [locale]);
}

let nowMs = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    nowMs = Date.now();
    for (const each of listeners) each();
  }, 15_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The time, a few times a minute. Use it in the smallest component that shows it: everything around it would be drawn again too. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => {
    // A page that was asleep, or an event newer than the last tick.
    if (listeners.size === 0) nowMs = Date.now();
    return nowMs;
  });
}
