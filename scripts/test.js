/**
 * `npm test`: every tier in turn, cheapest first, and as its last line `N passed, N failed`. With arguments: one run of
 * jest with exactly these (`npm test -- tests/unit/guard`).
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBrowser, ensureServers } from '../tests/kit/servers/programs.js';

const root = join(import.meta.dirname, '..');
/** Of a tier of the whole; what somebody chose by hand (ten seeds of the crash matrix) may take as long as CI has. */
const TIER_TIMEOUT_MS = 20 * 60_000;
const CHOSEN_TIMEOUT_MS = 60 * 60_000;
const parallel = `--maxWorkers=${Math.max(2, availableParallelism())}`;

/** Servers make a tier heavier than its processor time: two files of it at once is what a small machine bears. */
const TIERS = [
  { name: 'unit', path: 'tests/unit/', args: [parallel], env: { PARLEY_TEST_SERVERS: 'none' } },
  { name: 'architecture', path: 'tests/architecture/', args: [parallel], env: { PARLEY_TEST_SERVERS: 'none' } },
  { name: 'contract', path: 'tests/contract/', args: ['--maxWorkers=2'], env: {} },
  { name: 'integration', path: 'tests/integration/', args: ['--maxWorkers=2'], env: {} },
  { name: 'e2e', path: 'tests/e2e/', args: ['--maxWorkers=2'], env: {} },
  // One seed for each backend, and for each kind of storm; more by PARLEY_CHAOS_SEEDS.
  {
    name: 'chaos',
    path: 'tests/chaos/',
    args: ['--maxWorkers=2'],
    env: { PARLEY_CHAOS_SEEDS: process.env.PARLEY_CHAOS_SEEDS ?? '1' },
  },
];

const wanted = process.argv.slice(2);
const withBrowser = wanted.length === 0 || wanted.some((argument) => argument.includes('e2e'));
const missing = [ensureServers(), withBrowser ? ensureBrowser() : undefined].filter((one) => one !== undefined);
if (missing.length > 0) {
  process.stderr.write(`The tests need ${missing.join(' and ')}. Install and run again.\n`);
  process.exit(1);
}
const tiers = wanted.length > 0 ? [{ name: 'chosen', path: wanted[0], args: wanted.slice(1), env: {} }] : TIERS;
let passed = 0;
let failed = 0;
for (const tier of tiers) {
  if (wanted.length === 0 && !existsSync(join(root, tier.path))) continue;
  process.stdout.write(`\n--- ${tier.name}\n`);
  const result = await runTier(tier);
  passed += result.passed;
  failed += result.failed;
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

async function runTier(tier) {
  const folder = mkdtempSync(join(tmpdir(), 'parley-test-'));
  const report = join(folder, 'report.json');
  try {
    const exitCode = await runJest(
      [tier.path, ...tier.args, '--passWithNoTests', '--json', `--outputFile=${report}`],
      tier.env,
    );
    const counts = readReport(report);
    // A run that broke before its tests (a file that does not load, a crash, a hang) must not pass for a good one.
    const broken = exitCode !== 0 && counts.failed === 0 ? 1 : 0;
    return { passed: counts.passed, failed: counts.failed + broken };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(path) {
  if (!existsSync(path)) return { passed: 0, failed: 0 };
  const report = JSON.parse(readFileSync(path, 'utf8'));
  return { passed: report.numPassedTests, failed: report.numFailedTests + report.numRuntimeErrorTestSuites };
}

function runJest(args, env) {
  return new Promise((resolve) => {
    const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
    const child = spawn(process.execPath, [...flags, join(root, 'node_modules', 'jest', 'bin', 'jest.js'), ...args], {
      cwd: root,
      // The JSON also goes to standard output, which would bury the report for people on standard error.
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, ...env },
    });
    const limitMs = wanted.length > 0 ? CHOSEN_TIMEOUT_MS : TIER_TIMEOUT_MS;
    const timer = setTimeout(() => {
      process.stderr.write(`The tier took over ${limitMs} ms and was ended.\n`);
      child.kill('SIGKILL');
    }, limitMs);
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve(code ?? 1);
    });
    child.once('error', () => {
      clearTimeout(timer);
      resolve(1);
    });
  });
}
