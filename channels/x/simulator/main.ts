import { parseArgs } from 'node:util';
import { runAsProcess } from '../../shared/simulator/own-process.ts';
import { createXSimulator, DEFAULT_HANDLE, DEFAULT_SELF_ID, PLATFORM_RATE_LIMITS } from './index.ts';

/**
 * The simulator as a process of its own: `node main.js [--port 9104] [--self ID] [--handle NAME] [--latency MS] [--seed N] [--limits]`;
 * with `--limits` the platform's own rate limits hold. Prints one line of JSON with its address when it listens, and sends the same to a
 * parent that forked it; SIGTERM and SIGINT end it.
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    self: { type: 'string', default: DEFAULT_SELF_ID },
    handle: { type: 'string', default: DEFAULT_HANDLE },
    latency: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
    limits: { type: 'boolean', default: false },
  },
});

const simulator = createXSimulator({
  port: Number(values.port),
  selfId: values.self,
  handle: values.handle,
  latencyMs: Number(values.latency),
  seed: Number(values.seed),
  ...(values.limits ? { rateLimits: PLATFORM_RATE_LIMITS } : {}),
});
await simulator.start();
runAsProcess({ apiRoot: simulator.apiRoot, control: `${simulator.url}/_control` }, () => simulator.stop());
