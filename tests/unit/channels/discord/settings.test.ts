import { describe, expect, test } from '@jest/globals';
import { discordConfig, ownIdOf, PLATFORM_PACE, paceOf } from '../../../../channels/discord/config.ts';
import { fetchOutcomeOf, outcomeOf, describe as words } from '../../../../channels/discord/errors.ts';
import { COMMANDS, formFor, invitationFor, wordsFor } from '../../../../channels/discord/form.ts';
import { madeAtMs, messageKeyOf, messageOfKey, parseThreadKey, threadKeyOf } from '../../../../channels/discord/ids.ts';
import { customIdOf, dataOfCustomId } from '../../../../channels/discord/part.ts';
import { DiscordCallError, type DiscordCallFailure } from '../../../../channels/discord/transport/ports.ts';
import type { DeliveryAction } from '../../../../src/core/model/outbound.ts';

describe('configuration', () => {
  const entry = { id: 'dc', channel: 'discord', token: 'MTAw.x.y' };

  test('defaults', () => {
    expect(discordConfig.parse(entry)).toEqual({
      ...entry,
      apiRoot: 'https://discord.com/api',
      support: { servers: [], channels: [], forums: [], roles: [] },
      privateThreads: true,
    });
    const some = discordConfig.parse({ ...entry, apiRoot: 'http://127.0.0.1:1/api/', support: { channels: ['12'] } });
    expect(some).toMatchObject({ apiRoot: 'http://127.0.0.1:1/api', support: { servers: [], channels: ['12'] } });
  });

  test.each([
    [{ token: 'Bot MTAw' }, /developer portal, without/u],
    [{ token: '' }, /developer portal/u],
    [{ support: { channels: [1_180_000_000_000_000] } }, /in quotes/u],
    [{ support: { channels: ['general'] } }, /digits only/u],
    [{ support: { chanels: [] } }, /chanels/u],
    [{ apiRoot: 'https://user@discord.com/api' }, /apiRoot/u],
  ])('%j is refused with a reason', (change, reason) => {
    const result = discordConfig.safeParse({ ...entry, ...change });
    expect(result.error?.message).toMatch(reason);
  });

  test('pace: at the platform its own limits, elsewhere none', () => {
    expect(paceOf(discordConfig.parse(entry))).toBe(PLATFORM_PACE);
    expect(paceOf(discordConfig.parse({ ...entry, apiRoot: 'http://127.0.0.1:1/api' }))).toBeNull();
    expect(paceOf(discordConfig.parse({ ...entry, pace: 'off' }))).toBeNull();
    expect(paceOf(discordConfig.parse({ ...entry, pace: { burst: 2 } }))).toEqual({ ...PLATFORM_PACE, burst: 2 });
  });

  test('a token of Discord says whose it is', () => {
    expect(ownIdOf(`${Buffer.from('100000000000000001').toString('base64')}.x.y`)).toBe('100000000000000001');
    expect(ownIdOf('anything.else')).toBeNull();
    expect(ownIdOf('')).toBeNull();
  });
});

describe('keys', () => {
  test('of places and messages, and the way back', () => {
    for (const address of [{ channelId: '1' }, { channelId: '18446744073709551615', authorId: '77' }]) {
      expect(parseThreadKey(threadKeyOf(address))).toEqual(address);
    }
    expect(messageOfKey(messageKeyOf({ channelId: '1', messageId: '2' }))).toEqual({ channelId: '1', messageId: '2' });
    expect(messageOfKey('interaction:5')).toBeNull();
    for (const key of ['', 'a', '1/x2', '1/u', '1/u2/u3']) expect(() => parseThreadKey(key)).toThrow(/thread key/u);
  });

  test('ids say when', () => {
    // The example of discord.com/developers/docs/reference#snowflakes.
    expect(madeAtMs('175928847299117063')).toBe(1_462_015_105_796);
  });

  test('the longest data of a button fits its id, and comes back as it was', () => {
    for (const data of ['', 'a', '1.1:x', 'd'.repeat(96)]) {
      const id = customIdOf(4, 4, data);
      expect(id.length).toBeLessThanOrEqual(100);
      expect(dataOfCustomId(id)).toBe(data);
    }
  });
});

