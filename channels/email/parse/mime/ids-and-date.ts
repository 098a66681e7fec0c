import { LIMITS } from '../limits.ts';

/** Message ids of a field, without brackets; an id without brackets counts where the field holds nothing else. */
export function messageIds(value: string | null): string[] {
  if (value === null) return [];
  const bracketed: string[] = [];
  let at = value.indexOf('<');
  while (at !== -1 && bracketed.length < LIMITS.references) {
    const close = value.indexOf('>', at);
    const inner = (close === -1 ? value.slice(at + 1) : value.slice(at + 1, close)).replaceAll(/[<\s]+/g, '');
    if (inner !== '') bracketed.push(inner);
    if (close === -1) break;
    at = value.indexOf('<', close);
  }
  if (bracketed.length > 0) return bracketed;
  return value
    .slice(0, LIMITS.fieldBytes)
    .split(/[\s,;]+/)
    .filter((word) => word.length > 2 && /^[^\s"()]+$/.test(word))
    .filter((word, _, words) => word.includes('@') || words.length === 1)
    .slice(0, LIMITS.references);
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Zones in minutes (RFC 5322 4.3, and what senders write besides). */
const ZONES: Readonly<Record<string, number>> = {
  ut: 0,
  utc: 0,
  gmt: 0,
  z: 0,
  wet: 0,
  est: -300,
  edt: -240,
  cst: -360,
  cdt: -300,
  mst: -420,
  mdt: -360,
  pst: -480,
  pdt: -420,
  cet: 60,
  met: 60,
  bst: 60,
  cest: 120,
  mest: 120,
  eet: 120,
  eest: 180,
  msk: 180,
  ist: 330,
  jst: 540,
  kst: 540,
  hkt: 480,
  sgt: 480,
  aest: 600,
  aedt: 660,
  akst: -540,
  akdt: -480,
  hst: -600,
  brt: -180,
  nzst: 720,
  nzdt: 780,
};

/** A Date field as ISO 8601 in UTC; null when nobody could read it. */
export function mailDate(value: string | null): string | null {
  if (value === null) return null;
  const text = value
    .slice(0, 200)
    .replaceAll(/\([^()]*\)/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  const match =
    /(\d{1,2})[ -]([A-Za-z]{3,9})\.?[ -](\d{2,4}),? (\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:\.\d+)? ?([AaPp][Mm])? ?(.*)$/.exec(
      text,
    );
  if (match !== null) {
    const [, day = '', month = '', year = '', hour = '', minute = '', second, half, zone = ''] = match;
    const index = MONTHS.indexOf(month.slice(0, 3).toLowerCase());
    if (index !== -1)
      return fromFields(
        fullYear(year),
        index,
        Number(day),
        hourOf(hour, half),
        Number(minute),
        Number(second ?? 0),
        zoneMinutes(zone),
      );
  }
  const iso = /^(\d{4})[-/](\d{2})[-/](\d{2})[ T](\d{2}):(\d{2})(?::(\d{2}))?(?:\.\d+)? ?(.*)$/.exec(text);
  if (iso !== null) {
    const [, year, month, day, hour, minute, second, zone = ''] = iso;
    return fromFields(
      Number(year),
      Number(month) - 1,
      Number(day),
      Number(hour),
      Number(minute),
      Number(second ?? 0),
      zoneMinutes(zone),
    );
  }
  // "Wed Mar  4 10:11:12 2020 +0100", as ctime() writes it.
  const ctime = /([A-Za-z]{3}) (\d{1,2}) (\d{1,2}):(\d{2}):(\d{2}) ([A-Za-z]{3,4} )?(\d{4}) ?(.*)$/.exec(text);
  if (ctime !== null) {
    const [, month = '', day, hour, minute, second, named = '', year, zone = ''] = ctime;
    const index = MONTHS.indexOf(month.toLowerCase());
    if (index !== -1)
      return fromFields(
        Number(year),
        index,
        Number(day),
        Number(hour),
        Number(minute),
        Number(second),
        zoneMinutes(named || zone),
      );
  }
  const ms = Date.parse(/[+-]\d{4}|GMT|UTC|Z$/.test(text) ? text : `${text} UTC`);
  return isoOf(ms);
}

function fullYear(text: string): number {
  const year = Number(text);
  if (text.length === 2) return year < 50 ? 2_000 + year : 1_900 + year;
  return text.length === 3 ? 1_900 + year : year;
}

function hourOf(hour: string, half: string | undefined): number {
  if (half === undefined) return Number(hour);
  return (Number(hour) % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
}

function zoneMinutes(zone: string): number {
  const offset = /^(?:GMT|UTC)?\s*([+-])(\d{1,2}):?(\d{2})/i.exec(zone);
  if (offset !== null) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3]);
    return offset[1] === '-' ? -minutes : minutes;
  }
  return ZONES[/^[A-Za-z]+/.exec(zone)?.[0].toLowerCase() ?? ''] ?? 0;
}

function fromFields(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  zone: number,
): string | null {
  const moment = new Date(0);
  moment.setUTCFullYear(year, month, day);
  moment.setUTCHours(hour, minute, second);
  return isoOf(moment.getTime() - zone * 60_000);
}

function isoOf(ms: number): string | null {
  if (!Number.isFinite(ms) || ms < -62_135_596_800_000 || ms > 253_402_300_799_999) return null;
  return new Date(ms).toISOString();
}
