import { expect, test } from '@jest/globals';
import { createOpenLimit } from '../../../../channels/web/limits.ts';

test('so many at once; who leaves makes room', () => {
  const limit = createOpenLimit(2);
  const first = limit.enter('a');
  expect(limit.enter('a')).not.toBeNull();
  expect(limit.enter('a')).toBeNull();
  expect(limit.enter('b')).not.toBeNull();
  first?.();
  expect(limit.enter('a')).not.toBeNull();
});
