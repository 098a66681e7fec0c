import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const PARLEY = join(import.meta.dirname, '..', '..', 'bin', 'parley.js');

/**
 * The gateway of these tests is the built one. The command builds what is out of date and nothing else: another file of
 * tests runs processes of the same dist/ meanwhile.
 */
export function buildGateway(): void {
  execFileSync(process.execPath, [PARLEY, '--version'], { stdio: 'pipe' });
}
