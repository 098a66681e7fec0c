/**
 * Reading of JSON nobody has checked. Each reader answers null for anything but what it was asked for, so that a
 * normaliser never throws on what a stranger sent.
 */

/** What a text holds as JSON, or null. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A JSON object, or null. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null;
}

/** A number that is a safe integer, or null. Platform ids of up to 52 bits fit. */
export function integerOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null;
}

/** A string, or null. */
export function stringOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
