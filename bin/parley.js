#!/usr/bin/env node
/**
 * Entry of the command line. In a checkout it first brings dist/ up to date with the sources; a published package holds
 * dist/ and no sources, so it starts at once.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const main = join(root, 'dist', 'src', 'main.js');

if (existsSync(join(root, 'src', 'main.ts'))) {
  const { bringUpToDate } = await import(pathToFileURL(join(root, 'scripts', 'build.js')).href);
  await bringUpToDate(root);
}
if (existsSync(main)) {
  await import(pathToFileURL(main).href);
} else {
  process.stderr.write(`parley: ${main} is missing. Build it with "npm ci && npm run build".\n`);
  process.exitCode = 1;
}
