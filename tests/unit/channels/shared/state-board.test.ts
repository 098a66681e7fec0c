import { beforeEach, expect, test } from '@jest/globals';
import { createStateBoard, type StateBoard } from '../../../../channels/shared/state-board.ts';
import type { ConnectionState } from '../../../../src/core/ports/channel.ts';

let told: ConnectionState[];
let board: StateBoard;
beforeEach(() => {
  told = [];
  board = createStateBoard((state) => void told.push(state));
});

const lagging = (behindMs: number): ConnectionState => ({
  state: 'lagging',
  code: 'budget_slow',
  message: 'seldom',
  mend: 'more',
  behindMs,
});
const retrying: ConnectionState = { state: 'retrying', code: 'network', message: 'lost' };

test('the worst of all is told, each only once in a row', () => {
  board.set('one', { state: 'connected' });
  board.set('two', { state: 'connecting' });
  board.set('two', { state: 'connecting' });
  board.set('one', lagging(1));
  board.set('three', retrying);
  board.set('two', { state: 'connected' });
  board.set('three', { state: 'stopped', code: 'c', message: 'm', mend: 'd' });
  board.set('three', null);
  board.set('one', { state: 'connected' });
  expect(told.map(({ state }) => state)).toEqual([
    'connected',
    'connecting',
    'lagging',
    'retrying',
    'stopped',
    'lagging',
    'connected',
  ]);
});

test('how far behind it is is told whenever it changes', () => {
  for (const behindMs of [1_000, 1_000, 2_000]) board.set('one', lagging(behindMs));
  expect(told).toEqual([lagging(1_000), lagging(2_000)]);
});

test('another reason for the same state is told', () => {
  board.set('one', retrying);
  board.set('one', { ...retrying, code: 'refused' });
  expect(told).toHaveLength(2);
});

test('while nobody has a say nothing is told, and what comes after it is not told twice', () => {
  board.set('one', retrying);
  board.set('one', null);
  board.set('one', retrying);
  expect(told).toEqual([retrying]);
});
