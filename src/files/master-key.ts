import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createDurablyNow } from './durable-file.ts';
import { MasterKeyError, systemCode } from './errors.ts';

const MEND = 'make one with `openssl rand -base64 32`';

/**
 * Reads a master key written as 64 hex digits or as base64 (also the URL-safe kind).
 * @throws {MasterKeyError} when it is not 32 bytes; the message does not repeat it.
 */
export function decodeMasterKey(text: string): Buffer {
  const trimmed = text.trim();
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return Buffer.from(trimmed, 'hex');
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed)) {
    const bytes = Buffer.from(trimmed, 'base64');
    if (bytes.length === 32) return bytes;
  }
  throw new MasterKeyError(`the master key is not 32 bytes in hex or base64 (${trimmed.length} characters); ${MEND}`);
}

/** Name of the key file inside the data folder. */
export const MASTER_KEY_FILE = 'master.key';

function readKeyFile(file: string): Buffer | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT') return null;
    throw new MasterKeyError(`${file} cannot be read (${code ?? 'unknown error'}); let this user read it`);
  }
  const mode = statSync(file).mode & 0o777;
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new MasterKeyError(`${file} may be read by others (mode ${mode.toString(8)}); run: chmod 600 ${file}`);
  }
  try {
    return decodeMasterKey(text);
  } catch {
    throw new MasterKeyError(
      `${file} does not hold 32 bytes in base64; put back the right file from a backup. A new key would not open what is stored`,
    );
  }
}

/**
 * The installation's master key: the configured one, else the one in the data folder, which is made at the first start
 * (mode 0600, atomically). @throws {MasterKeyError} saying what to do.
 */
export function loadMasterKey(configured: string | null, dataFolder: string): Buffer {
  if (configured !== null) return decodeMasterKey(configured);
  const file = join(dataFolder, MASTER_KEY_FILE);
  const kept = readKeyFile(file);
  if (kept !== null) return kept;
  try {
    mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
    createDurablyNow(file, Buffer.from(`${randomBytes(32).toString('base64')}\n`));
  } catch (error) {
    throw new MasterKeyError(
      `${file} cannot be made (${systemCode(error) ?? 'unknown error'}); let this user write to the data folder or set masterKey`,
    );
  }
  const made = readKeyFile(file);
  if (made === null) throw new MasterKeyError(`${file} vanished while it was made; check what cleans the data folder`);
  return made;
}
