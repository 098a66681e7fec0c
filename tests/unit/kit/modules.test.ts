import { expect, test } from '@jest/globals';

test('tests run as real ES modules', () => {
  expect(import.meta.url).toMatch(/^file:.*modules\.test\.ts$/);
  expect(import.meta.dirname).toMatch(/tests\/unit\/kit$/);
  expect(typeof require).toBe('undefined');
  expect(typeof module).toBe('undefined');
});
