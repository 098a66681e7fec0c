import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  lchownSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { folderError, systemCode } from './errors.ts';

/** The places in the data folder that belong to the embedded store. */
export interface StorePaths {
  /** The gateway's data folder, absolute and without links. */
  readonly dataDir: string;
  /** The server's own folder. */
  readonly clusterDir: string;
  /** How to reach the running server; for people and other programs. */
  readonly stateFile: string;
  readonly logFile: string;
  /** The superuser's password, beside the data it opens so that the two cannot be parted. */
  readonly passwordFile: string;
  readonly pidFile: string;
}

/** What `postgres.json` says about the running server. */
export interface ServerState {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly pid: number;
  readonly startedAtMs: number;
}

/** What the server itself writes into `postmaster.pid`. */
export interface PidFile {
  readonly pid: number;
  readonly port: number;
  /** True once it accepts connections. */
  readonly ready: boolean;
}

/** Makes the data folder if needed and names the places in it. Throws EmbeddedStoreError `folder` or `disk-full`. */
export function openFolder(dataDir: string): StorePaths {
  try {
    // Root's folder may be passed through (not listed) by others: the server runs as another user and its files are 0600.
    mkdirSync(dataDir, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
    return pathsIn(realpathSync(dataDir));
  } catch (error) {
    throw folderError(dataDir, error);
  }
}

/** The same for a folder that must exist; undefined when it does not. */
export function findFolder(dataDir: string): StorePaths | undefined {
  try {
    return pathsIn(realpathSync(dataDir));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw folderError(dataDir, error);
  }
}

function pathsIn(dataDir: string): StorePaths {
  const clusterDir = join(dataDir, 'postgres');
  return {
    dataDir,
    clusterDir,
    stateFile: join(dataDir, 'postgres.json'),
    logFile: join(dataDir, 'postgres.log'),
    passwordFile: join(clusterDir, 'parley.password'),
    pidFile: join(clusterDir, 'postmaster.pid'),
  };
}

/** Reads a text file; undefined when there is none. Throws EmbeddedStoreError `folder` when it may not be read. */
export function readIfExists(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw folderError(path, error);
  }
}

/** Reads `postmaster.pid` (lines: pid, folder, start, port, socket, address, shared memory, status). */
export function readPidFile(path: string): PidFile | undefined {
  const lines = readIfExists(path)?.split('\n');
  const pid = Number(lines?.[0]);
  if (lines === undefined || !Number.isSafeInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number(lines[3] ?? 0), ready: lines[7]?.trim() === 'ready' };
}

/** Writes a file whole or not at all: beside, synced, renamed. */
export function writeDurably(path: string, content: string, mode: number): void {
  const beside = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const fd = openSync(beside, 'wx', mode);
    try {
      writeSync(fd, content);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw folderError(path, error);
  }
}

/** Makes the entries of a folder durable (a rename is not, without it). */
export function syncFolder(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Gives a file or a whole tree to another user; nothing happens where it is theirs already. Root only. */
export function giveTo(path: string, uid: number, gid: number): void {
  if (process.getuid?.() !== 0) return;
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || stat.uid === uid) return;
  try {
    if (stat.isDirectory()) {
      // The top last: if we are killed on the way, the next start sees the old owner and begins again.
      for (const entry of readdirSync(path, { recursive: true, encoding: 'utf8' })) {
        lchownSync(join(path, entry), uid, gid);
      }
    }
    chownSync(path, uid, gid);
  } catch (error) {
    throw folderError(path, error);
  }
}

const MAX_LOG_BYTES = 8 * 1024 * 1024;

/** Opens the server's log for its user, keeping one older file once it has grown. */
export function prepareLog(path: string, uid: number, gid: number): void {
  try {
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (size > MAX_LOG_BYTES) renameSync(path, `${path}.1`);
    closeSync(openSync(path, 'a', 0o600));
    chmodSync(path, 0o600);
    giveTo(path, uid, gid);
  } catch (error) {
    throw folderError(path, error);
  }
}
