import { expect, test } from '@jest/globals';
import { createQuietErrors } from '../../../src/queue/quiet-errors.ts';
import { quietLog } from '../../kit/quiet-log.ts';

test('trouble is told once with its mend, and its end once', () => {
  const log = quietLog();
  const errors = createQuietErrors(log);
  errors.back();
  errors.note(new Error('refused'), 'connect');
  errors.note(new Error('refused'), 'connect');
  errors.back();
  errors.back();
  expect(log.lines.map((line) => [line.level, line.message.split(':')[0]])).toEqual([
    ['warn', 'queue trouble; the sweeper does its work meanwhile'],
    ['info', 'the queue is back'],
  ]);
  expect(log.lines[0]?.message).toContain('queue.url');
  expect(errors.take()).toBe(2);
});

test('trouble that begins anew is told anew', () => {
  const log = quietLog();
  const errors = createQuietErrors(log);
  for (let round = 0; round < 2; round += 1) {
    errors.note(new Error('refused'), 'connect');
    errors.back();
  }
  expect(log.lines.map((line) => line.level)).toEqual(['warn', 'info', 'warn', 'info']);
});
