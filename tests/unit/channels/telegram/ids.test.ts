import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  messageKeyOf,
  parseMessageKey,
  parseThreadKey,
  TelegramKeyError,
  threadKeyOf,
} from '../../../../channels/telegram/ids.ts';

/** Telegram's ids have at most 52 significant bits. */
const id = fc.integer({ min: 1, max: 2 ** 52 });
const chatId = fc.oneof(
  id,
  id.map((value) => -value),
);
const businessId = fc.string({ unit: 'grapheme', minLength: 1 }).filter((value) => value.isWellFormed());

describe('Telegram keys', () => {
  test('a place survives being a key, and different places have different keys', () => {
    const place = fc.record({ chatId, topicId: id, authorId: chatId, businessId }, { requiredKeys: ['chatId'] });
    fc.assert(
      fc.property(place, place, (one, other) => {
        expect(parseThreadKey(threadKeyOf(one))).toEqual(one);
        if (threadKeyOf(one) === threadKeyOf(other)) expect(one).toEqual(other);
      }),
    );
  });

  test('a message survives being a key', () => {
    const message = fc.record({ chatId, messageId: id, businessId }, { requiredKeys: ['chatId', 'messageId'] });
    fc.assert(fc.property(message, (one) => expect(parseMessageKey(messageKeyOf(one))).toEqual(one)));
  });

  test('what is no key is refused by name, whatever it is', () => {
    for (const key of ['', 'abc', '1/x2', '1/t', '1 ', '1/b%E0%A4%A', '12:', ':12', '1:2:%']) {
      expect(() => parseThreadKey(key)).toThrow(TelegramKeyError);
      expect(() => parseMessageKey(key)).toThrow(TelegramKeyError);
    }
    fc.assert(
      fc.property(fc.string(), (key) => {
        try {
          expect(threadKeyOf(parseThreadKey(key)).length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(TelegramKeyError);
        }
      }),
    );
  });
});
