import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../core/ports/clock.ts';
import type { Log } from '../../core/ports/log.ts';
import { type Binaries, findPackage, prepareBinaries } from './binaries.ts';
import { DATABASE, ensureDatabase, isAlive, probe, urlOf } from './connect.ts';
import { diskFull, EmbeddedStoreError } from './errors.ts';
import {
  giveTo,
  openFolder,
  prepareLog,
  readIfExists,
  readPidFile,
  type ServerState,
  type StorePaths,
  writeDurably,
} from './folder.ts';
import { ensureCluster, removeLeftovers, SUPERUSER } from './initialise.ts';
import { removeStalePidFile } from './pid-file.ts';
import { lastLines, type RunAs, run } from './run.ts';
import { chooseRunAs } from './run-as.ts';
import { SETTINGS_FILE, serverSettings } from './settings.ts';
import { stopServer } from './stop.ts';

/** Longest wait for a server that is starting, recovering after a crash, or stopping. */
const START_TIMEOUT_MS = 120_000;
const ATTEMPTS = 6;

/** What the launcher needs. */
export interface EmbeddedOptions {
  /** The gateway's data folder; made if missing. */
  readonly dataDir: string;
  readonly log: Log;
  readonly clock: Clock;
  /** The npm package with the programs; tests only. */
  readonly packageDir?: string;
}

/** A running embedded server. It belongs to no process: it goes on when this one dies, until somebody stops it. */
export interface EmbeddedServer {
  /** Connection string of the gateway's database. */
  readonly url: string;
  /** True when it was running already (left by a killed gateway, or used by another process right now). */
  readonly adopted: boolean;
  /** Process id of the server. */
  readonly pid: number;
  /** Stops it within a few seconds; leaves it running when another process holds the gateway lock. */
  stop(): Promise<void>;
}

interface Running {
  readonly port: number;
  readonly password: string;
  readonly pid: number;
}

/**
 * Starts the Postgres that comes with the gateway, making its folder first if needed, or adopts the one that runs on
 * the folder. Whether this process may be the gateway on it is decided by `holdGatewayLock`, not here.
 * @throws EmbeddedStoreError
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const { log, clock } = options;
  const paths = openFolder(options.dataDir);
  const startedMs = clock.monotonicMs();
  let running = await findRunning(paths, log);
  const adopted = running !== undefined;
  running ??= await start(paths, options);
  await ensureDatabase(running.port, running.password);
  writeState(paths, running, clock.nowMs());
  const tookMs = Math.round(clock.monotonicMs() - startedMs);
  log.info({ pid: running.pid, port: running.port, adopted, tookMs }, 'embedded store is up');
  const url = urlOf(running.port, running.password, DATABASE);
  return { url, adopted, pid: running.pid, stop: () => stopServer(paths, url, log) };
}

/** The server that runs on the folder already, waiting for it while it starts or stops. */
async function findRunning(paths: StorePaths, log: Log): Promise<Running | undefined> {
  const deadlineMs = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    const pidFile = readPidFile(paths.pidFile);
    const password = readIfExists(paths.passwordFile);
    if (pidFile === undefined || password === undefined || !isAlive(pidFile)) return undefined;
    if (removeStalePidFile(paths, log)) return undefined;
    const answer = await probe(paths, pidFile.port, password);
    if (answer === 'ours') return { port: pidFile.port, password, pid: pidFile.pid };
    if (answer === 'stranger' || performance.now() > deadlineMs) {
      throw new EmbeddedStoreError(
        'another-server',
        `A Postgres (pid ${pidFile.pid}) has ${paths.clusterDir} open but does not let us in at port ${pidFile.port}.`,
        `Stop it (kill ${pidFile.pid}) and start again; if that process is no Postgres, delete ${paths.pidFile}.`,
      );
    }
    await sleep(100);
  }
}

async function start(paths: StorePaths, options: EmbeddedOptions): Promise<Running> {
  const binaries = prepareBinaries(options.packageDir ?? findPackage());
  const as = await chooseRunAs(paths.dataDir, paths.clusterDir, binaries.postgres);
  removeLeftovers(paths, options.clock.nowMs());
  await ensureCluster(paths, binaries, as);
  let output = '';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const port = await choosePort(paths, attempt);
    output = await launch(paths, binaries, as, port);
    const running = await findRunning(paths, options.log);
    if (running !== undefined) {
      options.log.debug({ as: as.label, attempt }, 'embedded store was launched');
      return running;
    }
    if (/No space left on device|Disk quota exceeded/.test(output)) throw diskFull(paths.dataDir);
    if (!mayPass(output)) break;
    await sleep(200 * attempt);
  }
  throw new EmbeddedStoreError(
    'start',
    `The embedded Postgres did not start (as ${as.label}); its last words, from ${paths.logFile}:\n${lastLines(output)}\n`,
    'Mend what the lines above name and start again.',
  );
}

/** A port taken meanwhile, a server process of a killed predecessor still ending, another gateway starting at once. */
function mayPass(output: string): boolean {
  return /could not bind|could not create any TCP\/IP sockets|Address already in use|lock file ".*" already exists|shared memory block .* is still in use/.test(
    output,
  );
}

/** @returns what pg_ctl and the server said */
async function launch(paths: StorePaths, binaries: Binaries, as: RunAs, port: number): Promise<string> {
  const settingsFile = join(paths.clusterDir, SETTINGS_FILE);
  writeDurably(settingsFile, serverSettings(port), 0o600);
  giveTo(settingsFile, as.fileUid, as.fileGid);
  prepareLog(paths.logFile, as.fileUid, as.fileGid);
  const before = readIfExists(paths.logFile)?.length ?? 0;
  const args = ['start', '-w', '-t', String(START_TIMEOUT_MS / 1000), '-D', paths.clusterDir, '-l', paths.logFile];
  const result = await run(as, binaries.pgCtl, args, START_TIMEOUT_MS + 10_000);
  if (result.exitCode === 0) return '';
  return `${result.output}\n${readFileSync(paths.logFile, 'utf8').slice(before)}`.trim();
}

/** The port used last, for the sake of people's bookmarks, if it is free; else a random one. */
async function choosePort(paths: StorePaths, attempt: number): Promise<number> {
  const remembered = attempt === 1 ? readState(paths)?.port : undefined;
  if (remembered !== undefined && (await tryPort(remembered)) !== undefined) return remembered;
  const port = await tryPort(0);
  if (port !== undefined) return port;
  throw new EmbeddedStoreError(
    'start',
    'No TCP port on 127.0.0.1 is free.',
    'Check that the loopback interface is up.',
  );
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
}

function readState(paths: StorePaths): { port: number } | undefined {
  try {
    const state: unknown = JSON.parse(readIfExists(paths.stateFile) ?? 'null');
    if (typeof state !== 'object' || state === null || !('port' in state)) return undefined;
    const { port } = state;
    return typeof port === 'number' && Number.isInteger(port) && port > 1023 && port < 65536 ? { port } : undefined;
  } catch {
    return undefined;
  }
}

function writeState(paths: StorePaths, running: Running, nowMs: number): void {
  const state: ServerState = {
    host: '127.0.0.1',
    port: running.port,
    user: SUPERUSER,
    password: running.password,
    database: DATABASE,
    pid: running.pid,
    startedAtMs: nowMs,
  };
  writeDurably(paths.stateFile, `${JSON.stringify(state, null, 2)}\n`, 0o600);
}
