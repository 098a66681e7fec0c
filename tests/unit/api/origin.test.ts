import { expect, test } from '@jest/globals';
import { isThisMachine } from '../../../src/api/origin.ts';

test.each([
  ['127.0.0.1', true],
  ['127.8.9.1', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['10.0.0.5', false],
  ['::ffff:10.0.0.5', false],
  ['fe80::1', false],
  ['127.evil.test', false],
  [undefined, false],
])('the sandbox takes %s for this machine: %s', (address, expected) => {
  expect(isThisMachine(address)).toBe(expected);
});
