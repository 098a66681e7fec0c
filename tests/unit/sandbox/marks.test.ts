import { expect, test } from '@jest/globals';
import { createMarks } from '../../../src/sandbox/marks.ts';

test('a mark that is not the current one is not waited for, whichever run it is of', async () => {
  const marks = createMarks(2_000);
  marks.bump();
  await marks.past('2000-0', 60_000);
  await marks.past('1000-1', 60_000);
  expect(marks.current()).toBe('2000-1');
});

test('what changes together is told once, and to everybody who waits', async () => {
  const marks = createMarks(1);
  const mark = marks.current();
  const seen: string[] = [];
  const waiting = [1, 2].map(() => marks.past(mark, 60_000).then(() => seen.push(marks.current())));
  for (let change = 0; change < 5; change += 1) marks.bump();
  await Promise.all(waiting);
  expect(seen).toEqual(['1-5', '1-5']);
});

test('waiting ends by itself, and for good when the server is about to stop', async () => {
  const marks = createMarks(1);
  await marks.past(marks.current(), 5);
  const waiting = marks.past(marks.current(), 60_000);
  marks.release();
  await waiting;
  await marks.past(marks.current(), 60_000);
});
