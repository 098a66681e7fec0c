import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config } from '../../config/schema.ts';
import { systemCode } from '../files/errors.ts';
import { type Finding, finding } from './findings.ts';

/** Below this a busy desk is close to a full disk, bytes. */
const LEAST_FREE_BYTES = 512 * 1024 * 1024;

/** Whether the data folder can be written and has space. */
export function checkDataFolder(config: Config): Promise<Finding> {
  const folder = config.dataFolder;
  return finding('data folder', async () => {
    const place = await existing(folder);
    try {
      await access(place, constants.W_OK | constants.X_OK);
    } catch (error) {
      return {
        result: 'wrong',
        message: `${place} may not be written by this user (${systemCode(error) ?? 'unknown error'})`,
        mend: 'give the user that runs the gateway write access, or name another folder as data:',
      };
    }
    const { bavail, bsize } = await statfs(place);
    const freeBytes = bavail * bsize;
    const free = `${Math.round(freeBytes / 1024 / 1024)} MB free`;
    if (freeBytes < LEAST_FREE_BYTES) {
      return {
        result: 'wrong',
        message: `${folder}: only ${free}`,
        mend: 'free some space, or move the data folder to a larger disk',
      };
    }
    return { result: 'ok', message: `${folder}, ${free}${place === folder ? '' : ' (made at the first start)'}` };
  });
}

/** The folder, or the nearest one above it that is there. */
async function existing(folder: string): Promise<string> {
  for (let place = folder; ; place = dirname(place)) {
    try {
      await access(place, constants.F_OK);
      return place;
    } catch (error) {
      if (place === dirname(place)) throw error;
    }
  }
}
