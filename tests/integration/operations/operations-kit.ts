import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const main = join(root, 'dist/src/main.js');

/** A command of `parley` that runs beside the test. */
export interface Beside {
  readonly child: ChildProcess;
  output(): string;
  readonly ended: Promise<number | null>;
}

/** Starts `parley …` in a folder whose configuration is `parley.yaml`, without waiting for its end. */
export function startBeside(folder: string, args: readonly string[]): Beside {
  const environment = { ...process.env };
  delete environment['PARLEY_CONFIG'];
  const config = ['--config', join(folder, 'parley.yaml')];
  const child = spawn(process.execPath, [main, ...args, ...config], {
    cwd: folder,
    env: environment,
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  return {
    child,
    output: () => printed,
    ended: new Promise((resolve) => child.once('close', (code) => resolve(code))),
  };
}

/**
 * The commands that docs/operations.md gives for a procedure: the lines that begin with `parley` in the block after
 * `<!-- run: name -->`, each as its arguments. What the page says is what the test runs.
 */
export function documented(name: string): string[][] {
  const page = readFileSync(join(root, 'docs/operations.md'), 'utf8');
  const block = new RegExp(`<!-- run: ${name} -->\\s*\`\`\`sh\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1];
  if (block === undefined) throw new Error(`docs/operations.md has no block "run: ${name}"`);
  const commands = block
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('parley '));
  if (commands.length === 0) throw new Error(`the block "run: ${name}" has no command of parley`);
  return commands.map((line) =>
    line
      .replace(/\s+#.*$/, '')
      .trim()
      .split(/\s+/)
      .slice(1),
  );
}
