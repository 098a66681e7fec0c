import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { begin, refusal } from './clients.ts';

async function drive(
  url: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; json: unknown }> {
  const response = await fetch(`${url}/_control/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, json: await response.json() };
}

describe('control over HTTP', () => {
  test('customers write, the account answers, and the log tells it', async () => {
    const { simulator, user } = await begin();
    const go = (method: string, path: string, body?: unknown) => drive(simulator.url, method, path, body);
    const base64 = Buffer.from('picture').toString('base64');
    const { json: written } = await go('POST', 'direct', {
      author: '77',
      name: 'Ana',
      handle: 'ana_lee',
      text: 'hello',
      times: 2,
      file: { mime: 'image/png', base64 },
    });
    expect(written).toMatchObject([{ conversationId: `77-${simulator.selfId}` }, {}]);
    const { json: posted } = await go('POST', 'post', { author: '77', text: 'where is it?', mention: true });
    const [{ id } = { id: '' }] = posted as { id: string }[];
    await user.v2.sendDmToParticipant('77', { text: 'hi' });
    await user.v2.reply('hi', id);
    expect((await go('GET', `directs-of?author=77`)).json).toMatchObject([
      { text: 'hello', fromUs: false, files: [{ mime: 'image/png', sizeBytes: 7 }] },
      { text: 'hello 2' },
      { text: 'hi', fromUs: true },
    ]);
    expect((await go('GET', `posts-under?author=77&conversation=${id}`)).json).toMatchObject([
      { authorHandle: 'ana_lee' },
      { fromUs: true, text: 'hi' },
    ]);
    expect((await go('GET', 'posts')).json).toMatchObject([{ replyToId: id }]);
    const { json: directs } = await go('GET', 'directs');
    expect(directs).toMatchObject([{ toUserId: '77', text: 'hi' }]);
    const [{ order } = { order: 0 }] = directs as { order: number }[];
    expect((await go('GET', `directs?after=${order}`)).json).toEqual([]);
    expect((await go('GET', 'log')).json).toMatchObject([
      { route: 'POST /2/dm_conversations/with/:id/messages', as: 'oauth1', status: 201 },
      { route: 'POST /2/tweets' },
    ]);
    expect((await go('GET', 'state')).json).toMatchObject({ spentMicros: 25_000, webhooks: [], streams: [] });
  });

  test('trouble, plan and time are set; what is asked wrongly is told', async () => {
    const { simulator, user } = await begin();
    const go = (method: string, path: string, body?: unknown) => drive(simulator.url, method, path, body);
    await go('POST', 'fault', { kind: 'auth', route: 'GET /2/users/me', times: 1 });
    expect(await refusal(user.v2.me())).toMatchObject({ status: 401 });
    await go('POST', 'fault', { kind: 'auth', route: 'GET /2/users/me' });
    await go('DELETE', 'fault');
    await user.v2.me();
    await go('POST', 'plan', { lacks: ['GET /2/users/me'] });
    expect(await refusal(user.v2.me())).toMatchObject({ status: 403 });
    await go('POST', 'block', { author: '77', blocked: true });
    expect(await refusal(user.v2.sendDmToParticipant('77', { text: 'hi' }))).toMatchObject({ status: 403 });
    expect(await go('POST', 'fault', { kind: 'odd' })).toMatchObject({ status: 400 });
    expect(await go('POST', 'nothing', {})).toMatchObject({ status: 404 });
    const fromPage = await fetch(`${simulator.url}/_control/log`, { headers: { origin: 'http://evil.example' } });
    expect(fromPage.status).toBe(403);
  });

  test('it runs as a process of its own', async () => {
    const child = spawn(
      process.execPath,
      ['--import', './tests/kit/typescript-loader.js', 'channels/x/simulator/main.ts', '--handle', 'Desk'],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const { apiRoot, control } = JSON.parse(line.toString()) as { apiRoot: string; control: string };
    expect(await (await fetch(`${control}/state`)).json()).toMatchObject({ refreshes: 0 });
    expect((await fetch(`${apiRoot}/2/users/me`)).status).toBe(401);
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(0);
  });
});
