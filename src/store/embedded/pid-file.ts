import { readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import type { Log } from '../../core/ports/log.ts';
import type { StorePaths } from './folder.ts';
import { readPidFile } from './folder.ts';

/**
 * Removes a `postmaster.pid` whose number now belongs to another program. Postgres itself refuses to start then, and in
 * containers, where numbers are small and start anew, that happens at nearly every restart after a kill.
 * Linux only; nothing is removed while anything that may be a server process of this folder lives.
 * @returns whether it was removed
 */
export function removeStalePidFile(paths: StorePaths, log: Log): boolean {
  const pidFile = readPidFile(paths.pidFile);
  if (pidFile === undefined || process.platform !== 'linux') return false;
  const title = titleOf(pidFile.pid);
  if (title === undefined || title.includes('postgres') || folderInUse(paths.clusterDir)) return false;
  rmSync(paths.pidFile, { force: true });
  log.warn({ pid: pidFile.pid }, 'removed a stale postmaster.pid: its number belongs to another program now');
  return true;
}

/** Whether any process may be a server process of this folder (each of them works in it). */
function folderInUse(clusterDir: string): boolean {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const pid = Number(name);
    const cwd = workingFolderOf(pid);
    if (cwd === clusterDir) return true;
    // Without the right to look (a container without CAP_SYS_PTRACE), the name decides, on the safe side.
    if (cwd === undefined && (titleOf(pid)?.startsWith('postgres') ?? false)) return true;
  }
  return false;
}

function workingFolderOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

function titleOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return undefined;
  }
}
