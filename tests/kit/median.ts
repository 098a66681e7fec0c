/** The middle value, the upper of two; NaN without any. What is busy once does not move it. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
