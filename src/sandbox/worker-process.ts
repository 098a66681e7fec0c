/**
 * The sandbox's worker, as a process of its own. It is told its configuration by its parent and ends with it: nothing of
 * it may outlive the gateway that holds the store.
 */
import { type Gateway, startGateway } from '../app.ts';
import { createLog } from '../observability/log.ts';
import { startWatchdog } from '../observability/watchdog.ts';
import type { WorkerOrder } from './worker-keeper.ts';

let gateway: Gateway | null = null;
let stopping = false;

function isOrder(message: unknown): message is WorkerOrder {
  return typeof message === 'object' && message !== null && 'config' in message && 'storeUrl' in message;
}

function fail(error: unknown): void {
  process.stderr.write(`parley: sandbox worker: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

async function begin({ config, storeUrl }: WorkerOrder): Promise<void> {
  const log = createLog({ level: config.log.level, pretty: process.stdout.isTTY });
  startWatchdog();
  gateway = await startGateway({ config, storeUrl, embedded: true, roles: ['worker'], log });
  process.send?.('works');
  if (stopping) await end();
}

async function end(): Promise<void> {
  stopping = true;
  // While it still starts: begin() comes here again.
  if (gateway === null) return;
  await gateway.stop();
  process.exit(0);
}

process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
// Ctrl-C in a terminal reaches the whole group; our parent decides when we stop.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
process.on('disconnect', () => process.exit(1));
process.on('message', (message) => {
  if (message === 'stop') end().catch(fail);
  else if (isOrder(message)) begin(message).catch(fail);
});
