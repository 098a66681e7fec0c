/** Measured runs of one contender. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DISCORD_TOKEN } from './contenders.js';
import { startDiscordGenerator } from './generator.js';

/** Until the last writes after the last reply are done and counted. */
const SETTLE_MS = 300;

/** Load before anything is measured: code is compiled, chats are known. */
export async function warmUp(generator, contender, { messages, chats = 1_000 }) {
  const { answered } = await generator.run({ ...contender.target, messages, chats, inFlight: 200 });
  if (answered === 0) throw new Error(`${contender.title} answers nothing: see what it said above`);
  await sleep(SETTLE_MS);
}

/**
 * One run with what it cost.
 * @returns {Promise<object>} the run's own figures, `cpuMs` a message by process, and `rssMb`
 */
export async function measure(generator, contender, spec) {
  const before = contender.cpu();
  const result = await generator.run({ ...contender.target, ...spec });
  await sleep(SETTLE_MS);
  const after = contender.cpu();
  const cpuMs = {};
  for (const [name, used] of Object.entries(after)) cpuMs[name] = (used - before[name]) / result.messages;
  cpuMs.total = cpuMs.node + cpuMs.redis + cpuMs.postgres;
  return { ...result, cpuMs, rssMb: contender.rss() };
}

/**
 * Starts a contender, hands it over, and ends it whatever happens.
 * @param {{apiRoot: string, support: readonly string[], keys: object | null}} [platform] the Discord or X it talks to
 */
export async function withContender(contenders, name, use, platform) {
  const contender = await contenders.launch(name, platform);
  try {
    await contender.isUp;
    return await use(contender);
  } finally {
    await contender.end();
  }
}

/** The names in an order that changes with the round, so that none always comes first. */
export function rotated(names, round) {
  const shift = round % names.length;
  return [...names.slice(shift), ...names.slice(0, shift)];
}

/** The same with a Discord of its own: what was written to others is no gap for this one to read. */
export async function withDiscordContender(contenders, name, servers, use) {
  const generator = await startDiscordGenerator({ token: DISCORD_TOKEN, servers });
  try {
    return await withContender(contenders, name, (it) => use(it, generator), generator);
  } finally {
    await generator.close();
  }
}
