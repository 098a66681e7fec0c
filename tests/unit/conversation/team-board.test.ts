import { afterEach, describe, expect, test } from '@jest/globals';
import { createTeamBoard, type TeamBoard } from '../../../src/conversation/team-board.ts';
import { eventually } from '../../kit/eventually.ts';
import { quietLog } from '../../kit/quiet-log.ts';

const support = { id: 'support', languages: ['en'] };
const asia = { id: 'asia', languages: ['zh', 'ja'] };
const stored = (team: { id: string; languages: string[] }, fromFile = true) => ({ ...team, fromFile });

let board: TeamBoard | undefined;
afterEach(() => board?.stop());

function boardOf(read: () => Promise<ReturnType<typeof stored>[]>, everyMs?: number): TeamBoard {
  board = createTeamBoard({
    configured: [support, asia],
    read,
    log: quietLog(),
    ...(everyMs === undefined ? {} : { everyMs }),
  });
  return board;
}

describe('who gets a conversation that is handed over', () => {
  test('before the first look the configured ones, by language, else the first', () => {
    const { teamFor } = boardOf(() => Promise.resolve([]));
    expect(['en', 'ja', 'es'].map(teamFor)).toEqual(['support', 'asia', 'support']);
  });

  test('teams made on the page come after those of the file', async () => {
    const page = [
      stored({ id: 'a-chinese', languages: ['zh'] }, false),
      stored({ id: 'latam', languages: ['es'] }, false),
    ];
    const { teamFor, refresh } = boardOf(() => Promise.resolve([...page, stored(asia), stored(support)]));
    await refresh();
    expect(['zh', 'es', 'ko'].map(teamFor)).toEqual(['asia', 'latam', 'support']);
  });

  test('a team the store does not have gets nothing, nor one that left the file', async () => {
    const { teamFor, refresh } = boardOf(() =>
      Promise.resolve([stored(support), stored({ id: 'former', languages: ['ko'] })]),
    );
    await refresh();
    expect(['zh', 'ko'].map(teamFor)).toEqual(['support', 'support']);
  });

  test('while the store is away what was known stays; a new team is seen by itself', async () => {
    let answer: (() => Promise<ReturnType<typeof stored>[]>) | undefined;
    const { teamFor } = boardOf(() => answer?.() ?? Promise.reject(new Error('away')), 5);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(teamFor('zh')).toBe('asia');
    answer = () => Promise.resolve([stored(support), stored({ id: 'latam', languages: ['es'] }, false)]);
    await eventually(() => {
      expect(teamFor('es')).toBe('latam');
      return Promise.resolve();
    });
  });

  test('without any team it does not start', () => {
    expect(() => createTeamBoard({ configured: [], read: () => Promise.resolve([]), log: quietLog() })).toThrow(
      'there is no team',
    );
  });
});
