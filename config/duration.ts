import { z } from 'zod';

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Ten thousand years in days would overflow nothing, but a typing mistake of that size should be seen. */
const LONGEST_MS = 36_500 * 86_400_000;

/** A written length of time such as `30d`, `6h`, `90s` or `1500ms`; the output is milliseconds. */
export const duration = z.string().transform((text, context) => {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text.trim());
  const ms = Number(match?.[1]) * (UNIT_MS[match?.[2] ?? ''] ?? Number.NaN);
  if (Number.isNaN(ms) || ms > LONGEST_MS) {
    context.addIssue({
      code: 'custom',
      message: 'must be a whole number and a unit (ms, s, m, h or d), such as 30d, and at most 36500d',
    });
    return z.NEVER;
  }
  return ms;
});

/** Writes milliseconds the way the file has them, in the largest unit that divides evenly. */
export function formatDuration(ms: number): string {
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const size = UNIT_MS[unit] ?? 1;
    if (ms !== 0 && ms % size === 0) return `${ms / size}${unit}`;
  }
  return `${ms}ms`;
}
