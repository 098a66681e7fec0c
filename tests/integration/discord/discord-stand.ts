import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { createDiscordSimulator, type DiscordSimulator } from '../../../channels/discord/simulator/index.ts';
import { channelFactories } from '../../../channels/registry.ts';
import { loadConfig } from '../../../config/load.ts';
import { startGateway } from '../../../src/app.ts';
import { migrateStore } from '../../../src/cli/store-access.ts';
import { createLog } from '../../../src/observability/log.ts';
import { eventually } from '../../kit/eventually.ts';
import { startPlainPostgres } from '../../kit/servers/postgres.ts';
import { ask } from '../cli/cli-kit.ts';

export const FORUM = '500000000000000002';
const READY_MS = 20_000;

/** A whole gateway with one bot that echoes, at a simulated Discord. */
export interface DiscordStand {
  readonly simulator: DiscordSimulator;
  readonly lines: readonly string[];
  query(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  /** What the bot wrote in a channel, in order. */
  answersIn(channelId: string): string[];
  /** Ends the gateway and, after `meanwhile`, starts it again on the same store. */
  restart(meanwhile: () => void): Promise<void>;
  stop(): Promise<void>;
}

/** @param options.brains echo alone where left out; `channels`: where every text counts */
export async function startDiscordStand({
  brains = ['echo'],
  channels: named = [],
}: {
  brains?: string[];
  channels?: string[];
} = {}): Promise<DiscordStand> {
  const postgres = await startPlainPostgres();
  const url = await postgres.createDatabase();
  await migrateStore(url, 'store');
  const simulator = createDiscordSimulator();
  await simulator.start();
  const folder = mkdtempSync(join(tmpdir(), 'parley-discord-'));
  const file = join(folder, 'parley.yaml');
  const support = { channels: named, forums: [FORUM], roles: [] };
  writeFileSync(
    file,
    stringify({
      data: folder,
      store: { url },
      http: { port: 0 },
      masterKey: '5a'.repeat(32),
      accounts: [{ id: 'dc', channel: 'discord', token: simulator.token, apiRoot: simulator.apiRoot, support }],
      bot: { brains, turnPause: '0ms', turnPauseMax: '0ms', greeting: false },
      teams: [{ id: 'support', name: 'Support', languages: [] }],
    }),
  );
  const channels = new Map(channelFactories.map((factory) => [factory.channel, factory.configSchema]));
  const { config } = loadConfig({ file, channels, env: {} });
  const lines: string[] = [];
  let sessions = 0;
  const start = async () => {
    const made = await startGateway({
      config,
      storeUrl: url,
      embedded: false,
      roles: ['ingress', 'worker', 'web', 'connector'],
      log: createLog({ level: 'debug', write: (line) => lines.push(line) }),
    });
    // Whoever writes first while nobody listens is not found afterwards: the platform has no list of direct messages.
    sessions += 1;
    await eventually(() => {
      if (simulator.log.gateway.filter(({ outcome }) => outcome === 'ready').length < sessions)
        throw new Error('not ready');
    }, READY_MS);
    return made;
  };
  let gateway = await start();
  return {
    simulator,
    lines,
    query: (text, values = []) => ask(url, text, values),
    answersIn: (channelId) =>
      simulator.log.messages.filter((message) => message.channelId === channelId).map(({ content }) => content),
    async restart(meanwhile) {
      await gateway.stop();
      meanwhile();
      gateway = await start();
    },
    async stop() {
      await gateway.stop();
      await simulator.stop();
      await postgres.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
