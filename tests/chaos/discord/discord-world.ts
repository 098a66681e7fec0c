import { createDiscordSimulator, type DiscordSimulator } from '../../../channels/discord/simulator/index.ts';
import { type Servers, startServers } from '../servers.ts';

/** Discord, real servers, and gateway processes on them. */
export interface DiscordWorld extends Servers {
  readonly simulator: DiscordSimulator;
  readonly places: Places;
}

/** Where customers meet the bot in servers. */
export interface Places {
  /** A text channel in which every text counts. */
  readonly help: string;
  /** A forum in whose posts every text counts. */
  readonly forum: string;
  /** A channel in which only what names or answers the bot counts. */
  readonly lounge: string;
  /** A role of customers, whom nothing of ours may ping. */
  readonly role: string;
}

const PLACES: Places = {
  help: '500000000000000001',
  forum: '500000000000000002',
  lounge: '500000000000000003',
  role: '500000000000000004',
};

/** Starts platform and servers, with one server and its channels. */
export async function startDiscordWorld(seed: number): Promise<DiscordWorld> {
  const simulator = createDiscordSimulator({ seed });
  await simulator.start();
  const guild = simulator.guild();
  guild.addChannel('help', { id: PLACES.help });
  guild.addChannel('questions', { id: PLACES.forum, type: 15 });
  guild.addChannel('lounge', { id: PLACES.lounge });
  const servers = await startServers('postgres+redis');
  servers.configure({
    http: { host: '127.0.0.1', port: 0 },
    accounts: [
      {
        id: 'dc',
        channel: 'discord',
        token: simulator.token,
        apiRoot: simulator.apiRoot,
        support: { channels: [PLACES.help], forums: [PLACES.forum], roles: [] },
      },
    ],
  });
  return {
    ...servers,
    simulator,
    places: PLACES,
    async close() {
      await servers.close();
      await simulator.stop();
    },
  };
}
