/** The process of load for X: the simulator and the people who write, driven by its parent over IPC. */
import { createRun } from './run.js';
import { startX } from './x.js';

/** Until the contender has its stream, or asks for the first time. */
const CONNECT_MS = 60_000;

let run = null;
const x = await startX((chat, text) => run?.reply(chat, text));
let connected = null;

async function answer({ id, spec }) {
  connected ??= x.connected(CONNECT_MS);
  await connected;
  x.setLatency(spec.latencyMs);
  run = createRun(spec, x.platform, () => process.send({ id, reached: true }));
  // There is no acknowledgement to be timed.
  const { ackMs: _, ...result } = await run.start();
  run = null;
  process.send({ id, result });
}

process.on('message', (message) => {
  answer(message).catch((error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  });
});
process.on('disconnect', () => process.exit(0));
process.send({ url: x.apiRoot, keys: x.keys });
