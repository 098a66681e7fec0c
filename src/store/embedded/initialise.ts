import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { diskFull, EmbeddedStoreError, folderError, systemCode } from './errors.ts';
import { giveTo, readIfExists, type StorePaths, syncFolder, writeDurably } from './folder.ts';
import { lastLines, type RunAs, run } from './run.ts';
import { HOST_RULES, SETTINGS_FILE } from './settings.ts';

/** The superuser of the embedded server. */
export const SUPERUSER = 'parley';

const INITDB_TIMEOUT_MS = 180_000;

/**
 * Makes sure that the server's folder exists and belongs to the right version and user. It is made beside and renamed
 * when complete, so a kill on the way, or two gateways at once, leave one whole folder or none.
 * @throws EmbeddedStoreError `initdb`, `disk-full`, `folder`, `other-version`
 */
export async function ensureCluster(paths: StorePaths, binaries: Binaries, as: RunAs): Promise<void> {
  const version = readIfExists(join(paths.clusterDir, 'PG_VERSION'))?.trim();
  if (version === undefined) {
    await makeCluster(paths, binaries, as);
    return;
  }
  const ours = await majorVersion(binaries, as);
  if (version !== ours) {
    throw new EmbeddedStoreError(
      'other-version',
      `The data in ${paths.clusterDir} was made by Postgres ${version}; this release brings Postgres ${ours}.`,
      `Make a backup with the release that wrote it ("parley backup"), move ${paths.clusterDir} away and restore it with this one ("parley restore").`,
    );
  }
  giveTo(paths.clusterDir, as.fileUid, as.fileGid);
}

async function makeCluster(paths: StorePaths, binaries: Binaries, as: RunAs): Promise<void> {
  refuseForeignFolder(paths.clusterDir);
  const beside = `${paths.clusterDir}.new-${randomBytes(4).toString('hex')}`;
  const passwordFile = `${beside}.password`;
  const password = randomBytes(24).toString('base64url');
  try {
    mkdirSync(beside, { mode: 0o700 });
    giveTo(beside, as.fileUid, as.fileGid);
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
    giveTo(passwordFile, as.fileUid, as.fileGid);
    const result = await run(as, binaries.initdb, initdbArguments(beside, passwordFile), INITDB_TIMEOUT_MS);
    if (result.exitCode !== 0) throw initdbError(paths, as, result.output);
    writeDurably(join(beside, basename(paths.passwordFile)), password, 0o600);
    writeDurably(join(beside, 'pg_hba.conf'), HOST_RULES, 0o600);
    appendFileSync(join(beside, 'postgresql.conf'), `\ninclude_if_exists = '${SETTINGS_FILE}'\n`);
    for (const name of [basename(paths.passwordFile), 'pg_hba.conf'])
      giveTo(join(beside, name), as.fileUid, as.fileGid);
    syncFolder(beside);
    renameSync(beside, paths.clusterDir);
    syncFolder(paths.dataDir);
  } catch (error) {
    if (error instanceof EmbeddedStoreError) throw error;
    // Another gateway was faster; its folder is as good as ours.
    const code = systemCode(error);
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return;
    throw folderError(paths.dataDir, error);
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(beside, { recursive: true, force: true });
  }
}

function initdbArguments(folder: string, passwordFile: string): string[] {
  return [
    `--pgdata=${folder}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--text-search-config=simple',
    '--no-instructions',
  ];
}

function initdbError(paths: StorePaths, as: RunAs, output: string): EmbeddedStoreError {
  if (/No space left on device|Disk quota exceeded/.test(output)) return diskFull(paths.dataDir);
  return new EmbeddedStoreError(
    'initdb',
    `Making the database in ${paths.clusterDir} failed (initdb as ${as.label}):\n${lastLines(output)}\n`,
    'Mend what the lines above name and start again; nothing was left behind.',
  );
}

/** A non-empty folder without PG_VERSION is not ours to touch. */
function refuseForeignFolder(clusterDir: string): void {
  let entries: string[];
  try {
    entries = readdirSync(clusterDir);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw folderError(clusterDir, error);
  }
  if (entries.length === 0) return;
  throw new EmbeddedStoreError(
    'folder',
    `${clusterDir} exists and is not a database folder (it has no PG_VERSION).`,
    'Move it away, or name another folder as "data:".',
  );
}

async function majorVersion(binaries: Binaries, as: RunAs): Promise<string> {
  const { output } = await run(as, binaries.postgres, ['--version'], 15_000);
  return /\b(\d+)\.\d+/.exec(output)?.[1] ?? output;
}

const LEFTOVER_AGE_MS = 10 * 60_000;

/** Removes what starts that were killed in mid-initdb left behind; young ones may belong to a gateway starting now. */
export function removeLeftovers(paths: StorePaths, nowMs: number): void {
  for (const name of readdirSync(paths.dataDir)) {
    if (!/^postgres\.new-[0-9a-f]{8}/.test(name)) continue;
    const path = join(paths.dataDir, name);
    const changedMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? nowMs;
    if (nowMs - changedMs > LEFTOVER_AGE_MS) rmSync(path, { recursive: true, force: true });
  }
}
