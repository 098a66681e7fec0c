/** The process of load for Discord: the simulator and the people who write, driven by its parent over IPC. */
import { startChatter } from './chatter.js';
import { startDiscord } from './discord.js';
import { createRun } from './run.js';
import { numberIn } from './updates.js';

/** Until every shard of a bot in many servers has its session. */
const CONNECT_MS = 60_000;

const { token, servers } = JSON.parse(process.argv[2] ?? '{}');
let run = null;
const discord = await startDiscord({ token, servers }, (chat, text) => run?.reply(chat, text));
let connected = null;

async function answer({ id, spec }) {
  connected ??= discord.connected(CONNECT_MS);
  await connected;
  discord.setLatency(spec.latencyMs);
  const platform = discord.platform((text) => {
    const number = numberIn(text);
    return number === null ? -1 : number % spec.chats;
  });
  const chatter = spec.chatterPerSecond > 0 ? startChatter(discord, spec.chatterPerSecond) : null;
  run = createRun(spec, platform, () => process.send({ id, reached: true }));
  // There is no acknowledgement to be timed.
  const { ackMs: _, ...result } = await run.start();
  run = null;
  process.send({ id, result: { ...result, chatter: chatter?.stop() ?? 0 } });
}

process.on('message', (message) => {
  answer(message).catch((error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  });
});
process.on('disconnect', () => process.exit(0));
process.send({ url: discord.apiRoot, support: discord.support });
