import { expect, test } from '@jest/globals';
import { isSilent, readLive } from '../../../src/web/live/live-connection.ts';

test('a connection that says nothing for longer than two of the server’s pings is dead', () => {
  expect(isSilent(1_000, 61_000)).toBe(false);
  expect(isSilent(1_000, 77_000)).toBe(true);
});

test('a frame this page does not know is no message', () => {
  expect(readLive('{"type":"alive"}')).toEqual({ type: 'alive' });
  expect(readLive('{"type":"hello","version":"2"}')).toEqual({ type: 'hello', version: '2' });
  for (const frame of ['', 'null', '[]', '{}', '{"type":"newer"}', '{"type":"changed"}', 7]) {
    expect(readLive(frame)).toBeNull();
  }
});
