import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';

const MINUTE_MS = 60_000;
const page = new EventTarget();
// The page's own window, as far as it is listened to.
Object.assign(globalThis, { window: page });
const { whileTouched } = await import('../../../src/web/app/while-touched.ts');
const { queries } = await import('../../../src/web/app/queries.ts');

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  queries.clear();
  jest.useRealTimers();
});

test('what is asked by itself is not asked any more once nobody has touched the page for half an hour', async () => {
  let asked = 0;
  const read = whileTouched(['how-many'], () => {
    asked += 1;
    return Promise.resolve(asked);
  });
  const look = async (): Promise<number> => {
    const answer = await read();
    queries.setQueryData(['how-many'], answer);
    return answer;
  };
  page.dispatchEvent(new Event('keydown'));
  expect(await look()).toBe(1);
  jest.advanceTimersByTime(29 * MINUTE_MS);
  expect(await look()).toBe(2);
  jest.advanceTimersByTime(2 * MINUTE_MS);
  expect(await look()).toBe(2);
  page.dispatchEvent(new Event('pointermove'));
  expect(await look()).toBe(3);
});

test('somebody who comes back to a page without an answer gets one', async () => {
  page.dispatchEvent(new Event('keydown'));
  jest.advanceTimersByTime(31 * MINUTE_MS);
  expect(await whileTouched(['nothing-yet'], () => Promise.resolve('asked'))()).toBe('asked');
});
