import { createServer } from 'node:net';
import { telegram } from '../channels/telegram/index.ts';
import { createTelegramSimulator } from '../channels/telegram/simulator/index.ts';
import type { Config } from '../config/schema.ts';

/** The sandbox: a gateway whose only account is on a simulated Telegram in this process. */
export interface Sandbox {
  config: Config;
  /** Where the simulator is driven over HTTP. */
  controlUrl: string;
  stop(): Promise<void>;
}

const SIMULATOR_PORT = 8090;

/** The port if it is free, else 0: any. */
async function freeOr0(host: string, port: number): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(0));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(port)));
  });
}

/** Starts the simulator and adds its account to a configuration made of defaults. */
export async function startSandbox(base: Config): Promise<Sandbox> {
  const nowSeconds = Math.floor(Date.now() / 1_000);
  const simulator = createTelegramSimulator({
    port: await freeOr0('127.0.0.1', SIMULATOR_PORT),
    // The data folder remembers earlier runs: numbers that begin anew would be taken for repeats.
    seed: nowSeconds,
    firstMessageId: nowSeconds % 2_000_000_000,
  });
  await simulator.start();
  const account = telegram.configSchema.parse({
    id: 'sandbox',
    channel: 'telegram',
    token: simulator.token,
    apiRoot: simulator.url,
  });
  return {
    config: {
      ...base,
      http: { ...base.http, port: await freeOr0(base.http.host, base.http.port) },
      accounts: [{ ...account }],
    },
    controlUrl: `${simulator.url}/_control`,
    stop: () => simulator.stop(),
  };
}

/** What a newcomer reads when the sandbox is up. */
export function sandboxGreeting(sandbox: Sandbox, address: string | null): string {
  const { controlUrl, config } = sandbox;
  return `
Parley runs in the sandbox: no configuration was found, so it talks to a simulated Telegram inside this process.
Everything it stores is in ${config.dataFolder}

  gateway    ${address ?? 'no HTTP side'}   (/healthz, /readyz, /metrics)
  simulator  ${controlUrl}

Write to the bot as a customer:

  curl -s ${controlUrl}/say -d '{"chat": 1001, "name": "Ann", "text": "My deposit has not arrived"}'

See what the bot answered (about two seconds later; it waits until the customer has paused):

  curl -s '${controlUrl}/messages?chat=1001'

Ctrl-C ends it. For real accounts copy config/default.yaml to config/parley.yaml and add them there.
`;
}
