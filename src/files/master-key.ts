import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { MasterKey } from './crypto.ts';
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

/** What the configuration says of keys. */
export interface ConfiguredKeys {
  /** 32 bytes as hex or base64; null: the file in the data folder. */
  readonly masterKey: string | null;
  /** Further versions; null: none. */
  readonly masterKeys: readonly { readonly version: number; readonly key: string }[] | null;
  readonly dataFolder: string;
}

/**
 * Every master key of the installation, for {@link createKeyRing}. Version 1 is `masterKey` or the file in the data folder,
 * unless `masterKeys` names a version 1 itself. With `masterKeys` no file is made: an installation that has moved on to a
 * newer key needs none. @throws {MasterKeyError} saying what to do.
 */
export function loadMasterKeys(configured: ConfiguredKeys): MasterKey[] {
  const { masterKey, masterKeys, dataFolder } = configured;
  if (masterKeys === null) return [{ version: 1, bytes: loadMasterKey(masterKey, dataFolder) }];
  const listed = masterKeys.map(({ version, key }) => ({ version, bytes: decodeMasterKey(key) }));
  if (listed.some(({ version }) => version === 1)) {
    if (masterKey === null) return listed;
    throw new MasterKeyError('masterKey and masterKeys both give version 1; take one of them out');
  }
  const first = masterKey === null ? readKeyFile(join(dataFolder, MASTER_KEY_FILE)) : decodeMasterKey(masterKey);
  return first === null ? listed : [{ version: 1, bytes: first }, ...listed];
}
