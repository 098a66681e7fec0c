import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checkConfig } from './check.ts';
import { ConfigError } from './mistakes.ts';
import type { ChannelSchemas, Config } from './schema.ts';
import { readYaml } from './yaml-file.ts';

/** Where the configuration came from. `sandbox`: there is no file; defaults, and the caller adds simulated accounts. */
export type LoadedConfig =
  | { readonly source: 'file'; readonly file: string; readonly config: Config }
  | { readonly source: 'sandbox'; readonly config: Config };

export interface LoadOptions {
  /** Value of `--config`, if given. */
  file?: string | undefined;
  channels: ChannelSchemas;
  /** Left out: the process's own. This module alone reads it. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Relative paths start here, those in the file included. Left out: the working directory. */
  folder?: string;
}

function chosenFile(
  options: LoadOptions,
  env: Readonly<Record<string, string | undefined>>,
  folder: string,
): string | null {
  const named = options.file ?? (env['PARLEY_CONFIG'] === '' ? undefined : env['PARLEY_CONFIG']);
  if (named !== undefined) return resolve(folder, named);
  const usual = join(folder, 'config', 'parley.yaml');
  return existsSync(usual) ? usual : null;
}

function read(file: string, options: LoadOptions): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown error';
    const named = options.file === undefined ? 'PARLEY_CONFIG or the default path' : '--config';
    const mend = `check the path given by ${named} and that this user may read it`;
    throw new ConfigError(file, [{ path: [], line: null, message: `the file cannot be read (${code})`, mend }]);
  }
}

/**
 * Finds, reads and checks the configuration: `--config`, else `PARLEY_CONFIG`, else `config/parley.yaml` if there is
 * one, else the sandbox.
 * @throws {ConfigError} with every mistake at once; no message repeats a configured value.
 */
export function loadConfig(options: LoadOptions): LoadedConfig {
  const env = options.env ?? process.env;
  const folder = resolve(options.folder ?? process.cwd());
  const file = chosenFile(options, env, folder);
  if (file === null) {
    const checked = checkConfig({}, options.channels, folder);
    if (checked.config === null) throw new ConfigError('the defaults', checked.mistakes);
    return { source: 'sandbox', config: checked.config };
  }
  const document = readYaml(read(file, options), env);
  // A value that is missing in the environment was reported as such; what the schema then says of it would only repeat it.
  const reported = new Set(document.mistakes.map((mistake) => JSON.stringify(mistake.path)));
  if (document.unreadable) throw new ConfigError(file, document.mistakes);
  let checked = checkConfig(document.value, options.channels, folder);
  if (checked.config === null && document.retype(checked.mistakes.map((mistake) => mistake.path))) {
    checked = checkConfig(document.value, options.channels, folder);
  }
  const fromSchema = checked.mistakes
    .filter((mistake) => !reported.has(JSON.stringify(mistake.path)))
    .map((mistake) => ({ ...mistake, line: document.lineOf(mistake.path) }));
  const mistakes = [...document.mistakes, ...fromSchema].toSorted(
    (left, right) => (left.line ?? 0) - (right.line ?? 0),
  );
  if (mistakes.length > 0 || checked.config === null) throw new ConfigError(file, mistakes);
  return { source: 'file', file, config: checked.config };
}

/** Folder of the articles that ship with the gateway, both in a checkout and in the built package. */
export function shippedFaqFolder(): string {
  const beside = join(import.meta.dirname, 'faq');
  return existsSync(beside) ? beside : resolve(import.meta.dirname, '../../config/faq');
}

/** Folder of the built inbox page, both in a checkout and in the built package. */
export function shippedPageFolder(): string {
  const here = import.meta.dirname;
  // In a checkout this file is config/load.ts, in the package dist/config/load.js.
  return existsSync(join(here, '../package.json')) ? resolve(here, '../dist/web') : resolve(here, '../web');
}
