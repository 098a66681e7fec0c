/**
 * `node scripts/screenshots.js FOLDER [NAME …]`: a picture of every screen and state of the page in a sandbox of its own, light and
 * dark, wide and narrow, English and Chinese. To be looked at.
 */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, ...names] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('Say into which folder: node scripts/screenshots.js FOLDER [NAME …]\n');
  process.exit(2);
}
const kit = join(import.meta.dirname, '..', 'tests', 'kit');
const loader = pathToFileURL(join(kit, 'typescript-loader.js')).href;
const { status } = spawnSync(
  process.execPath,
  ['--import', loader, join(kit, 'browser', 'take-screenshots.ts'), resolve(folder), ...names],
  { stdio: 'inherit' },
);
process.exitCode = status ?? 1;
