import { connect } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { awaitOwner, type OwnerReturn } from '../../../src/cli/owner-return.ts';
import { freePort } from '../../kit/servers/process.ts';

let waiting: OwnerReturn | null = null;
afterEach(() => {
  waiting?.close();
  waiting = null;
});

async function listening(state: string | null): Promise<{ redirect: string; back: Promise<string> }> {
  const redirect = `http://127.0.0.1:${await freePort()}/callback`;
  waiting = await awaitOwner(redirect, state);
  return { redirect, back: waiting.back };
}

/** Asks as no browser does. */
function asks(port: string, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(`${line}\r\nhost: here\r\n\r\n`));
    let said = '';
    socket.on('data', (chunk) => (said += chunk.toString()));
    socket.once('error', reject);
    socket.once('close', () => resolve(said));
  });
}

test('an owner who is back at once is not missed', async () => {
  const { redirect, back } = await listening('abc');
  const page = await fetch(`${redirect}?state=abc&code=1`);
  expect([page.status, await page.text()]).toEqual([200, 'You can close this page and go back to the terminal.\n']);
  expect(await back).toBe(`${redirect}?state=abc&code=1`);
});

test('whatever else asks is sent away, and the owner is still waited for', async () => {
  const { redirect, back } = await listening('abc');
  const { port } = new URL(redirect);
  expect(await asks(port, 'GET // HTTP/1.1')).toContain('404');
  expect(await asks(port, 'GET http://[ HTTP/1.1')).toContain('404');
  expect((await fetch(`${redirect}?state=abc`, { method: 'POST' })).status).toBe(404);
  expect((await fetch(new URL('/favicon.ico', redirect))).status).toBe(404);
  const other = await fetch(`${redirect}?state=of-another-page&code=2`);
  expect([other.status, await other.text()]).toEqual([400, expect.stringContaining('not the login that waits here')]);
  expect((await fetch(redirect)).status).toBe(400);
  expect((await fetch(`${redirect}?state=abc&error=access_denied`)).status).toBe(200);
  expect(await back).toBe(`${redirect}?state=abc&error=access_denied`);
});

test('an address that is elsewhere, or taken, is refused with what helps', async () => {
  await expect(awaitOwner('https://desk.example/callback', 's')).rejects.toMatchObject({
    code: 'redirect',
    mend: 'add --paste',
  });
  const { redirect } = await listening('abc');
  await expect(awaitOwner(redirect, 's')).rejects.toMatchObject({
    code: 'redirect',
    mend: expect.stringContaining('--redirect'),
  });
});
