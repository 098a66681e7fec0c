/**
 * Builds dist/ from a checkout: the program, and the inbox page in dist/web. Run as a script (`npm run build`) it always builds both;
 * bin/parley.js builds what is out of date. Of several at once in one checkout each waits for the one before it.
 */
import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, extname, join, relative, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Whoever builds touches the lock this often; left alone for so long it belongs to a build that was killed. */
const LOCK_TOUCH_MS = 2_000;
const LOCK_STALE_MS = 30_000;
const LOCK_WAIT_MS = 180_000;
/** What ends a build that somebody started; the next one need not wait for its lock then. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** What is built, each from sources of its own and only when these changed. */
const PROGRAM = {
  stamp: '.built-from',
  folders: ['src', 'channels', 'config'],
  files: ['tsconfig.json', 'tsconfig.build.json', 'package.json'],
  /** The page is bundled, not compiled. */
  without: [join('src', 'web')],
  tool: ['node_modules', 'typescript-native', 'bin', 'tsc'],
  args: (root) => ['-p', join(root, 'tsconfig.build.json')],
  result: join('dist', 'src', 'main.js'),
};
const PAGE = {
  stamp: '.page-built-from',
  folders: [join('src', 'web')],
  files: ['package.json'],
  without: [],
  tool: ['node_modules', 'vite', 'bin', 'vite.js'],
  args: (root) => ['build', '--config', join(root, 'src', 'web', 'vite.config.js')],
  result: join('dist', 'web', 'index.html'),
};

/** Builds what changed, appeared or vanished since the last build; program and page side by side. */
export async function bringUpToDate(root) {
  const stale = (part) => readStamp(root, part) !== stateOf(root, part);
  const parts = [PROGRAM, PAGE].filter(stale);
  if (parts.length === 0) return;
  if (parts.some((part) => !existsSync(join(root, ...part.tool)))) {
    // An install without development dependencies: what was built before is what there is to run.
    if (parts.every((part) => existsSync(join(root, part.result)))) return;
    process.stderr.write(
      'parley: dist/ is missing and so are the tools that build it. Run "npm ci" with development dependencies.\n',
    );
    process.exit(1);
  }
  if (!(await build(root, () => parts.filter(stale)))) process.exit(1);
}

/**
 * Builds parts at the same time, once nobody else builds in this checkout.
 * @param partsNow asked then: whoever was before us may have built them
 * @returns false when one does not build; its tool has said why
 */
async function build(root, partsNow) {
  const unlock = await lock(root);
  const tools = new Set();
  const interrupted = (signal) => {
    // Not every signal reaches them by itself, and none may write on beside the next build.
    for (const tool of tools) tool.kill('SIGKILL');
    unlock();
    process.kill(process.pid, signal);
  };
  for (const signal of SIGNALS) process.once(signal, interrupted);
  try {
    const results = await Promise.all(partsNow().map((part) => buildPart(root, part, tools)));
    return results.every(Boolean);
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupted);
    unlock();
  }
}

async function buildPart(root, part, tools) {
  const state = stateOf(root, part);
  const { code, output } = await run(root, [join(root, ...part.tool), ...part.args(root)], tools);
  if (code !== 0) {
    process.stderr.write(
      `${output}parley: ${part === PAGE ? 'the page does not build' : 'the sources do not compile'}.\n`,
    );
    return false;
  }
  if (part === PROGRAM) copyAssets(root);
  // Last: a build that was killed before is done again.
  writeFileSync(join(root, 'dist', part.stamp), state);
  return true;
}

/** @param tools holds the process while it runs */
function run(root, args, tools) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    tools.add(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
      });
    }
    child.once('error', (error) => resolve({ code: 1, output: `${error.message}\n` }));
    child.once('close', (code) => {
      tools.delete(child);
      resolve({ code, output });
    });
  });
}

/** What the compiler leaves out: YAML and the like, beside the code that reads them. */
function copyAssets(root) {
  for (const path of sources(root, PROGRAM)) {
    if (extname(path) === '.ts') continue;
    const to = join(root, 'dist', relative(root, path));
    mkdirSync(dirname(to), { recursive: true });
    cpSync(path, to);
  }
}

/** Names the sources by path, size and time of change. */
function stateOf(root, part) {
  return [...sources(root, part), ...part.files.map((name) => join(root, name))]
    .map((path) => {
      const { mtimeMs, size } = statSync(path);
      return `${relative(root, path)} ${size} ${mtimeMs}`;
    })
    .sort()
    .join('\n');
}

function sources(root, part) {
  return part.folders
    .map((name) => join(root, name))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((path) => !part.without.some((folder) => path.startsWith(join(root, folder, sep))));
}

function readStamp(root, part) {
  try {
    // A stamp without what it stands for: somebody emptied the folder.
    if (!existsSync(join(root, part.result))) return undefined;
    return readFileSync(join(root, 'dist', part.stamp), 'utf8');
  } catch {
    return undefined;
  }
}

/** @returns what gives it back @throws {Error} when others build for `LOCK_WAIT_MS` */
async function lock(root) {
  mkdirSync(join(root, 'dist'), { recursive: true });
  const path = join(root, 'dist', '.building');
  const deadlineMs = performance.now() + LOCK_WAIT_MS;
  for (let told = false; ; ) {
    try {
      mkdirSync(path);
      return hold(path);
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    // Gone again: whoever comes first has it.
    const changedMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (changedMs === undefined) continue;
    if (Date.now() - changedMs > LOCK_STALE_MS) return hold(path);
    if (performance.now() > deadlineMs)
      throw new Error(`parley: others build here for over ${LOCK_WAIT_MS} ms; if none does, delete ${path}`);
    if (!told) process.stderr.write(`parley: waiting for another build here; if there is none, delete ${path}\n`);
    told = true;
    await sleep(100);
  }
}

function hold(path) {
  const touch = () => {
    const now = new Date();
    // Somebody may have deleted it, as the waiting are told.
    if (existsSync(path)) utimesSync(path, now, now);
  };
  touch();
  const timer = setInterval(touch, LOCK_TOUCH_MS);
  return () => {
    clearInterval(timer);
    rmSync(path, { recursive: true, force: true });
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  process.exitCode = (await build(root, () => [PROGRAM, PAGE])) ? 0 : 1;
}
