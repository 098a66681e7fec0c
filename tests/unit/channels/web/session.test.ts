import { createHmac } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { webConfig } from '../../../../channels/web/config.ts';
import { createSessions, newStranger } from '../../../../channels/web/session.ts';

const DAY_MS = 24 * 3_600_000;
const sign = (value: string): string => createHmac('sha256', 'key').update(value).digest('hex');

test('a session is of its account and its time, and cannot be made by anybody else', () => {
  let now = 1_000_000;
  const sessions = createSessions('a', sign, () => now);
  const stranger = newStranger();
  const { token } = sessions.issue(stranger);
  expect(sessions.read(token)).toEqual(stranger);
  expect(createSessions('b', sign, () => now).read(token)).toBeNull();
  expect(
    createSessions(
      'a',
      (value) => `${sign(value)}0`,
      () => now,
    ).read(token),
  ).toBeNull();
  const [body = '', signature = ''] = token.split('.');
  const forged = Buffer.from(JSON.stringify({ ...stranger, id: 'user:1', untilMs: now * 2 })).toString('base64url');
  for (const wrong of [
    `${forged}.${signature}`,
    body,
    `${body}.`,
    `${body}.${signature}x`,
    '',
    '.',
    'x'.repeat(5_000),
  ]) {
    expect(sessions.read(wrong)).toBeNull();
  }
  now += 181 * DAY_MS;
  expect(sessions.read(token)).toBeNull();
});

test('a sealed file opens for whoever brought it, and is no session', () => {
  const sessions = createSessions('a', sign, () => 0);
  const sealed = sessions.seal('anon:1', { id: 'user:1', name: '', signed: true, untilMs: 10 });
  expect(sessions.open('anon:1', sealed)).toEqual({ id: 'user:1', name: '', signed: true, untilMs: 10 });
  expect(sessions.open('anon:2', sealed)).toBeNull();
  expect(sessions.read(sealed)).toBeNull();
});

test('settings that would let nobody in, or anybody, are errors', () => {
  const entry = { id: 'site', channel: 'web', origins: ['https://a.example'] };
  expect(webConfig.safeParse(entry).success).toBe(true);
  for (const wrong of [
    { ...entry, anonymous: false },
    { ...entry, secret: 'short' },
    { ...entry, origins: ['https://a.example/'] },
    { ...entry, origins: ['*'] },
    { ...entry, origins: ["https://a.example; script-src 'unsafe-inline'"] },
    { ...entry, origins: ['javascript:1'] },
    { ...entry, limits: { messagesPerMinute: 0 } },
  ])
    expect(webConfig.safeParse(wrong).success).toBe(false);
});
