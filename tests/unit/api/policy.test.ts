import { describe, expect, test } from '@jest/globals';
import type { ExtraRoutes } from '../../../src/api/api.ts';
import { createHttp, type HttpServer } from '../../../src/api/http.ts';
import { quietLog } from '../../kit/quiet-log.ts';

function never(): never {
  throw new Error('not asked here');
}

function declare(extra: ExtraRoutes | null): Promise<HttpServer> {
  return createHttp({
    log: quietLog(),
    trustedProxies: [],
    deskSide: {
      desk: never,
      version: '1',
      publicUrl: null,
      pageFolder: '/nowhere',
      sandbox: extra === null ? null : { demo: { email: 'a@example.com', password: 'x' } },
      extra,
    },
    ready: never,
    metrics: never,
  });
}

/** The address of a listening server. */
async function listen({ app }: HttpServer): Promise<string> {
  return app.listen({ host: '127.0.0.1', port: 0 });
}

describe('routes', () => {
  test('one without a policy cannot be declared', async () => {
    await expect(declare((app) => void app.get('/state', () => ({})))).rejects.toMatchObject({ code: 'no_policy' });
  });

  test('those of the sandbox are there in the sandbox alone, for this machine’s own page alone', async () => {
    const plain = await declare(null);
    const sandbox = await declare((app) => {
      app.get('/state', { config: { policy: 'sandbox' } }, () => ({ up: true }));
      app.post('/say', { config: { policy: 'sandbox' } }, () => ({ said: true }));
    });
    try {
      const elsewhere = await listen(plain);
      const here = await listen(sandbox);
      expect((await fetch(`${elsewhere}/api/v1/sandbox/state`, { headers: { accept: '*/*' } })).status).toBe(404);
      expect((await fetch(`${here}/api/v1/sandbox/state`)).status).toBe(200);
      const say = async (origin: string): Promise<number> =>
        (await fetch(`${here}/api/v1/sandbox/say`, { method: 'POST', headers: { origin } })).status;
      expect(await say(here)).toBe(200);
      expect(await say('https://evil.example')).toBe(403);
      expect((await fetch(`${here}/api/v1/welcome`)).headers.get('cache-control')).toBe('no-store');
    } finally {
      await Promise.all([plain.app.close(), sandbox.app.close()]);
    }
  });

  test('a page that is not built says how to build it', async () => {
    const server = await declare(null);
    try {
      const address = await listen(server);
      const answer = await fetch(`${address}/inbox/mine`, { headers: { accept: 'text/html' } });
      expect(answer.status).toBe(503);
      expect(await answer.text()).toContain('npm run build');
    } finally {
      await server.app.close();
    }
  });

  test('without a desk there is health and nothing else', async () => {
    const server = await createHttp({
      log: quietLog(),
      trustedProxies: [],
      ready: () => Promise.resolve({ ready: true, message: 'x' }),
      metrics: () => Promise.resolve({ contentType: 'text/plain', text: 'm' }),
    });
    try {
      const address = await listen(server);
      const statuses = await Promise.all(
        ['healthz', 'readyz', 'metrics', 'api/v1/welcome', 'hooks/tg', ''].map(
          async (path) => (await fetch(`${address}/${path}`)).status,
        ),
      );
      expect(statuses).toEqual([200, 200, 200, 404, 404, 404]);
    } finally {
      await server.app.close();
    }
  });
});
