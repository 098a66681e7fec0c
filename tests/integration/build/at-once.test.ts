import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '../../kit/eventually.ts';

const CHECKOUT = join(import.meta.dirname, '..', '..', '..');
const BUILDS = 4;
/** Many, so that builds which do not wait for each other meet while they copy. */
const ASSETS = 300;

/** Stands for the compiler and the bundler: fails when another of its kind works in the same folder, and counts its runs. */
const TOOL = (name: string, result: string) => `
  const { appendFileSync, mkdirSync, rmdirSync, writeFileSync } = require('node:fs');
  const { dirname } = require('node:path');
  mkdirSync('${name}-at-work');
  writeFileSync('${name}-pid', String(process.pid));
  appendFileSync('${name}-runs', '.');
  setTimeout(() => {
    mkdirSync(dirname('${result}'), { recursive: true });
    writeFileSync('${result}', '');
    rmdirSync('${name}-at-work');
  }, 500);
`;

let root: string;

function put(path: string, text: string): void {
  const to = join(root, path);
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, text);
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'parley-build-'));
  for (const path of ['scripts/build.js', 'bin/parley.js']) cpSync(join(CHECKOUT, path), join(root, path));
  put('package.json', '{"type":"module"}');
  put('tsconfig.json', '{}');
  put('tsconfig.build.json', '{}');
  put('src/main.ts', '');
  put('src/web/vite.config.js', '');
  for (let index = 0; index < ASSETS; index += 1) put(`channels/one/asset-${index}.yaml`, `${index}`);
  put('node_modules/typescript-native/package.json', '{"type":"commonjs"}');
  put('node_modules/typescript-native/bin/tsc', TOOL('tsc', 'dist/src/main.js'));
  put('node_modules/vite/package.json', '{"type":"commonjs"}');
  put('node_modules/vite/bin/vite.js', TOOL('vite', 'dist/web/index.html'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const run = (path: string) => promisify(execFile)(process.execPath, [join(root, path)], { cwd: root });

function pidOf(tool: string): number {
  const text = readFileSync(join(root, `${tool}-pid`), 'utf8');
  if (text === '') throw new Error(`${tool} has not told its id yet`);
  return Number(text);
}

function expectBuilt(): void {
  expect(readdirSync(join(root, 'dist', 'channels', 'one'))).toHaveLength(ASSETS);
  expect(existsSync(join(root, 'dist', '.building'))).toBe(false);
}

test('builds asked for at once are done one after the other', async () => {
  await Promise.all(Array.from({ length: BUILDS }, () => run('scripts/build.js')));
  expectBuilt();
  expect(readFileSync(join(root, 'tsc-runs'), 'utf8')).toHaveLength(BUILDS);
}, 60_000);

test('commands started at once build once', async () => {
  await Promise.all(Array.from({ length: BUILDS }, () => run('bin/parley.js')));
  expectBuilt();
  expect(readFileSync(join(root, 'tsc-runs'), 'utf8')).toHaveLength(1);
  expect(readFileSync(join(root, 'vite-runs'), 'utf8')).toHaveLength(1);
}, 60_000);

test('a build that fails says so and leaves the next one free', async () => {
  put('node_modules/typescript-native/bin/tsc', 'console.log("src/main.ts(1,1): error"); process.exit(2);');
  await expect(run('scripts/build.js')).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('error') });
  expect(existsSync(join(root, 'dist', '.building'))).toBe(false);
});

test('a build that is interrupted leaves the next one free', async () => {
  const child = spawn(process.execPath, [join(root, 'scripts', 'build.js')], { cwd: root, stdio: 'ignore' });
  const pids = await Promise.all(['tsc', 'vite'].map((name) => eventually(() => pidOf(name))));
  child.kill('SIGINT');
  const [code, signal] = await once(child, 'exit');
  expect({ code, signal }).toEqual({ code: null, signal: 'SIGINT' });
  expect(existsSync(join(root, 'dist', '.building'))).toBe(false);
  for (const pid of pids) await eventually(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'));
});

test('the lock of a build that was killed holds nobody up for long', async () => {
  const lock = join(root, 'dist', '.building');
  mkdirSync(lock, { recursive: true });
  const longAgo = new Date(Date.now() - 31_000);
  utimesSync(lock, longAgo, longAgo);
  await run('scripts/build.js');
  expectBuilt();
});

test('a lock whose build lives is waited for', async () => {
  const lock = join(root, 'dist', '.building');
  mkdirSync(lock, { recursive: true });
  const waiting = run('scripts/build.js');
  await pause(1_000);
  expect(existsSync(join(root, 'tsc-runs'))).toBe(false);
  rmSync(lock, { recursive: true });
  expect((await waiting).stderr).toContain('waiting for another build');
  expectBuilt();
});
