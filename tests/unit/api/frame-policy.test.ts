import http from 'node:http';
import { afterEach, expect, test } from '@jest/globals';
import { createHttp, type HttpServer } from '../../../src/api/http.ts';
import { quietLog } from '../../kit/quiet-log.ts';

function never(): never {
  throw new Error('not asked here');
}

let server: HttpServer | undefined;
afterEach(() => server?.app.close());

/** The policy of the page, asked for under this host; `frame` as the desk's side says. */
async function policyOf(frame: string | null | undefined, host: string): Promise<string> {
  server = await createHttp({
    log: quietLog(),
    trustedProxies: [],
    deskSide: {
      desk: never,
      version: '1',
      publicUrl: null,
      pageFolder: '/nowhere',
      sandbox: null,
      extra: null,
      ...(frame === undefined ? {} : { frame }),
    },
    ready: never,
    metrics: never,
  });
  const address = await server.app.listen({ host: '127.0.0.1', port: 0 });
  return new Promise((resolve, reject) => {
    http
      .get(`${address}/`, { headers: { host } }, (response) => {
        response.resume();
        resolve(String(response.headers['content-security-policy']));
      })
      .once('error', reject);
  });
}

test.each([undefined, null])('where the desk says %s, no page may stand in a frame', async (frame) => {
  const policy = await policyOf(frame, 'localhost:8080');
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/frame-src|child-src/);
});

test.each(['localhost:8080', '127.0.0.1:8080', '[::1]:8080'])(
  'under %s the one path of that host may',
  async (host) => {
    expect((await policyOf('/chat/demo/', host)).endsWith(`; frame-src http://${host}/chat/demo/`)).toBe(true);
  },
);

test.each(['localhost; script-src *', 'a b', "x'y"])('a host such as %j adds nothing to the policy', async (host) => {
  const policy = await policyOf('/chat/demo/', host);
  expect(policy).not.toContain('frame-src');
  expect(policy).not.toContain(host);
});