describe('trouble', () => {
  const failure = (change: Partial<DiscordCallFailure>): DiscordCallFailure => ({
    status: 400,
    code: null,
    message: 'as it says',
    retryAfterMs: null,
    scope: null,
    sent: 'no',
    ...change,
  });
  test.each<[Partial<DiscordCallFailure>, DeliveryAction, string]>([
    [{ status: 429, retryAfterMs: 1_500 }, 'send', 'rate_limited'],
    [{ code: 20_028 }, 'send', 'rate_limited'],
    [{ status: 401 }, 'send', 'auth'],
    [{ status: 403, code: 40_001 }, 'send', 'auth'],
    [{ status: 403, code: 50_007 }, 'send', 'forbidden'],
    [{ status: 403, code: 50_278 }, 'send', 'forbidden'],
    [{ status: 403, code: 50_013 }, 'send', 'invalid'],
    [{ status: 404, code: 10_003 }, 'send', 'invalid'],
    [{ code: 50_083 }, 'send', 'invalid'],
    [{ code: 160_005 }, 'send', 'invalid'],
    [{ code: 50_035 }, 'edit', 'invalid'],
    [{ status: 413, code: 40_005 }, 'send', 'invalid'],
    [{ code: 200_000 }, 'send', 'invalid'],
    [{ status: 403 }, 'send', 'transient'],
    [{ status: 502, sent: 'maybe' }, 'send', 'unknown'],
    [{ status: 502, sent: 'maybe' }, 'react', 'transient'],
    [{ status: null, sent: 'maybe' }, 'send', 'unknown'],
    [{ status: null, sent: 'maybe' }, 'delete', 'transient'],
    [{ status: null, sent: 'no' }, 'send', 'transient'],
  ])('%j of a %s is %s', (change, action, kind) => {
    expect(outcomeOf(failure(change), action).kind).toBe(kind);
  });

  test('says how long to wait, and what to do', () => {
    expect(outcomeOf(failure({ status: 429, retryAfterMs: 1_500 }), 'send')).toEqual({
      kind: 'rate_limited',
      retryAfterMs: 1_500,
    });
    expect(outcomeOf(failure({ status: 429 }), 'send')).toMatchObject({ retryAfterMs: 5_000 });
    expect(words(failure({ code: 50_013 }))).toMatch(/as it says \(.*Send Messages/u);
    expect(words(new DiscordCallError('GET /x', failure({ message: '500' })))).toBe('Discord GET /x: 500');
  });

  test('of files', () => {
    expect(fetchOutcomeOf(failure({ status: 404, code: 10_008 })).kind).toBe('gone');
    expect(fetchOutcomeOf(failure({ status: 401 })).kind).toBe('auth');
    expect(fetchOutcomeOf(failure({ status: 429, retryAfterMs: 700 }))).toMatchObject({
      kind: 'transient',
      retryAfterMs: 700,
    });
    expect(fetchOutcomeOf(failure({ status: 500, sent: 'maybe' })).kind).toBe('transient');
  });
});

describe('forms', () => {
  const LOCALES = ['en-US', 'en-GB', 'zh-CN', 'zh-TW', 'ja', 'ko', 'es-ES', 'es-419', 'ru'];

  test('keep what Discord allows, in every language', () => {
    for (const locale of LOCALES) {
      const { title, question, contact, description, buttonDescription } = wordsFor(locale);
      expect(Math.max(title.length, question.length)).toBeLessThanOrEqual(45);
      expect(contact.length).toBeLessThanOrEqual(80);
      expect(Math.max(description.length, buttonDescription.length)).toBeLessThanOrEqual(100);
      if (!locale.startsWith('en')) expect(title).not.toBe(wordsFor('en-US').title);
    }
    expect(wordsFor('tlh')).toBe(wordsFor('en-US'));
    expect(wordsFor('constructor')).toBe(wordsFor('en-US'));
  });

  test('commands have every language; the invitation calls nobody', () => {
    for (const command of COMMANDS)
      expect(Object.keys(command['description_localizations'] ?? {}).toSorted()).toEqual(LOCALES.toSorted());
    expect(formFor('ja')).toMatchObject({ type: 9, data: { custom_id: 'parley:form' } });
    expect(invitationFor('ru')).toMatchObject({
      type: 4,
      data: { allowed_mentions: { parse: [], replied_user: false } },
    });
  });
});
