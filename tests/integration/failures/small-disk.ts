import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real file system of a given size, to be filled to the last byte. */
export interface SmallDisk {
  readonly folder: string;
  /** Writes ballast until this much is left, bytes. */
  fill(leaveBytes?: number): void;
  /** Takes the ballast away. */
  free(): void;
  freeBytes(): number;
  close(): void;
}

const CHUNK = 1024 * 1024;

/** Whether this process may mount one. */
export function mayMount(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0;
}

/** Mounts a tmpfs. @throws when the system refuses */
export function mountSmallDisk(megabytes: number): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'parley-disk-'));
  const options = `size=${megabytes}m,mode=0755`;
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`a small disk could not be mounted at ${folder}: ${stderr}`);
  const ballast = join(folder, 'ballast');
  const freeBytes = (): number => {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  };
  return {
    folder,
    freeBytes,
    fill(leaveBytes = 0) {
      mkdirSync(ballast, { recursive: true });
      for (let n = 0; freeBytes() > leaveBytes; n += 1) {
        try {
          writeFileSync(join(ballast, String(n)), Buffer.alloc(Math.min(CHUNK, freeBytes() - leaveBytes)));
        } catch {
          // Somebody else was faster with the last bytes.
        }
      }
    },
    free() {
      rmSync(ballast, { recursive: true, force: true });
    },
    close() {
      spawnSync('umount', [folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
