import { expect, jest, test } from '@jest/globals';
import { CustomersTyping } from '../../../src/web/live/customers-typing.ts';
import { isSilent, readLive } from '../../../src/web/live/live-connection.ts';

test('a connection that says nothing for longer than two of the server’s pings is dead', () => {
  expect(isSilent(1_000, 61_000)).toBe(false);
  expect(isSilent(1_000, 77_000)).toBe(true);
});

test('a frame this page does not know is no message', () => {
  expect(readLive('{"type":"alive"}')).toEqual({ type: 'alive' });
  expect(readLive('{"type":"hello","version":"2"}')).toEqual({ type: 'hello', version: '2' });
  expect(readLive('{"type":"typing","conversation":"7"}')).toEqual({ type: 'typing', conversation: '7' });
  for (const frame of ['{"type":"typing"}', '', 'null', '[]', '{}', '{"type":"newer"}', '{"type":"changed"}', 7]) {
    expect(readLive(frame)).toBeNull();
  }
});

test('a customer writes until the words are there, or for ten seconds after the last word of it', () => {
  jest.useFakeTimers();
  try {
    const typing = new CustomersTyping();
    let told = 0;
    const leave = typing.subscribe(() => {
      told += 1;
    });
    typing.heard('a');
    jest.advanceTimersByTime(9_000);
    typing.heard('a');
    typing.heard('b');
    typing.over('b');
    jest.advanceTimersByTime(9_000);
    expect([typing.is('a'), typing.is('b')]).toEqual([true, false]);
    jest.advanceTimersByTime(1_001);
    expect(typing.is('a')).toBe(false);
    expect(told).toBe(5);
    typing.over('a');
    leave();
    typing.heard('c');
    expect(told).toBe(5);
    typing.over('c');
  } finally {
    jest.useRealTimers();
  }
});
