import { afterAll, afterEach, beforeAll } from '@jest/globals';
import type { StoreBackend } from '../../kit/pipeline/backends.ts';
import { type Gateway, type GatewayOptions, startGateway } from '../../kit/pipeline/harness.ts';

/** Gateways over one server, for the tests of one block. */
export interface Gateways {
  /** On a new database where no `url` is given. Stopped after the test. */
  start(options: Omit<GatewayOptions, 'url'> & { url?: string | undefined }): Promise<Gateway>;
  /** Stops all of them before the test ends. */
  stop(): Promise<void>;
}

/** Opens the server before the tests of the block this stands in, and closes it after them. */
export function useGateways(open: () => Promise<StoreBackend>): Gateways {
  let backend: StoreBackend;
  let running: Gateway[] = [];

  async function stop(): Promise<void> {
    await Promise.all(running.map((gateway) => gateway.stop()));
    running = [];
  }

  beforeAll(async () => {
    backend = await open();
  }, 60_000);
  afterEach(stop);
  afterAll(() => backend.close());
  return {
    async start({ url, ...options }) {
      const made = await startGateway({ ...options, url: url ?? (await backend.createDatabase()) });
      running.push(made);
      return made;
    },
    stop,
  };
}
