/**
 * The benchmark: `npm run bench -- [--quick] [--only throughput,latency] [--contenders telegraf,parley] [--rounds 3]
 * [--messages 6000] [--growth 1000000] [--servers 10000] [--minutes 5] [--json FILE]`. See README.md.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bringUpToDate } from '../scripts/build.js';

const here = dirname(fileURLToPath(import.meta.url));

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    contenders: { type: 'string' },
    rounds: { type: 'string' },
    messages: { type: 'string' },
    growth: { type: 'string' },
    servers: { type: 'string' },
    minutes: { type: 'string' },
    json: { type: 'string' },
  },
});

/** In this order; each is a file of scenarios/. */
const SCENARIOS = [
  'throughput',
  'latency',
  'chats',
  'start',
  'recovery',
  'growth',
  'discord',
  'servers',
  'x',
  'web-chat',
];

const { quick } = values;
const large = Number(values.growth ?? (quick ? 100_000 : 1_000_000));
const size = {
  messages: Number(values.messages ?? (quick ? 4_000 : 6_000)),
  warmUp: quick ? 2_000 : 3_000,
  seconds: quick ? 5 : 10,
  growth: { small: Math.max(100, large / 100), large },
  servers: Number(values.servers ?? 10_000),
  chatterSeconds: Number(values.minutes ?? (quick ? 1 : 5)) * 60,
};
const rounds = Number(values.rounds ?? (quick ? 1 : 3));

const say = (text) => process.stderr.write(`${text}\n`);

async function main() {
  await bringUpToDate(dirname(here));
  installPeers();
  // After the build: these read dist/.
  const { createContenders } = await import('./lib/contenders.js');
  const { startGenerator } = await import('./lib/generator.js');
  const { report } = await import('./lib/report.js');
  const { startPostgres, startRedis } = await import('./lib/servers.js');
  const scenarios = await chosenScenarios();

  const closing = [];
  const rows = [];
  try {
    const redis = await startRedis();
    closing.push(() => redis.close());
    const postgres = await startPostgres();
    closing.push(() => postgres.close());
    const generator = await startGenerator();
    closing.push(() => generator.close());
    const contenders = createContenders({ apiRoot: generator.apiRoot, redis, postgres });
    say(`${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, load ${loadavg()[0].toFixed(1)} before`);
    for (const scenario of scenarios) {
      say(`— ${scenario.name}`);
      const wanted = values.contenders?.split(',');
      const names = scenario.contenders.filter((name) => wanted === undefined || wanted.includes(name));
      if (names.length === 0) continue;
      rows.push(...(await scenario.run({ generator, contenders, postgres, names, rounds, size, say })));
    }
  } finally {
    for (const close of closing.reverse()) await close();
  }
  process.stdout.write(`${report(rows)}\n`);
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify({ size, rounds, rows }, null, 1));
}

async function chosenScenarios() {
  const all = await Promise.all(SCENARIOS.map((name) => import(`./scenarios/${name}.js`)));
  const only = values.only?.split(',');
  const unknown = only?.filter((name) => !all.some((scenario) => scenario.name === name)) ?? [];
  if (unknown.length > 0) {
    say(`unknown scenario ${unknown.join(', ')}; there are ${all.map(({ name }) => name).join(', ')}`);
    process.exit(2);
  }
  return all.filter(({ name }) => only === undefined || only.includes(name));
}

/** The other gateways live in a node_modules of their own. */
function installPeers() {
  if (existsSync(join(here, 'node_modules', 'chat'))) return;
  say('installing the gateways to compare with …');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: here, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(1);
}

await main();
// Whatever a contender left open must not keep us.
process.exit(0);
