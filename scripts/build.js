/** Builds dist/ from a checkout. Run as a script (`npm run build`) it always builds; bin/parley.js builds when needed. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const SOURCE_FOLDERS = ['src', 'channels', 'config'];
const LOCK_STALE_MS = 120_000;
const LOCK_WAIT_MS = 180_000;

/** Compiles when a source changed, appeared or vanished since the last build. */
export async function bringUpToDate(root) {
  const state = stateOf(root);
  if (readStamp(root) === state) return;
  if (!existsSync(compilerOf(root))) {
    // An install without development dependencies: what was built before is what there is to run.
    if (existsSync(join(root, 'dist', 'src', 'main.js'))) return;
    process.stderr.write(
      'parley: dist/ is missing and so is the compiler. Run "npm ci" with development dependencies.\n',
    );
    process.exit(1);
  }
  const unlock = await lock(root);
  try {
    if (readStamp(root) !== state) compile(root);
  } finally {
    unlock();
  }
}

function compile(root) {
  const state = stateOf(root);
  const result = spawnSync(process.execPath, [compilerOf(root), '-p', join(root, 'tsconfig.build.json')], {
    cwd: root,
    encoding: 'utf8',
  });
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}parley: the sources do not compile.\n`);
    process.exit(1);
  }
  copyAssets(root);
  writeFileSync(stampOf(root), state);
}

/** What the compiler leaves out: pages, styles, YAML and the like, beside the code that reads them. */
function copyAssets(root) {
  for (const path of sources(root)) {
    if (extname(path) === '.ts') continue;
    const to = join(root, 'dist', relative(root, path));
    mkdirSync(dirname(to), { recursive: true });
    cpSync(path, to);
  }
}

/** Names the sources by path, size and time of change. */
function stateOf(root) {
  const files = [
    ...sources(root),
    join(root, 'tsconfig.json'),
    join(root, 'tsconfig.build.json'),
    join(root, 'package.json'),
  ];
  return files
    .map((path) => {
      const { mtimeMs, size } = statSync(path);
      return `${relative(root, path)} ${size} ${mtimeMs}`;
    })
    .sort()
    .join('\n');
}

function sources(root) {
  return SOURCE_FOLDERS.map((name) => join(root, name))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

function stampOf(root) {
  return join(root, 'dist', '.built-from');
}

function readStamp(root) {
  try {
    return readFileSync(stampOf(root), 'utf8');
  } catch {
    return undefined;
  }
}

function compilerOf(root) {
  return join(root, 'node_modules', 'typescript-native', 'bin', 'tsc');
}

/** Two commands at once build once. The lock of a killed build is ignored after two minutes. */
async function lock(root) {
  mkdirSync(join(root, 'dist'), { recursive: true });
  const path = join(root, 'dist', '.building');
  const deadlineMs = performance.now() + LOCK_WAIT_MS;
  for (;;) {
    try {
      mkdirSync(path);
      return () => rmdirSync(path);
    } catch (error) {
      if (error.code !== 'EEXIST' || performance.now() > deadlineMs) throw error;
      const changedMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
      if (Date.now() - changedMs > LOCK_STALE_MS && existsSync(path)) {
        const now = new Date();
        utimesSync(path, now, now);
        return () => rmdirSync(path);
      }
    }
    await sleep(100);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) compileAsScript();

function compileAsScript() {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  mkdirSync(join(root, 'dist'), { recursive: true });
  compile(root);
}
