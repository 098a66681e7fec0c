/** `node --import <this file> script.ts`: lets a plain child process of a test run our TypeScript, by swc. */
import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';

if (import.meta.url.endsWith('#hooks')) {
  // Loaded a second time, on the thread of the hooks.
} else {
  register(`${import.meta.url}#hooks`);
}

let swc;

/** Node's load hook: https://nodejs.org/docs/latest-v20.x/api/module.html#loadurl-context-nextload */
export async function load(url, context, nextLoad) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context);
  swc ??= await import('@swc/core');
  const path = fileURLToPath(url);
  const { code } = swc.transformSync(readFileSync(path, 'utf8'), {
    filename: path,
    swcrc: false,
    jsc: { parser: { syntax: 'typescript' }, target: 'es2023', keepClassNames: true },
    module: { type: 'es6' },
    sourceMaps: 'inline',
  });
  return { format: 'module', shortCircuit: true, source: code };
}
