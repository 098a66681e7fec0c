import { describe, expect, test } from '@jest/globals';
import { PLATFORM_PACE, paceOf, telegramConfig } from '../../../../channels/telegram/config.ts';

const ENTRY = { id: 'tg', channel: 'telegram', token: '123456:ABC-def_1' };
const errorPaths = (entry: object): string[] =>
  telegramConfig.safeParse(entry).error?.issues.map((issue) => issue.path.join('.')) ?? [];

describe('Telegram account entry', () => {
  test('the least entry polls the platform at its own pace, with group mentions', () => {
    const entry = telegramConfig.parse(ENTRY);
    expect(entry).toEqual({
      ...ENTRY,
      mode: 'polling',
      apiRoot: 'https://api.telegram.org',
      groups: 'mention',
      registerWebhook: false,
    });
    expect(paceOf(entry)).toEqual(PLATFORM_PACE);
  });

  test('pace: the platform written with a slash is still the platform; elsewhere it is off; a given one holds', () => {
    const pace = (change: object): unknown => paceOf(telegramConfig.parse({ ...ENTRY, ...change }));
    expect(pace({ apiRoot: 'https://api.telegram.org/' })).toEqual(PLATFORM_PACE);
    expect(pace({ apiRoot: 'http://127.0.0.1:9101' })).toBeNull();
    expect(pace({ pace: 'off' })).toBeNull();
    expect(pace({ apiRoot: 'http://127.0.0.1:9101', pace: { chatPerSecond: 2 } })).toEqual({
      ...PLATFORM_PACE,
      chatPerSecond: 2,
    });
  });

  test.each([
    ['webhook without secret', { mode: 'webhook' }, 'webhookSecret'],
    ['a short secret', { mode: 'webhook', webhookSecret: 'x'.repeat(15) }, 'webhookSecret'],
    ['a secret Telegram refuses', { mode: 'webhook', webhookSecret: `${'x'.repeat(16)}!` }, 'webhookSecret'],
    ['a token of another form', { token: 'abc' }, 'token'],
    ['a token that would change the address', { token: '1:a/../b' }, 'token'],
    ['an api root with credentials', { apiRoot: 'https://user:pw@api.example' }, 'apiRoot'],
    ['an api root that is no web address', { apiRoot: 'ftp://api.example' }, 'apiRoot'],
    ['an unknown pace', { pace: 'fast' }, 'pace'],
  ])('refuses %s and names the key', (_, change, path) => {
    expect(errorPaths({ ...ENTRY, ...change })).toEqual([path]);
  });
});
