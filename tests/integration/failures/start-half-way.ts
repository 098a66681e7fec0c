import { channelFactories } from '../../../channels/registry.ts';
import { loadConfig } from '../../../config/load.ts';
import { ROLES, startGateway } from '../../../src/app.ts';
import { createLog } from '../../../src/observability/log.ts';

/**
 * Starts a gateway that cannot start, says how it failed, and then does nothing: what was left open would keep the process.
 * Arguments: the configuration file.
 */
const channels = new Map(channelFactories.map((factory) => [factory.channel, factory.configSchema]));
const { config } = loadConfig({ file: process.argv[2] ?? '', channels, env: {} });
const log = createLog({ level: 'warn' });
try {
  await startGateway({ config, storeUrl: config.store.url, embedded: false, roles: ROLES, log });
  process.send?.({ failed: null });
} catch (error) {
  process.send?.({ failed: error instanceof Error ? error.message : String(error) });
}
process.disconnect?.();
