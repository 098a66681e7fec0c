import { expect, test } from '@jest/globals';
import { createLengthOfTime } from '../../../src/web/channels/length-of-time.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

test('lengths of time are as short as they get, in the language of the page', () => {
  const english = createLengthOfTime('en');
  expect([-5, 1_400, 12 * MINUTE_MS, HOUR_MS, 3 * HOUR_MS + 20 * MINUTE_MS + 59_000].map(english)).toEqual([
    '0 sec',
    '1 sec',
    '12 min',
    '1 hr',
    '3 hr 20 min',
  ]);
  expect(createLengthOfTime('zh-CN')(3 * HOUR_MS + 20 * MINUTE_MS)).toMatch(/^3\s?小时 20\s?分钟$/);
});
