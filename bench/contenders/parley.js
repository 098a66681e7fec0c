/** Parley as built in dist/, all roles in one process. Its settings name the configuration file. */
import { channelFactories } from '../../dist/channels/registry.js';
import { loadConfig } from '../../dist/config/load.js';
import { startGateway } from '../../dist/src/app.js';
import { systemClock } from '../../dist/src/core/ids-and-time.js';
import { keepHeapSmall } from '../../dist/src/observability/heap.js';
import { createLog } from '../../dist/src/observability/log.js';
import { migrateQueue } from '../../dist/src/queue/index.js';
import { openDatabase } from '../../dist/src/store/database.js';
import { holdGatewayLock, startEmbedded } from '../../dist/src/store/embedded/index.js';
import { migrate } from '../../dist/src/store/migrate.js';
import { migrations } from '../../dist/src/store/migrations/index.js';
import { ready, settings } from './settings.js';

keepHeapSmall();
const log = createLog({ level: 'warn', write: (line) => process.stderr.write(line) });
const channels = new Map(channelFactories.map((factory) => [factory.channel, factory.configSchema]));
const { config } = loadConfig({ file: settings.configFile, channels, env: {} });

const embedded = config.store.url === 'embedded';
const server = embedded
  ? await startEmbedded({ dataDir: config.dataFolder, log, clock: systemClock })
  : { url: config.store.url, pid: null, stop: () => Promise.resolve() };
if (embedded) {
  const lock = await holdGatewayLock(server.url, () => process.exit(3));
  if (!lock.held) throw new Error(`another gateway holds the folder: ${lock.pid}`);
  const database = openDatabase({ url: server.url, log, max: 2 });
  await migrate(database.pool, migrations, { alsoBullmq: migrateQueue });
  await database.close();
  process.send({ storePid: server.pid, storeUrl: server.url });
}

const gateway = await startGateway({
  config,
  storeUrl: server.url,
  embedded,
  roles: ['ingress', 'worker', 'web', 'connector'],
  log,
});
ready(async () => {
  await gateway.stop();
  await server.stop();
});
