/** The load generator, a process of its own. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ended } from './processes.js';

const MAIN = fileURLToPath(new URL('../load/main.js', import.meta.url));

/** What a run leaves open. */
const DEFAULTS = { messages: 6_000, chats: 1_000, connections: 40, latencyMs: 0, patienceMs: 15_000 };

/**
 * @returns {Promise<{apiRoot: string, run(spec: object, onReached?: () => void): Promise<object>, close(): Promise<void>}>}
 */
export async function startGenerator() {
  const child = fork(MAIN, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const waiting = new Map();
  let lastId = 0;
  const apiRoot = await new Promise((resolve, reject) => {
    child.once('message', ({ url }) => resolve(url));
    child.once('exit', (code) => reject(new Error(`the load generator ended with ${code}`)));
  });
  child.on('message', ({ id, reached, result }) => {
    if (reached) waiting.get(id)?.onReached();
    if (result === undefined) return;
    waiting.get(id)?.resolve(result);
    waiting.delete(id);
  });
  child.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`the load generator ended with ${code}`));
  });
  return {
    apiRoot,
    run: (spec, onReached = () => undefined) =>
      new Promise((resolve, reject) => {
        lastId += 1;
        waiting.set(lastId, { resolve, reject, onReached });
        child.send({ id: lastId, spec: { ...DEFAULTS, ...spec } });
      }),
    close: async () => {
      child.disconnect();
      await ended(child);
    },
  };
}
