import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { migrateStore } from '../../../src/cli/store-access.ts';
import { forkTypeScript } from '../../kit/child.ts';
import { startPlainPostgres, type TestPostgres } from '../../kit/servers/postgres.ts';
import { freePort } from '../../kit/servers/process.ts';
import { ask } from '../cli/cli-kit.ts';

const KEY = '33'.repeat(32);
let postgres: TestPostgres;
let folder: string;
let url: string;

beforeAll(async () => {
  postgres = await startPlainPostgres();
  folder = mkdtempSync(join(tmpdir(), 'parley-half-way-'));
  url = await postgres.createDatabase();
  await migrateStore(url, 'store');
  writeFileSync(join(folder, 'file'), 'in the way of a folder');
  mkdirSync(join(folder, 'faq'));
  writeFileSync(join(folder, 'faq', 'broken.yaml'), 'not: [an article');
}, 60_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await postgres.close();
});

const account = { id: 'tg', channel: 'telegram', token: '1:token', apiRoot: 'http://127.0.0.1:9' };

test.each([
  ['a database that is not there', () => ({ store: { url: postgres.urlOf('nowhere') } }), /does not exist/],
  ['a user nobody knows', () => ({ store: { url: url.replace('parley@', 'nobody@') } }), /refuses the user/],
  ['a port that is taken', () => ({ http: { port: postgres.port } }), /cannot listen on/],
  ['a blob folder that cannot be made', () => ({ data: join(folder, 'file') }), /ENOTDIR|not a directory|EEXIST/],
  [
    'articles that cannot be read',
    () => ({ bot: { brains: ['faq'], faqFolder: join(folder, 'faq') } }),
    /broken\.yaml/,
  ],
])(
  'a start that fails half-way leaves nothing open: %s',
  async (_what, changes, expected) => {
    const file = join(folder, 'parley.yaml');
    const port = await freePort();
    const given = { data: folder, store: { url }, masterKey: KEY, http: { port }, accounts: [account], ...changes() };
    writeFileSync(file, stringify(given));
    const child = forkTypeScript(join(import.meta.dirname, 'start-half-way.ts'), [file]);
    const ended = once(child.process, 'exit');
    try {
      expect(await child.next()).toEqual({ failed: expect.stringMatching(expected) });
      const failedMs = performance.now();
      // A pool, a listener, a timer or a socket would keep it; nobody calls process.exit there.
      expect(await ended).toEqual([0, null]);
      expect(performance.now() - failedMs).toBeLessThan(3_000);
      expect(await ask(url, 'SELECT pid FROM instance WHERE ended_at IS NULL')).toEqual([]);
    } finally {
      await child.kill9();
    }
  },
  30_000,
);
