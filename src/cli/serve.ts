import type { Config } from '../../config/schema.ts';
import { type Gateway, type GatewayOptions, ROLES, type Role, startGateway } from '../app.ts';
import { ParleyError } from '../core/errors.ts';
import type { Log } from '../core/ports/log.ts';
import { createLog } from '../observability/log.ts';
import { startWatchdog } from '../observability/watchdog.ts';
import { retireDemoPeople } from '../sandbox/demo-people.ts';
import { type Sandbox, startSandbox } from '../sandbox-start.ts';
import { openDatabase } from '../store/database.ts';
import { configurationOf } from './configuration.ts';
import { type EmbeddedKeeper, keepEmbedded } from './embedded-keeper.ts';
import { describeFailure } from './failure.ts';
import { say, warn } from './output.ts';
import { listenForStop, type StopSignals } from './stop-signals.ts';
import { migrateStore } from './store-access.ts';

export interface ServeOptions {
  config?: string | undefined;
  role?: string | undefined;
}

/** The roles of `--role a,b`; all when it is not given. @throws {ParleyError} naming the wrong one */
export function rolesOf(text: string | undefined): readonly Role[] {
  if (text === undefined || text === 'all') return ROLES;
  return text.split(',').map((name) => {
    const role = ROLES.find((one) => one === name.trim());
    if (role === undefined) {
      throw new ParleyError('role', `there is no role "${name.trim()}"`, {
        mend: `--role takes ${ROLES.join(', ')}, joined by commas`,
      });
    }
    return role;
  });
}

/** One thing that was started and has to be stopped, the last first. */
type Started = () => Promise<void>;

/** `parley serve`: runs the gateway until it is told to stop. @returns the exit code */
export async function serve(options: ServeOptions): Promise<number> {
  const roles = rolesOf(options.role);
  const loaded = configurationOf(options);
  const log = createLog({ level: loaded.config.log.level, pretty: process.stdout.isTTY });
  if (loaded.config.store.url === 'embedded' && roles.length < ROLES.length) {
    throw new ParleyError(
      'embedded_roles',
      'the embedded store is for one process that does everything; --role was given',
      {
        mend: 'leave --role out, or set store.url to a Postgres that several processes may share',
      },
    );
  }
  const signals = listenForStop(() =>
    warn('parley: stopping took too long; ended hard, the next start goes on from there'),
  );
  const started: Started[] = [];
  // Starting can wait for a database for ever; a signal must not.
  const running = start(loaded.source, loaded.config, roles, log, signals, started);
  const reason = await Promise.race([signals.requested, running.then(() => signals.requested)]);
  if ('signal' in reason) log.info({ signal: reason.signal }, 'stopping');
  else warn(`parley: ${describeFailure(reason.error)}`);
  running.catch(() => undefined);
  await stopAll(started, log);
  log.info({}, 'stopped');
  return 'error' in reason ? 1 : 0;
}

async function start(
  source: 'file' | 'sandbox',
  given: Config,
  roles: readonly Role[],
  log: Log,
  signals: StopSignals,
  started: Started[],
): Promise<void> {
  try {
    const sandbox = source === 'sandbox' ? await startSandbox(given, log) : null;
    if (sandbox !== null) started.push(() => sandbox.stop());
    const config = sandbox?.config ?? given;
    const { url: storeUrl, embedded } = await openStore(config, log, signals, started);
    const watchdog = startWatchdog();
    started.push(() => watchdog.stop());
    if (sandbox !== null) return await startInSandbox(sandbox, { config, storeUrl, embedded, roles, log }, started);
    const gateway: Gateway = await startGateway({ config, storeUrl, embedded, roles, log });
    started.push(() => gateway.stop());
    if (roles.includes('web')) await retireDemo(storeUrl, log);
    log.info(
      { address: gateway.address, roles: roles.join(','), accounts: config.accounts.length },
      'the gateway runs',
    );
    if (config.accounts.length === 0) log.warn({}, 'no accounts are configured: nothing can be received');
  } catch (error) {
    // A store that is taken down while we still start is no news.
    if (signals.stopping()) return;
    await stopAll(started, log);
    throw error;
  }
}

/** A store that was a sandbox's first must not keep a door open whose key was printed on a terminal. */
async function retireDemo(storeUrl: string, log: Log): Promise<void> {
  const database = openDatabase({ url: storeUrl, log, max: 1, applicationName: 'parley-start' });
  try {
    const retired = await retireDemoPeople(database);
    if (retired > 0) log.warn({ retired }, 'demo people of the sandbox were in this store; they can no longer sign in');
  } finally {
    await database.close();
  }
}

/** The same with the worker in a process of its own, demo people, and a page to play on. */
async function startInSandbox(sandbox: Sandbox, options: GatewayOptions, started: Started[]): Promise<void> {
  const open = await sandbox.open(options.storeUrl);
  started.push(() => open.close());
  const roles = options.roles.filter((role) => role !== 'worker');
  const gateway = await startGateway({ ...options, roles, sandbox: open.side });
  // The worker finishes while the doors close; one after the other could take longer than a stop may.
  started.pop();
  started.push(() => Promise.all([open.close(), gateway.stop()]).then(() => undefined));
  await open.working;
  const accounts = options.config.accounts.length;
  options.log.info({ address: gateway.address, roles: options.roles.join(','), accounts }, 'the gateway runs');
  say(open.greeting(gateway.address ?? ''));
}

async function openStore(
  config: Config,
  log: Log,
  signals: StopSignals,
  started: Started[],
): Promise<{ url: string; embedded: boolean }> {
  if (config.store.url !== 'embedded') {
    return { url: config.store.url, embedded: false };
  }
  const keeper: EmbeddedKeeper = await keepEmbedded({
    dataFolder: config.dataFolder,
    log,
    onLost: (error) => signals.fail(error),
  });
  started.push(() => keeper.stop());
  const taken = await migrateStore(keeper.url, config.queue.url);
  if (taken.length > 0) log.info({ steps: taken.join(',') }, 'the schema was brought up to date');
  return { url: keeper.url, embedded: true };
}

/** The last started first; one that fails must not keep the others from being stopped. */
async function stopAll(started: Started[], log: Log): Promise<void> {
  for (let stop = started.pop(); stop !== undefined; stop = started.pop()) {
    try {
      await stop();
    } catch (error) {
      log.warn({ err: error instanceof Error ? error.message : 'unknown' }, 'a part did not stop in order');
    }
  }
}
