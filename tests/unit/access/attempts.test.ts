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
  test('hold no address of a person, and are the same however it is reached', () => {
    const [account, address] = countersOf('mei@example.com', '203.0.113.7');
    expect(account?.key).not.toContain('mei');
    expect(address?.key).toBe('address:203.0.113.7');
    expect(countersOf('mei@example.com', '::1')[0]).toEqual(account);
    expect(countersOf('tom@example.com', '::1')[0]).not.toEqual(account);
  });
});
