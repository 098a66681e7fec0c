/** The result as text. */
import { median } from '../load/summary.js';
import { aims, kept } from './aims.js';
import { CONTENDERS } from './contenders.js';

/** How figures of a run are shown; each column is the median over the rounds. */
const COLUMNS = [
  ['msg/s', (row) => row.perSecond, 0],
  ['e2e p50', (row) => row.endToEndMs?.p50, 1],
  ['e2e p95', (row) => row.endToEndMs?.p95, 1],
  ['e2e p99', (row) => row.endToEndMs?.p99, 1],
  ['ack p50', (row) => row.ackMs?.p50, 1],
  ['ack p99', (row) => row.ackMs?.p99, 1],
  ['CPU ms', (row) => row.cpuMs?.total, 3],
  ['node', (row) => row.cpuMs?.node, 3],
  ['redis', (row) => row.cpuMs?.redis, 3],
  ['pg', (row) => row.cpuMs?.postgres, 3],
  ['ms a dispatch', (row) => row.dispatchMs, 3],
  ['connected MB', (row) => row.connectedMb, 0],
  ['early MB', (row) => row.earlyMb, 0],
  ['late MB', (row) => row.lateMb, 0],
  ['peak MB', (row) => row.peakMb, 0],
  ['MB', (row) => row.rssMb, 0],
  ['first ms', (row) => row.firstReplyMs, 0],
  ['recov ms', (row) => row.recoveredMs, 0],
];
/** Beside whom the others of a scenario are set: who stores nothing. */
const BASES = ['telegraf', 'discordjs', 'twitterapi'];
const COUNTS = ['lost', 'duplicated', 'reordered', 'wrongChat'];

/** @param {object[]} rows one per run @returns {string} */
export function report(rows) {
  const scenarios = [...new Set(rows.map((row) => row.scenario))];
  const growth = scenarios.filter((name) => name.startsWith('growth'));
  const parts = scenarios.filter((name) => !growth.includes(name)).map((name) => scenarioTable(rows, name));
  if (growth.length > 0) parts.push(growthTable(rows, growth));
  parts.push(aimTable(rows));
  return parts.join('\n\n');
}

function scenarioTable(rows, scenario) {
  const here = rows.filter((row) => row.scenario === scenario);
  const names = Object.keys(CONTENDERS).filter((name) => here.some((row) => row.contender === name));
  const shown = COLUMNS.filter(([title, pick]) => title !== 'recov ms' || here.some((row) => pick(row) > 0));
  const used = shown.filter(([, pick]) => here.some((row) => Number.isFinite(pick(row))));
  const base = BASES.find((name) => names.includes(name));
  const withRate = here.some((row) => row.perSecond !== undefined) && base !== undefined;
  const rateOf = (name) => median(here.filter((row) => row.contender === name).map((row) => row.perSecond));
  const lines = names.map((name) => {
    const runs = here.filter((row) => row.contender === name);
    const counts = runs.some((row) => row.lost !== undefined)
      ? COUNTS.map((key) => runs.reduce((sum, row) => sum + (row[key] ?? 0), 0)).join('/')
      : '';
    return [
      CONTENDERS[name].title,
      String(runs.length),
      ...(withRate ? [number(rateOf(name) / rateOf(base), 2)] : []),
      ...used.map(([, pick, digits]) => number(median(runs.map((row) => pick(row) ?? Number.NaN)), digits)),
      counts,
    ];
  });
  const head = [
    scenario,
    'runs',
    ...(withRate ? [`÷ ${CONTENDERS[base].title}`] : []),
    ...used.map(([title]) => title),
    'lost/dup/reord/wrong',
  ];
  return table([head, ...lines]);
}

function growthTable(rows, scenarios) {
  const head = ['growth', 'conversations', 'p50 ms', 'p99 ms', 'p50 ×', 'p99 ×'];
  const lines = scenarios.flatMap((scenario) => {
    const here = rows.filter((row) => row.scenario === scenario).sort((a, b) => a.conversations - b.conversations);
    return here.map(({ conversations, takesMs }, index) => [
      scenario.slice('growth: '.length),
      conversations.toLocaleString('en'),
      number(takesMs.p50, 2),
      number(takesMs.p99, 2),
      index === 0 ? '' : number(takesMs.p50 / here[0].takesMs.p50, 2),
      index === 0 ? '' : number(takesMs.p99 / here[0].takesMs.p99, 2),
    ]);
  });
  return table([head, ...lines]);
}

function aimTable(rows) {
  const lines = aims(rows).map((one) => [
    one.aim,
    `${one.atLeast === undefined ? `≤ ${one.atMost}` : `≥ ${one.atLeast}`} ${one.unit ?? ''}`.trim(),
    `${number(one.value, 2)} ${one.unit ?? ''}`.trim(),
    kept(one) ? 'kept' : 'MISSED',
  ]);
  return table([['aim', 'promised', 'this run', ''], ...lines]);
}

function number(value, digits) {
  return Number.isFinite(value) ? value.toFixed(digits) : '–';
}

function table(lines) {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  const text = lines.map((line) =>
    line.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join('  '),
  );
  return [text[0], '-'.repeat(text[0].length), ...text.slice(1)].join('\n');
}
