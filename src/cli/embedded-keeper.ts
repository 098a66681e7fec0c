import { setTimeout as sleep } from 'node:timers/promises';
import { ParleyError } from '../core/errors.ts';
import { systemClock } from '../core/ids-and-time.ts';
import type { Log } from '../core/ports/log.ts';
import {
  type EmbeddedServer,
  EmbeddedStoreError,
  type GatewayLock,
  holdGatewayLock,
  startEmbedded,
} from '../store/embedded/index.ts';

/** The embedded store while a gateway uses it: running, and ours alone. */
export interface EmbeddedKeeper {
  readonly url: string;
  /** Gives the lock back and stops the server. */
  stop(): Promise<void>;
}

export interface EmbeddedKeeperOptions {
  dataFolder: string;
  log: Log;
  /** The store is lost for good: the gateway has to stop. */
  onLost(error: unknown): void;
}

/** Longest time the store may take to come back after a crash before the gateway gives up, ms. */
const COME_BACK_MS = 120_000;
const RETRY_MS = 500;

function anotherGateway(dataFolder: string, lock: Extract<GatewayLock, { held: false }>): ParleyError {
  const since = lock.sinceMs === 0 ? '' : `, since ${new Date(lock.sinceMs).toISOString()}`;
  return new ParleyError(
    'another_gateway',
    `another gateway (pid ${lock.pid}${since}) runs on the data folder ${dataFolder}`,
    {
      mend: 'stop that one, or give this one another folder as data:',
    },
  );
}

/**
 * Starts or adopts the embedded server and makes this process its one gateway. When the server dies while we run it is
 * started again, and the lock is taken anew: a crash of the database costs seconds, not the gateway.
 * @throws {ParleyError} `another_gateway`
 * @throws {EmbeddedStoreError} when the server cannot be started
 */
export async function keepEmbedded(options: EmbeddedKeeperOptions): Promise<EmbeddedKeeper> {
  const { dataFolder, log } = options;
  let stopped = false;
  let reviving: Promise<void> | null = null;
  let lock: Extract<GatewayLock, { held: true }> | null = null;

  const start = (): Promise<EmbeddedServer> => startEmbedded({ dataDir: dataFolder, log, clock: systemClock });

  async function takeLock(url: string): Promise<void> {
    const taken = await holdGatewayLock(url, lost);
    if (!taken.held) throw anotherGateway(dataFolder, taken);
    lock = taken;
  }

  function lost(error: Error): void {
    lock = null;
    if (stopped || reviving !== null) return;
    log.error({ err: error.message }, 'the embedded store broke the connection; looking after it');
    reviving = revive()
      .catch((failure: unknown) => {
        if (!stopped) options.onLost(failure);
      })
      .finally(() => {
        reviving = null;
      });
  }

  /** The lock is first: while another process could take it, nothing else matters. */
  async function revive(): Promise<void> {
    const deadlineMs = performance.now() + COME_BACK_MS;
    let told = '';
    for (;;) {
      if (stopped) return;
      try {
        const again = await start();
        if (again.url !== server.url) {
          throw new ParleyError('embedded_moved', 'the embedded store had to come back at another port', {
            mend: 'start the gateway again; nothing is lost',
          });
        }
        server = again;
        await takeLock(server.url);
        log.info({ pid: server.pid }, 'the embedded store is back');
        return;
      } catch (error) {
        // A full disk is mended by a person, who may take a night; giving up would lose nothing and help nobody.
        const full = error instanceof EmbeddedStoreError && error.code === 'disk-full';
        if (error instanceof ParleyError || (!full && performance.now() > deadlineMs)) throw error;
        const why = error instanceof Error ? error.message : 'unknown';
        if (why !== told) log.warn({ err: why }, 'the embedded store is not back yet');
        told = why;
        await sleep(RETRY_MS);
      }
    }
  }

  let server = await start();
  try {
    await takeLock(server.url);
  } catch (error) {
    // It stays up where another gateway is on it.
    await server.stop();
    throw error;
  }
  return {
    url: server.url,
    async stop() {
      stopped = true;
      await lock?.release();
      await server.stop();
    },
  };
}
