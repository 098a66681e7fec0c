import { describe, expect, test } from '@jest/globals';
import { countersOf, networkOf } from '../../../src/access/attempts.ts';

describe('the network an address stands for', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('%s: %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe('counters', () => {
  test('hold no address of a person; a place, a network and an account are counted apart, the narrowest first', () => {
    const [pair, network, account] = countersOf('mei@example.com', '203.0.113.7');
    expect([pair?.limit, network?.limit, account?.limit]).toEqual([5, 30, 50]);
    expect(`${pair?.key} ${account?.key}`).not.toContain('mei');
    expect(network?.key).toBe('network:203.0.113.7');
    const [otherPair, , sameAccount] = countersOf('mei@example.com', '::1');
    expect(otherPair).not.toEqual(pair);
    expect(sameAccount).toEqual(account);
    expect(countersOf('tom@example.com', '203.0.113.7')[2]).not.toEqual(account);
  });

  test('a success forgives its account in its network alone', () => {
    expect(countersOf('mei@example.com', '::1').map((one) => one.onSuccess)).toEqual([
      'clear',
      'take-back',
      'take-back',
    ]);
  });
});
