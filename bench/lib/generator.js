/** The load generators, each a process of its own. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ended } from './processes.js';

const programOf = (name) => fileURLToPath(new URL(`../load/${name}`, import.meta.url));

/** What a run leaves open. */
const DEFAULTS = { messages: 6_000, chats: 1_000, connections: 40, latencyMs: 0, patienceMs: 15_000 };

/** Customers of Telegram and the least of its Bot API. */
export function startGenerator() {
  return startLoad('main.js', []);
}

/**
 * Customers of Discord and its simulator.
 * @param {{token: string, servers?: number}} options servers: how many the bot is in besides the one with the support channels
 */
export function startDiscordGenerator({ token, servers = 0 }) {
  return startLoad('discord-main.js', [JSON.stringify({ token, servers })]);
}

/** Customers of X and its simulator. */
export function startXGenerator() {
  return startLoad('x-main.js', []);
}

/** Visitors of the web chat. */
export function startWebGenerator() {
  return startLoad('web-main.js', []);
}

/**
 * @returns {Promise<{apiRoot: string, support: string[], keys: object | null, run(spec: object, onReached?: () => void): Promise<object>,
 *   close(): Promise<void>}>} support: Discord's channels in which every text is answered; keys: X's, with which the account signs in
 */
async function startLoad(name, args) {
  const child = fork(programOf(name), args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const waiting = new Map();
  let lastId = 0;
  const {
    url: apiRoot,
    support = [],
    keys = null,
  } = await new Promise((resolve, reject) => {
    child.once('message', resolve);
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
    support,
    keys,
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
