import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { type NormaliseContext, normaliseUpdate } from '../../../../channels/telegram/normalise.ts';
import type { Normalised } from '../../../../src/core/model/inbound.ts';

const FIXTURES = new URL('../../../fixtures/telegram/', import.meta.url);
const CONTEXT: NormaliseContext = { bot: { id: 700_000_001, username: 'acme_support_bot' }, groups: 'mention' };

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FIXTURES), 'utf8'));
}

function normalise(name: string, context: Partial<NormaliseContext> = {}): Normalised {
  const [first, ...rest] = normaliseUpdate(read(name), { ...CONTEXT, ...context });
  if (first === undefined || rest.length > 0) throw new Error(`${name} gave ${rest.length + 1} results`);
  return first;
}

/** Every fixture and what it becomes; a test below checks that none is missing here. */
const EXPECTED: Readonly<Record<string, object>> = {
  'private-text': {
    outcome: 'event',
    event: {
      type: 'message',
      eventKey: '912000001:message:555001:11:0',
      externalId: '555001:11',
      occurredAtMs: 1_782_000_000_000,
      thread: { key: '555001', kind: 'private' },
      author: {
        externalId: '555001',
        displayName: 'Ana Pérez',
        handle: 'ana_p',
        languageCode: 'es',
        isBot: false,
      },
      text: 'Hola, ¿dónde está mi depósito?',
    },
  },
  'private-formatted': { outcome: 'event', event: { body: { v: 1 } } },
  'private-reply': { outcome: 'event', event: { text: 'Tron', replyToExternalId: '555001:10' } },
  'private-start': { outcome: 'event', event: { text: '/start', entry: 'kyc-help_42' } },
  'private-photo': {
    outcome: 'event',
    event: {
      text: 'my screenshot',
      attachments: [{ kind: 'photo' }],
      body: {
        v: 1,
        tree: {
          type: 'root',
          children: [
            {
              type: 'paragraph',
              children: [
                { type: 'text', value: 'my ' },
                { type: 'strong', children: [{ type: 'text', value: 'screenshot' }] },
              ],
            },
          ],
        },
      },
    },
  },
  'private-edited': {
    outcome: 'event',
    event: {
      type: 'edit',
      eventKey: '912000006:edited_message:555001:11:1782000060',
      targetExternalId: '555001:11',
      occurredAtMs: 1_782_000_060_000,
      text: 'Hola, ¿dónde está mi retiro?',
    },
  },
  'private-topic': { outcome: 'event', event: { thread: { key: '555001/t9', kind: 'private' } } },
  'business-text': {
    outcome: 'event',
    event: { thread: { key: '555003/bbC_1-x' }, externalId: '555003:17:bC_1-x' },
  },
  'business-own': { outcome: 'filed', reason: 'written by the business account itself' },
  'group-mention': {
    outcome: 'event',
    event: { thread: { key: '-1001234567890/u555001', kind: 'group', title: 'Acme users' } },
  },
  'group-chatter': { outcome: 'filed', reason: 'group message not addressed to the bot' },
  'group-reply-to-bot': {
    outcome: 'event',
    // A thread of replies is no topic: only forum topics are part of the key.
    event: { thread: { key: '-1001234567890/u555001' }, replyToExternalId: '-1001234567890:23' },
  },
  'group-topic-opened-by-bot': { outcome: 'filed', reason: 'group message not addressed to the bot' },
  'group-command-for-us': { outcome: 'event', event: { thread: { key: '-1001234567890/t30/u555001' } } },
  'group-command-for-another': { outcome: 'filed', reason: 'group message not addressed to the bot' },
  'group-anonymous-admin': {
    outcome: 'event',
    event: { author: { externalId: '-1001234567890', displayName: 'Acme users', isBot: false } },
  },
  'group-from-bot': { outcome: 'filed', reason: 'written by a bot' },
  'group-migrated': { outcome: 'moved', fromChatKey: '-4001', toChatKey: '-1009876543210' },
  'channel-post': { outcome: 'filed', eventKey: '912000019:channel_post:-1001111111111:1782000017' },
  'linked-channel-post': { outcome: 'filed', reason: 'post of the linked channel' },
  'blocked-by-customer': {
    outcome: 'event',
    event: { type: 'reach', eventKey: '912000021:my_chat_member:555001:1782000019', reachable: false },
  },
  'unknown-content': { outcome: 'event', event: { text: '[unsupported: rich_message]', extras: { standIn: 'thing' } } },
};

describe('normaliseUpdate', () => {
  test.each(Object.entries(EXPECTED))('%s', (name, expected) => {
    expect(normalise(name)).toMatchObject(expected);
  });

  test('every fixture has an expectation', () => {
    const names = readdirSync(FIXTURES).filter((name) => name.endsWith('.json'));
    expect(names.map((name) => name.slice(0, -5)).sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  test('groups: all takes what mention leaves, off takes nothing, private chats always count', () => {
    expect(normalise('group-chatter', { groups: 'all' }).outcome).toBe('event');
    expect(normalise('group-mention', { groups: 'off' }).outcome).toBe('filed');
    expect(normalise('private-text', { groups: 'off' }).outcome).toBe('event');
  });

  test('until the username is known a mention of anybody counts, so that none of ours is lost', () => {
    const bot = { id: CONTEXT.bot.id, username: null };
    expect(normalise('group-chatter', { bot }).outcome).toBe('event');
  });

  test('text becomes storable without changing its length', () => {
    const update = { update_id: 1, message: { message_id: 1, date: 1, text: 'a\u0000b\ud800c' } };
    const chat = { chat: { id: 5, type: 'private' }, from: { id: 5, first_name: 'X\u202ey\u0000' } };
    const [result] = normaliseUpdate({ ...update, message: { ...update.message, ...chat } }, CONTEXT);
    expect(result).toMatchObject({ event: { text: 'a\uFFFDb\uFFFDc', author: { displayName: 'X y\uFFFD' } } });
  });

  test('what has no update id is parked under a digest of itself', () => {
    const [first] = normaliseUpdate({ message: {} }, CONTEXT);
    const [again] = normaliseUpdate({ message: {} }, CONTEXT);
    const [other] = normaliseUpdate('something else', CONTEXT);
    expect(first).toMatchObject({ outcome: 'parked', eventKey: expect.stringMatching(/^digest:[0-9a-f]{64}$/u) });
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });
});
