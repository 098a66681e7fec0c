import { useLingui } from '@lingui/react';
import { useMemo } from 'react';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Writes how long something takes: 40s, 12m, 3h 20m, in the language's own way. @param locale BCP 47 */
export function createLengthOfTime(locale: string): (ms: number) => string {
  const unit = (value: number, name: 'second' | 'minute' | 'hour'): string =>
    new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'short' }).format(value);
  return (ms) => {
    if (ms < MINUTE_MS) return unit(Math.max(0, Math.round(ms / 1_000)), 'second');
    const hours = Math.floor(ms / HOUR_MS);
    const minutes = Math.floor((ms % HOUR_MS) / MINUTE_MS);
    if (hours === 0) return unit(minutes, 'minute');
    return minutes === 0 ? unit(hours, 'hour') : `${unit(hours, 'hour')} ${unit(minutes, 'minute')}`;
  };
}

/** Lengths of time in the page's language. */
export function useLengthOfTime(): (ms: number) => string {
  const { locale } = useLingui().i18n;
  return useMemo(() => createLengthOfTime(locale === 'zh' ? 'zh-CN' : locale), [locale]);
}
