import { parseArgs } from 'node:util';
import { runAsProcess } from '../../shared/simulator/own-process.ts';
import { createTelegramSimulator, DEFAULT_TOKEN } from './index.ts';

/**
 * The simulator as a process of its own: `node main.js [--port 9101] [--token 123:abc]… [--latency MS] [--seed N]`.
 * Prints one line of JSON with its address when it listens, and sends the same to a parent that forked it; SIGTERM and
 * SIGINT end it.
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    token: { type: 'string', multiple: true, default: [DEFAULT_TOKEN] },
    latency: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
  },
});

const simulator = createTelegramSimulator({
  port: Number(values.port),
  bots: values.token.map((token, index) => ({
    token,
    username: index === 0 ? 'parley_simulator_bot' : `parley_simulator${index + 1}_bot`,
  })),
  latencyMs: Number(values.latency),
  seed: Number(values.seed),
});
await simulator.start();
runAsProcess({ url: simulator.url, control: `${simulator.url}/_control` }, () => simulator.stop());
