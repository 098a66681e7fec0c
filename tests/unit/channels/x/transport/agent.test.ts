import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { PLATFORM_API_ROOT } from '../../../../../channels/x/config.ts';
import { createXAgent } from '../../../../../channels/x/transport/agent.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function listen(server: net.Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  closing.push(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function get(agent: https.Agent, url: string): Promise<{ status: number | undefined; reused: boolean }> {
  return new Promise((resolve, reject) => {
    const request = https.get(url, { agent }, (response) => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode, reused: request.reusedSocket }));
    });
    request.on('error', reject);
  });
}

describe('the agent', () => {
  test('leads to an http root in the clear, with the platform’s own name, on a connection that is kept', async () => {
    const seen: (string | undefined)[] = [];
    const server = http.createServer((request, response) => {
      seen.push(`${request.headers.host} ${request.url}`);
      response.end('{}');
    });
    const agent = createXAgent(`http://127.0.0.1:${await listen(server)}`);
    closing.push(() => agent.destroy());
    expect(await get(agent, 'https://api.x.com/2/users/me?a=1')).toEqual({ status: 200, reused: false });
    expect(await get(agent, 'https://api.x.com/2/tweets')).toEqual({ status: 200, reused: true });
    expect(seen).toEqual(['api.x.com /2/users/me?a=1', 'api.x.com /2/tweets']);
  });

  test.each([
    ['localhost', true],
    ['127.0.0.1', false],
  ])('leads to an https root by TLS, and asks for %s', async (host, isName) => {
    const hello: Buffer[] = [];
    const server = net.createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (bytes: Buffer) => {
        hello.push(bytes);
        socket.destroy();
      });
    });
    const port = await listen(server);
    const agent = createXAgent(`https://${host}:${port}`);
    closing.push(() => agent.destroy());
    await expect(get(agent, 'https://api.x.com/2/users/me')).rejects.toThrow();
    // A handshake record, that names the host it goes to and not the platform.
    expect(hello[0]?.[0]).toBe(22);
    expect(hello[0]?.includes('api.x.com')).toBe(false);
    expect(hello[0]?.includes(host)).toBe(isName);
  });

  test('to the platform itself it is an ordinary one', () => {
    const agent = createXAgent(PLATFORM_API_ROOT);
    expect(agent.createConnection).toBe(https.Agent.prototype.createConnection);
    expect(agent.options.keepAlive).toBe(true);
    expect(createXAgent('http://127.0.0.1:1').createConnection).not.toBe(https.Agent.prototype.createConnection);
  });
});
