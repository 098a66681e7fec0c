/**
 * What stopped the embedded store.
 * - `no-binaries`: no Postgres package for this platform, or its programs do not run here
 * - `library-links`: links beside the libraries are missing and cannot be made
 * - `folder`: the data folder cannot be reached, written or does not hold what it should
 * - `disk-full`: no space left
 * - `other-version`: the data was made by another major version of Postgres
 * - `no-user`: Postgres refuses to run as root and no other way is open
 * - `initdb`: making the data folder failed
 * - `start`: the server did not start
 * - `another-server`: a server of unknown origin has the data folder open
 */
export type EmbeddedStoreErrorCode =
  | 'no-binaries'
  | 'library-links'
  | 'folder'
  | 'disk-full'
  | 'other-version'
  | 'no-user'
  | 'initdb'
  | 'start'
  | 'another-server';

/** The embedded store cannot be used; `message` says what and where, `mend` says what a person should do. */
export class EmbeddedStoreError extends Error {
  readonly code: EmbeddedStoreErrorCode;
  readonly mend: string;

  constructor(code: EmbeddedStoreErrorCode, message: string, mend: string, cause?: unknown) {
    super(`${message} ${mend}`, cause === undefined ? undefined : { cause });
    this.name = 'EmbeddedStoreError';
    this.code = code;
    this.mend = mend;
  }
}

/** The `code` of a system error (`ENOENT`, …), or undefined when it is something else. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Turns a failed file operation on the data folder into an error that names the path and the mend. */
export function folderError(path: string, error: unknown): EmbeddedStoreError {
  const code = systemCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(path, error);
  const why = String(error);
  return new EmbeddedStoreError(
    'folder',
    `The data folder ${path} cannot be used: ${why}.`,
    'Give the user that runs the gateway read and write access to it, or name another folder as "data:".',
    error,
  );
}

/** No space left where `path` lies. */
export function diskFull(path: string, cause?: unknown): EmbeddedStoreError {
  return new EmbeddedStoreError(
    'disk-full',
    `There is no space left on the disk that holds ${path}.`,
    'Free some space and start again; nothing that was acknowledged is lost.',
    cause,
  );
}
