/** Parley from dist/, all roles in one process, answering with the echo brain. */
import { channelFactories } from '../../dist/channels/registry.js';
import { loadConfig } from '../../dist/config/load.js';
import { startGateway } from '../../dist/src/app.js';
import { systemClock } from '../../dist/src/core/ids-and-time.js';
import { createLog } from '../../dist/src/observability/log.js';
import { migrateQueue } from '../../dist/src/queue/index.js';
import { openDatabase } from '../../dist/src/store/database.js';
import { holdGatewayLock, startEmbedded, stopEmbedded } from '../../dist/src/store/embedded/index.js';
import { migrate } from '../../dist/src/store/migrate.js';
import { migrations } from '../../dist/src/store/migrations/index.js';
import { ready, settings } from './settings.js';
