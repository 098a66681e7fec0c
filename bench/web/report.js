/** The page's figures as a table, each with its aim. */

/** @returns {number} the value below which this share of all lies */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** @param {{name: string, value: number, unit: string, aim?: number, atLeast?: boolean, bare?: number}[]} figures */
export function webReport(figures) {
  const lines = [
    ['page', 'measured', 'aim', '', 'bare page', 'ratio'],
    ...figures.map(({ name, value, unit, aim, atLeast, bare }) => [
      name,
      `${format(value)} ${unit}`.trim(),
      aim === undefined ? '' : `${atLeast === true ? '≥' : '≤'} ${format(aim)}`,
      aim === undefined ? '' : (atLeast === true ? value >= aim : value <= aim) ? 'kept' : 'MISSED',
      bare === undefined ? '' : `${format(bare)} ${unit}`,
      bare === undefined ? '' : (value / bare).toFixed(2),
    ]),
  ];
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const text = lines.map((line) =>
    line
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd(),
  );
  return [text[0], '-'.repeat(Math.max(...text.map((line) => line.length))), ...text.slice(1)].join('\n');
}

function format(value) {
  return Number.isFinite(value) ? value.toFixed(value < 10 ? 1 : 0) : '–';
}
