/** Runs once before the first test: what is not as the tests assume stops the whole run, with a reason. */
import { join } from 'node:path';
import { bringUpToDate } from '../../scripts/build.js';
import { ensureMailServers, ensureServers } from './servers/programs.js';

export default async function globalSetup() {
  // Without the flag jest silently runs our modules as CommonJS, and simple tests stay green.
  const flags = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ');
  if (!flags.includes('--experimental-vm-modules')) {
    throw new Error(
      'Tests run as ES modules: use "npm test" or "npm run test:unit -- <path>", or start jest as\n' +
        '  node --experimental-vm-modules node_modules/jest/bin/jest.js <path>',
    );
  }
  // Unit tests start no server and no gateway; scripts/test.js says so, to spare them the search.
  if (process.env.PARLEY_TEST_SERVERS === 'none') return;
  const missing = ensureServers();
  if (missing !== undefined) {
    throw new Error(
      `The tests need ${missing}, which cannot be installed here (no root, or no apt-get). Install and run again.`,
    );
  }
  // Here and not in the tests that need them, of which several may run at once. Without them those tests are skipped.
  ensureMailServers();
  // What tests run as processes and show in browsers is what users get. Built here, where nothing of it runs yet.
  await bringUpToDate(join(import.meta.dirname, '..', '..'));
}
