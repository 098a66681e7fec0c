import { parseArgs } from 'node:util';
import { runAsProcess } from '../../shared/simulator/own-process.ts';
import { createDiscordSimulator, DEFAULT_BOT_ID, DEFAULT_TOKEN } from './index.ts';

/**
 * The simulator as a process of its own: `node main.js [--port 9103] [--token …] [--bot ID] [--latency MS] [--seed N]`. Prints
 * one line of JSON with its address when it listens, and sends the same to a parent that forked it; SIGTERM and SIGINT end it.
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    token: { type: 'string', default: DEFAULT_TOKEN },
    bot: { type: 'string', default: DEFAULT_BOT_ID },
    latency: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
  },
});

const simulator = createDiscordSimulator({
  port: Number(values.port),
  token: values.token,
  botId: values.bot,
  latencyMs: Number(values.latency),
  seed: Number(values.seed),
});
await simulator.start();
runAsProcess({ apiRoot: simulator.apiRoot, control: `${simulator.url}/_control` }, () => simulator.stop());
