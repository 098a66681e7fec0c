import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { linked } from '../../../src/core/linked-signal.ts';

setFlagsFromString('--expose-gc');
const collect = z.function({ input: [], output: z.unknown() }).implement(() => runInNewContext('gc')());

test('its time comes, whatever is collected meanwhile', async () => {
  const other = new AbortController();
  const aborted = new Promise<void>((resolve) => {
    linked(other.signal, 120).signal.addEventListener('abort', () => resolve());
  });
  const collecting = setInterval(collect, 10);
  try {
    await aborted;
  } finally {
    clearInterval(collecting);
  }
  expect(other.signal.aborted).toBe(false);
}, 5_000);

test('of several others the first that aborts is enough', () => {
  const others = [new AbortController(), new AbortController()];
  const both = linked(others.map(({ signal }) => signal));
  expect(both.signal.aborted).toBe(false);
  others[1]?.abort();
  expect(both.signal.aborted).toBe(true);
  expect(linked(others.map(({ signal }) => signal)).signal.aborted).toBe(true);
});

test('it aborts with the other one, by itself, and no more once it is let go of', () => {
  const other = new AbortController();
  const [first, second, third] = [linked(other.signal), linked(other.signal), linked(other.signal)];
  second.abort();
  expect([first, second, third].map(({ signal }) => signal.aborted)).toEqual([false, true, false]);
  third.release();
  other.abort();
  expect([first, second, third].map(({ signal }) => signal.aborted)).toEqual([true, true, false]);
  expect(linked(other.signal).signal.aborted).toBe(true);
});
