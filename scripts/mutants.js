/**
 * `npm run test:mutants [-- name]`: plants each bug of tests/mutants/planted-bugs.js in a copy of the tree and expects the
 * named test to fail there. First every named test must pass on the copy as it is, or a catch would mean nothing.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plantedBugs } from '../tests/mutants/planted-bugs.js';

const root = join(import.meta.dirname, '..');
const LEFT_OUT = new Set(['node_modules', 'dist', 'data', '.git', 'bench', 'docs']);
const wanted = process.argv.slice(2);
const bugs = plantedBugs.filter((bug) => wanted.length === 0 || wanted.some((word) => bug.name.includes(word)));

const copy = mkdtempSync(join(tmpdir(), 'parley-mutants-'));
cpSync(root, copy, {
  recursive: true,
  filter: (path) => !LEFT_OUT.has(path.slice(root.length + 1).split('/')[0] ?? ''),
});
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));

function passes(test, only) {
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const pattern = only === '' ? [] : ['-t', only];
  const { status, stderr } = spawnSync(
    process.execPath,
    [...flags, join(copy, 'node_modules', 'jest', 'bin', 'jest.js'), '--forceExit', '--runInBand', test, ...pattern],
    { cwd: copy, encoding: 'utf8', timeout: 180_000 },
  );
  // A pattern that fits no test would make every mutant look harmless.
  if (status === 0 && !/Tests:.*\d+ passed/.test(stderr)) throw new Error(`no test of ${test} is called "${only}"`);
  return status === 0;
}

/** Makes the bug's changes; returns how to take them back. */
function plant(bug) {
  const changes = [
    bug,
    ...(bug.also === undefined ? [] : [{ file: bug.file, ...bug.also }]),
    ...(bug.second === undefined ? [] : [bug.second]),
  ];
  const originals = new Map();
  for (const { file, find, replace } of changes) {
    const path = join(copy, file);
    const text = readFileSync(path, 'utf8');
    if (!originals.has(path)) originals.set(path, text);
    if (!text.includes(find)) throw new Error(`"${bug.name}": its text is no longer in ${file}`);
    writeFileSync(
      path,
      text.replace(find, () => replace),
    );
  }
  return () => {
    for (const [path, text] of originals) writeFileSync(path, text);
  };
}

let caught = 0;
const missed = [];
const sound = new Map();
try {
  for (const bug of bugs) {
    const key = `${bug.test}\n${bug.only}`;
    if (!sound.has(key)) sound.set(key, passes(bug.test, bug.only));
    if (!sound.get(key)) {
      missed.push(`${bug.name} (its test fails without the bug)`);
      continue;
    }
    const restore = plant(bug);
    const survived = passes(bug.test, bug.only);
    restore();
    if (survived) missed.push(bug.name);
    else caught += 1;
    process.stdout.write(`${survived ? 'MISSED' : 'caught'}  ${bug.name}\n`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
for (const name of missed) process.stdout.write(`not caught: ${name}\n`);
process.stdout.write(`${caught} passed, ${missed.length} failed\n`);
process.exitCode = missed.length > 0 ? 1 : 0;
