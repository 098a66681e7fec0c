/** Percentiles of latencies. */

/** @returns {{p50: number, p95: number, p99: number, max: number}} in the unit of the values; NaN without any */
export function summarise(values) {
  const sorted = Float64Array.from(values).sort();
  const at = (share) =>
    sorted.length === 0 ? Number.NaN : sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

/** @returns {number} the middle value, NaN without any */
export function median(values) {
  const sorted = values.filter((value) => Number.isFinite(value)).sort((a, b) => a - b);
  if (sorted.length === 0) return Number.NaN;
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
