import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import Fastify from 'fastify';
import { answerFailure } from '../../../src/api/failures.ts';
import { requirePolicies } from '../../../src/api/policy.ts';
import { pageRoutes } from '../../../src/api/routes/page.ts';
import { quietLog } from '../../kit/quiet-log.ts';

const folder = mkdtempSync(join(tmpdir(), 'parley-page-'));
mkdirSync(join(folder, 'assets'));
writeFileSync(join(folder, 'index.html'), '<!doctype html><title>one</title>');
writeFileSync(join(folder, 'assets', 'main-abc123.js'), 'export const a = 1;'.repeat(100));
writeFileSync(join(folder, 'favicon.svg'), '<svg/>');
writeFileSync(join(folder, '..', 'parley-outside.txt'), 'outside');
afterAll(() => {
  rmSync(folder, { recursive: true });
  rmSync(join(folder, '..', 'parley-outside.txt'), { force: true });
});

const app = Fastify();
requirePolicies(app);
app.setErrorHandler((error: unknown, request, reply) => answerFailure(quietLog(), error, request, reply));
pageRoutes(app, folder);
const address = await app.listen({ host: '127.0.0.1', port: 0 });
afterAll(() => app.close());

function ask(path: string, headers: Record<string, string> = { accept: 'text/html' }): Promise<Response> {
  return fetch(`${address}${path}`, { headers });
}

describe('the page', () => {
  test('every address of it is the same file, never kept by the browser', async () => {
    for (const path of ['/', '/inbox/mine/0198', '/settings', '/index.html']) {
      const answer = await ask(path);
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-cache']);
      expect(await answer.text()).toContain('<title>one</title>');
    }
    const etag = (await ask('/')).headers.get('etag') ?? '';
    expect((await ask('/', { accept: 'text/html', 'if-none-match': etag })).status).toBe(304);
  });

  test('files with a hash are kept for ever, compressed, with their type', async () => {
    const answer = await ask('/assets/main-abc123.js', { accept: '*/*', 'accept-encoding': 'gzip, br' });
    expect(answer.headers.get('cache-control')).toContain('immutable');
    expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(answer.headers.get('content-encoding')).toBe('br');
    expect(await answer.text()).toHaveLength(1_900);
    expect((await ask('/favicon.svg', { accept: '*/*' })).headers.get('content-type')).toBe('image/svg+xml');
  });

  test('what is no file and no page is not found', async () => {
    for (const path of ['/assets/gone.js', '/api/v1/nowhere', '/hooks/x']) expect((await ask(path)).status).toBe(404);
    for (const path of [
      '/..%2fparley-outside.txt',
      '/assets/..%2f..%2fparley-outside.txt',
      '/%2e%2e/parley-outside.txt',
    ]) {
      expect(await (await ask(path)).text()).not.toContain('outside');
    }
    expect((await ask('/inbox', { accept: 'application/json' })).status).toBe(404);
  });

  test('a new build is served without a restart', async () => {
    writeFileSync(join(folder, 'index.html'), '<!doctype html><title>two</title>');
    utimesSync(join(folder, 'index.html'), new Date(), new Date(Date.now() + 5_000));
    expect(await (await ask('/')).text()).toContain('<title>two</title>');
  });
});
