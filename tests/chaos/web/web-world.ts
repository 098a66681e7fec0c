import type { Process } from '../processes.ts';
import { type Servers, startServers } from '../servers.ts';
import { type SpreadingFront, startSpreadingFront } from './spreading-front.ts';

/** A chat on a site, real servers, gateway processes on them, and what stands before these. */
export interface WebWorld extends Servers {
  readonly front: SpreadingFront;
  /** Of the chat as visitors reach it, with a slash at its end. */
  readonly chat: string;
}

/** Starts servers and the way to them. */
export async function startWebWorld(random: () => number): Promise<WebWorld> {
  const servers = await startServers('postgres+redis');
  const many = 10_000;
  servers.configure({
    http: { host: '127.0.0.1', port: 0 },
    accounts: [
      {
        id: 'site',
        channel: 'web',
        origins: ['http://shop.test'],
        // Everybody here comes from one address.
        limits: {
          messagesPerMinute: many,
          messagesPerMinuteAndAddress: many,
          filesPerMinute: 1_000,
          visitorsPerMinuteAndAddress: many,
          streamsPerVisitor: 100,
          streamsPerAddress: many,
        },
      },
    ],
  });
  const up = new Set<Process>();
  const front = await startSpreadingFront(random, () => [...up].flatMap((one) => one.address() ?? []));
  return {
    ...servers,
    front,
    chat: `${front.url}/chat/site/`,
    start(options) {
      const started = servers.start(options);
      started.ready.then(
        () => up.add(started),
        () => undefined,
      );
      void started.ended.then(() => up.delete(started));
      return started;
    },
    async close() {
      await servers.close();
      await front.close();
    },
  };
}
