import { createServer, type RequestListener, type Server } from 'node:http';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { ParleyError } from '../../../src/core/errors.ts';
import { createGuardedFetch, type GuardedFetchOptions } from '../../../src/net/guarded-fetch.ts';
import { isPublicAddress } from '../../../src/net/public-address.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

let server: Server | undefined;
const all: Server[] = [];
const asked: { url: string; headers: Record<string, unknown> }[] = [];
afterEach(() => {
  asked.length = 0;
});
afterAll(() => {
  for (const one of all) {
    one.closeAllConnections();
    one.close();
  }
});

/** A server of pictures on loopback; its port. */
async function serve(listener: RequestListener): Promise<number> {
  server = createServer((request, reply) => {
    asked.push({ url: request.url ?? '', headers: request.headers });
    listener(request, reply);
  });
  all.push(server);
  await new Promise<void>((resolve) => {
    server?.listen(0, '127.0.0.1', resolve);
  });
  const place = server.address();
  return typeof place === 'object' && place !== null ? place.port : 0;
}

/** A fetcher for which this machine is a public one, reached by the name `pictures.test`. */
function near(port: number, more: GuardedFetchOptions = {}) {
  return createGuardedFetch({
    ports: [port, 80, 443],
    mayAsk: (address) => address === '127.0.0.1' || isPublicAddress(address),
    resolve: (name) =>
      name === 'pictures.test' ? Promise.resolve(['127.0.0.1']) : Promise.reject(new Error('no such name')),
    ...more,
  });
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'taken';
  } catch (error) {
    return error instanceof ParleyError ? error.code : `untyped: ${String(error)}`;
  }
}

