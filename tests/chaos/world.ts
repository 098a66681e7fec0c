import { ALLOWED_UPDATES } from '../../channels/telegram/normalise.ts';
import { createTelegramSimulator, type TelegramSimulator } from '../../channels/telegram/simulator/index.ts';
import { freePort } from '../kit/servers/process.ts';
import { type ChaosBackend, type Servers, startServers } from './servers.ts';

export const POLLED = '700000001:chaos-polled-bot-token';
export const HOOKED = '700000002:chaos-hooked-bot-token';
const HOOK_SECRET = 'chaos-webhook-secret-000000000000';

/** Everything a crash test on Telegram needs: platform, servers, configuration, and how to start processes on them. */
export interface World extends Omit<Servers, 'configure' | 'folder'> {
  readonly simulator: TelegramSimulator;
  /** The platform brings updates of the hooked bot; it does from the start. */
  setWebhook(): Promise<void>;
  /** The platform keeps updates of the hooked bot to itself until `setWebhook`. */
  holdWebhook(): Promise<void>;
}

/** What a world may have besides. */
export interface WorldOptions {
  /** Address the platform posts to, of what stands before several processes; each then takes a port of its own. */
  readonly front?: string;
  /** How long the platform waits for a webhook's answer, ms. */
  readonly webhookTimeoutMs?: number;
}

/** Starts platform and servers for one backend. */
export async function startWorld(backend: ChaosBackend, seed: number, options: WorldOptions = {}): Promise<World> {
  const simulator = createTelegramSimulator({
    seed,
    bots: [{ token: POLLED }, { token: HOOKED }],
    webhookTimes: { firstRetryMs: 100, maxRetryMs: 500, timeoutMs: options.webhookTimeoutMs ?? 10_000 },
  });
  await simulator.start();
  const port = await freePort();
  const servers = await startServers(backend);
  servers.configure({
    http: { host: '127.0.0.1', port: options.front === undefined ? port : 0 },
    accounts: [
      { id: 'polled', channel: 'telegram', token: POLLED, mode: 'polling', apiRoot: simulator.url },
      {
        id: 'hooked',
        channel: 'telegram',
        token: HOOKED,
        mode: 'webhook',
        webhookSecret: HOOK_SECRET,
        apiRoot: simulator.url,
      },
    ],
  });
  const hookUrl = `${options.front ?? `http://127.0.0.1:${port}`}/hooks/hooked`;
  const setWebhook = async (): Promise<void> => {
    const hook = { url: hookUrl, secret_token: HOOK_SECRET, max_connections: 40, allowed_updates: ALLOWED_UPDATES };
    await callHooked(simulator, 'setWebhook', hook);
  };
  await setWebhook();

  return {
    ...servers,
    simulator,
    setWebhook,
    holdWebhook: () => callHooked(simulator, 'deleteWebhook', {}),
    async close() {
      // First, so that it brings nothing to processes that are being ended.
      await simulator.stop();
      await servers.close();
    },
  };
}

async function callHooked(simulator: TelegramSimulator, method: string, body: object): Promise<void> {
  const answer = await fetch(`${simulator.url}/bot${HOOKED}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method}: ${await answer.text()}`);
}
