import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  compareSnowflakes,
  conversationOf,
  createKeyOf,
  directAddressOf,
  encryptedAddressOf,
  firstIdAt,
  foreignIdOf,
  madeAtMs,
  messageKeyOf,
  messageOfKey,
  parseThreadKey,
  partnerOf,
  snowflakeOf,
  type ThreadAddress,
  threadKeyOf,
  XKeyError,
} from '../../../../channels/x/ids.ts';

const snowflake = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);
const address: fc.Arbitrary<ThreadAddress> = fc.oneof(
  fc.record({ kind: fc.constant('public' as const), conversationId: snowflake, authorId: snowflake }),
  fc.tuple(snowflake, snowflake).map(([one, other]) => directAddressOf(one, other)),
  fc.record({ kind: fc.constant('group' as const), conversationId: snowflake, authorId: snowflake }),
  fc.record({
    kind: fc.constant('encrypted' as const),
    conversationId: fc.stringMatching(/^[\w-]{1,64}$/u),
  }),
);

describe('ids', () => {
  test.each([
    ['1950000000000000010', '1950000000000000010'],
    ['18446744073709551615', '18446744073709551615'],
    ['18446744073709551616', null],
    ['0', '0'],
    ['01', null],
    ['-1', null],
    ['1e3', null],
    [' 1', null],
    ['', null],
    ['99999999999999999999', null],
    [Number('1950000000000000010'), null],
    [null, null],
  ])('%j is %j', (given, id) => {
    expect(snowflakeOf(given)).toBe(id);
  });

  test('hold when they were made, from the first that do', () => {
    // The documentation's own example of a post, by the second.
    const atMs = madeAtMs('1050118621198921728') ?? 0;
    expect(Math.floor(atMs / 1_000) * 1_000).toBe(Date.parse('Wed Oct 10 20:19:24 +0000 2018'));
    expect(madeAtMs('20')).toBeNull();
  });

  test('the first of a moment is before all of that moment', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_300_000_000_000, max: 4_000_000_000_000 }), (atMs) => {
        expect(madeAtMs(firstIdAt(atMs))).toBe(atMs);
        expect(madeAtMs(String(BigInt(firstIdAt(atMs)) - 1n))).toBe(atMs - 1);
      }),
    );
  });

  test('are ordered by age, not by letters', () => {
    expect(['1000', '999', '18446744073709551615', '9'].toSorted(compareSnowflakes)).toEqual([
      '9',
      '999',
      '1000',
      '18446744073709551615',
    ]);
    expect(compareSnowflakes('9007199254740993', '9007199254740992')).toBe(1);
    expect(compareSnowflakes('7', '7')).toBe(0);
  });
});

describe('thread keys', () => {
  test('are what they are', () => {
    expect(threadKeyOf({ kind: 'public', conversationId: '1', authorId: '7' })).toBe('post:1/u7');
    expect(threadKeyOf(directAddressOf('10', '9'))).toBe('dm:9-10');
    expect(threadKeyOf({ kind: 'group', conversationId: '5', authorId: '7' })).toBe('dm:5/u7');
    expect(threadKeyOf({ kind: 'encrypted', conversationId: '9-10' })).toBe('chat:9-10');
  });

  test('are read back', () => {
    fc.assert(
      fc.property(address, (given) => {
        expect(parseThreadKey(threadKeyOf(given))).toEqual(given);
      }),
    );
  });

  test('of different places differ', () => {
    fc.assert(
      fc.property(address, address, (one, other) => {
        const isSame = JSON.stringify(one) === JSON.stringify(other);
        expect(threadKeyOf(one) === threadKeyOf(other)).toBe(isSame);
      }),
    );
  });

  test.each(['', 'dm:', 'dm:1', 'dm:1-2-3', 'post:1', 'post:a/u1', 'dm:1-2/u3', 'chat:', 'chat:a:b', '1', 'dm:1-2\n'])(
    '%j is none',
    (key) => {
      expect(() => parseThreadKey(key)).toThrow(XKeyError);
    },
  );

  test('the other person', () => {
    const between = directAddressOf('10', '9');
    expect([partnerOf(between, '9'), partnerOf(between, '10')]).toEqual(['10', '9']);
    expect(() => partnerOf(between, '11')).toThrow(XKeyError);
  });
});

describe('conversations as X names them', () => {
  test.each([
    ['9-10', 'dm:9-10'],
    ['10-9', 'dm:9-10'],
    ['10:9', 'dm:9-10'],
    ['1578398451921985538', 'dm:1578398451921985538/u7'],
  ])('%s is %s', (given, key) => {
    const found = conversationOf(given, '7');
    expect(found === null ? null : threadKeyOf(found)).toBe(key);
  });

  test.each(['', '-', '1-', '1-2-3', 'a-b', '1_2', 9, null])('%j is none', (given) => {
    expect(conversationOf(given, '7')).toBeNull();
  });

  test('encrypted ones are the same whoever is named first', () => {
    expect(encryptedAddressOf('10:9')).toEqual({ kind: 'encrypted', conversationId: '9-10' });
    expect(encryptedAddressOf('9:10')).toEqual({ kind: 'encrypted', conversationId: '9-10' });
    expect(encryptedAddressOf('g1234:abc')).toEqual({ kind: 'encrypted', conversationId: 'g1234-abc' });
    expect(encryptedAddressOf('a b')).toBeNull();
    expect(foreignIdOf('x'.repeat(65))).toBeNull();
  });
});

describe('message keys', () => {
  test('are read back, and posts and direct messages never meet', () => {
    fc.assert(
      fc.property(fc.constantFrom('post' as const, 'direct' as const, 'encrypted' as const), snowflake, (kind, id) => {
        expect(messageOfKey(messageKeyOf({ kind, id }))).toEqual({ kind, id });
      }),
    );
    expect(messageKeyOf({ kind: 'post', id: '5' })).not.toBe(messageKeyOf({ kind: 'direct', id: '5' }));
    expect(createKeyOf({ kind: 'direct', id: '5' })).toBe('create:dm:5');
  });

  test.each(['', 'post:', 'post:x', 'dm:1-2', 'tweet:1', 'post:1/u2'])('%j is none', (key) => {
    expect(messageOfKey(key)).toBeNull();
  });
});