describe('a picture from elsewhere', () => {
  test('is fetched with nothing that tells who asks', async () => {
    const port = await serve((_request, reply) => reply.writeHead(200, { 'set-cookie': 'a=b' }).end(PNG));
    const pictures = near(port);
    const picture = await pictures.fetch(`http://pictures.test:${port}/a.png?x=1`);
    expect(picture.mime).toBe('image/png');
    expect(picture.bytes.equals(PNG)).toBe(true);
    await pictures.fetch(`http://pictures.test:${port}/a.png`);
    expect(asked.map((one) => one.url)).toEqual(['/a.png?x=1', '/a.png']);
    for (const { headers } of asked) {
      expect(Object.keys(headers).toSorted()).toEqual([
        'accept',
        'accept-encoding',
        'connection',
        'host',
        'user-agent',
      ]);
      expect(headers['user-agent']).not.toMatch(/parley|node/iu);
    }
  });

  test.each([
    ['ftp://example.com/a.png', 'remote_url'],
    ['file:///etc/passwd', 'remote_url'],
    ['data:image/png;base64,AAAA', 'remote_url'],
    ['javascript:alert(1)', 'remote_url'],
    ['//example.com/a.png', 'remote_url'],
    ['not an address', 'remote_url'],
    ['http://', 'remote_url'],
    ['http://user:secret@example.com/a.png', 'remote_url'],
    ['http://example.com:22/', 'remote_url'],
    ['http://example.com:8080/', 'remote_url'],
    ['http://127.0.0.1/', 'remote_private'],
    ['http://127.1/', 'remote_private'],
    ['http://2130706433/', 'remote_private'],
    ['http://0x7f000001/', 'remote_private'],
    ['http://0177.0.0.1/', 'remote_private'],
    ['http://0x7f.1/', 'remote_private'],
    ['http://0/', 'remote_private'],
    ['http://[::1]/', 'remote_private'],
    ['http://[::]/', 'remote_private'],
    ['http://[::ffff:127.0.0.1]/', 'remote_private'],
    ['http://[::ffff:7f00:1]/', 'remote_private'],
    ['http://[64:ff9b::7f00:1]/', 'remote_private'],
    ['http://[2002:7f00:1::]/', 'remote_private'],
    ['http://[fe80::1]/', 'remote_private'],
    ['http://[fd00:ec2::254]/', 'remote_private'],
    ['http://169.254.169.254/latest/meta-data/', 'remote_private'],
    ['http://2852039166/latest/', 'remote_private'],
    ['http://100.100.100.200/', 'remote_private'],
    ['http://192.168.0.1/', 'remote_private'],
    ['http://①②⑦.0.0.1/', 'remote_private'],
    ['http://localhost/', 'remote_private'],
  ])('of %s is refused: %s', async (url, code) => {
    const guarded = createGuardedFetch({
      resolve: (name) => Promise.resolve(name === 'localhost' ? ['127.0.0.1', '::1'] : ['192.0.2.1']),
    });
    expect(await codeOf(guarded.fetch(url))).toBe(code);
  });

  test.each([
    ['one private address among public ones', ['8.8.8.8', '10.0.0.1']],
    ['a mapped address', ['::ffff:169.254.169.254']],
    ['no address at all that is one', ['nonsense']],
  ])('of a name with %s is refused before any socket', async (_name, addresses) => {
    const guarded = createGuardedFetch({ resolve: () => Promise.resolve(addresses) });
    expect(await codeOf(guarded.fetch('http://rebind.test/a.png'))).toBe('remote_private');
  });

  test('goes to the address that was checked, though the name means another one by then', async () => {
    const port = await serve((_request, reply) => reply.end(PNG));
    let answers = 0;
    const guarded = near(port, {
      resolve: () => {
        answers += 1;
        return Promise.resolve(answers === 1 ? ['127.0.0.1'] : ['10.0.0.1']);
      },
    });
    // The real name has no address: had the socket asked again, it would have found none.
    expect((await guarded.fetch(`http://rebind.invalid:${port}/`)).mime).toBe('image/png');
    expect(answers).toBe(1);
    expect(asked).toHaveLength(1);
    // The second time the name is judged anew.
    expect(await codeOf(guarded.fetch(`http://rebind.invalid:${port}/`))).toBe('remote_private');
    expect(asked).toHaveLength(1);
  });

  test('is followed where it moved, three times at most', async () => {
    const port = await serve((request, reply) => {
      const left = Number(request.url?.slice(1));
      if (left > 0) reply.writeHead(302, { location: `/${left - 1}` }).end();
      else reply.end(PNG);
    });
    const pictures = near(port);
    expect((await pictures.fetch(`http://pictures.test:${port}/3`)).mime).toBe('image/png');
    expect(await codeOf(pictures.fetch(`http://pictures.test:${port}/4`))).toBe('remote_redirects');
  });

  test.each([
    ['http://127.0.0.2/', 'remote_private'],
    ['http://[::1]/', 'remote_private'],
    ['http://169.254.169.254/latest/meta-data/', 'remote_private'],
    ['http://0x7f.0.0.2/', 'remote_private'],
    ['//10.0.0.1/', 'remote_private'],
    ['file:///etc/passwd', 'remote_url'],
    ['http://pictures.test:6379/', 'remote_url'],
    ['http://a:b@pictures.test/', 'remote_url'],
    ['http://[', 'remote_url'],
  ])('that moved to %s is refused: %s', async (location, code) => {
    const port = await serve((_request, reply) => reply.writeHead(302, { location }).end());
    expect(await codeOf(near(port).fetch(`http://pictures.test:${port}/`))).toBe(code);
    expect(asked).toHaveLength(1);
  });

  test.each([
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'), 'image/svg+xml'],
    ['a page that says it is a picture', Buffer.from('<html><script>alert(1)</script>'), 'image/png'],
    ['a PDF', Buffer.from('%PDF-1.7\n1 0 obj'), 'application/pdf'],
    ['nothing', Buffer.alloc(0), 'image/png'],
  ])('that is %s is refused', async (_name, body, type) => {
    const port = await serve((_request, reply) => reply.writeHead(200, { 'content-type': type }).end(body));
    expect(await codeOf(near(port).fetch(`http://pictures.test:${port}/`))).toBe('remote_not_picture');
  });

  test('that is packed is not unpacked', async () => {
    const port = await serve((_request, reply) => reply.writeHead(200, { 'content-encoding': 'gzip' }).end(PNG));
    expect(await codeOf(near(port).fetch(`http://pictures.test:${port}/`))).toBe('remote_not_picture');
  });

  test.each([
    ['announced', true],
    ['not announced', false],
  ])('that is too large, %s, is refused', async (_name, announced) => {
    const body = Buffer.concat([PNG, Buffer.alloc(20_000)]);
    const port = await serve((_request, reply) => {
      if (announced) reply.setHeader('content-length', body.length);
      reply.write(body);
      reply.end();
    });
    const pictures = near(port, { maxBytes: 10_000 });
    expect(await codeOf(pictures.fetch(`http://pictures.test:${port}/`))).toBe('remote_too_large');
  });

  test('that never ends is refused by its size or by the clock, and its socket closed', async () => {
    let closed = 0;
    const port = await serve((request, reply) => {
      const piece = Buffer.alloc(request.url === '/fast' ? 64_000 : 10);
      const timer = setInterval(() => reply.write(piece), 1);
      reply.on('close', () => {
        clearInterval(timer);
        closed += 1;
      });
    });
    const pictures = near(port, { maxTimeMs: 400, maxBytes: 1_000_000 });
    expect(await codeOf(pictures.fetch(`http://pictures.test:${port}/fast`))).toBe('remote_too_large');
    expect(await codeOf(pictures.fetch(`http://pictures.test:${port}/slow`))).toBe('remote_slow');
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
    expect(closed).toBe(2);
  });

  test('of a server or resolver that says nothing is refused by the clock', async () => {
    const port = await serve(() => undefined);
    expect(await codeOf(near(port, { maxTimeMs: 100 }).fetch(`http://pictures.test:${port}/`))).toBe('remote_slow');
    const deaf = near(port, { maxTimeMs: 100, resolve: () => new Promise(() => undefined) });
    expect(await codeOf(deaf.fetch(`http://pictures.test:${port}/`))).toBe('remote_slow');
  });

  test('that is not there, or whose server is not, is refused', async () => {
    const port = await serve((request, reply) => {
      if (request.url === '/cut') {
        reply.writeHead(200, { 'content-length': 1_000 });
        reply.write(PNG);
        reply.destroy();
      } else reply.writeHead(404).end(PNG);
    });
    const pictures = near(port);
    for (const path of ['/', '/cut']) {
      expect(await codeOf(pictures.fetch(`http://pictures.test:${port}${path}`))).toBe('remote_unreachable');
    }
    expect(await codeOf(pictures.fetch(`http://nobody.test:${port}/`))).toBe('remote_unreachable');
    expect(await codeOf(near(port, { ports: [1] }).fetch('http://pictures.test:1/'))).toBe('remote_unreachable');
    expect(await codeOf(near(port, { resolve: () => Promise.resolve([]) }).fetch('http://x.test/'))).toBe(
      'remote_unreachable',
    );
  });

  test('waits for nobody when many are fetched', async () => {
    const port = await serve(() => undefined);
    const pictures = near(port, { maxAtOnce: 2, maxTimeMs: 200 });
    const url = `http://pictures.test:${port}/`;
    const codes = await Promise.all([1, 2, 3].map(() => codeOf(pictures.fetch(url))));
    expect(codes.toSorted()).toEqual(['busy', 'remote_slow', 'remote_slow']);
    expect(await codeOf(pictures.fetch(url))).toBe('remote_slow');
  });
});
