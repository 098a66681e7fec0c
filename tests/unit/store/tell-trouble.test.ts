import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Log } from '../../../src/core/ports/log.ts';
import { type Database, openDatabase } from '../../../src/store/database.ts';
import { tellTrouble } from '../../../src/store/tell-trouble.ts';
import { quietLog } from '../../kit/quiet-log.ts';

let nowMs: number;
let lines: string[];
let answer: Error | null;
let database: Database;

function failure(code: string | null, message: string): Error {
  return Object.assign(new Error(message), code === null ? {} : { code });
}

beforeEach(() => {
  nowMs = 0;
  lines = [];
  answer = null;
  const log: Log = {
    ...quietLog(),
    info: (_fields, message) => void lines.push(`info ${message}`),
    error: (_fields, message) => void lines.push(`error ${message}`),
  };
  // Never connects: the statements are answered here.
  const bare = openDatabase({ url: 'postgres://u:secretpw@127.0.0.1:1/desk', log });
  const prepared = <Row>(): Promise<Row[]> => (answer === null ? Promise.resolve([]) : Promise.reject(answer));
  database = tellTrouble({ ...bare, prepared }, log, { monotonicMs: () => nowMs });
});

async function ask(statement: string, error: Error | null): Promise<void> {
  answer = error;
  await database.prepared(statement, '', []).catch(() => undefined);
}

describe('tellTrouble', () => {
  test.each([[null], ['ECONNREFUSED'], ['57P01'], ['57P03'], ['08006'], ['EPIPE']])(
    'a server that is away (%s) is told once, and once when it is back',
    async (code) => {
      for (let n = 0; n < 5; n += 1) await ask('instance_beat', failure(code, 'gone'));
      await ask('claim_v1', null);
      await ask('claim_v1', null);
      expect(lines).toEqual([
        'error the store at 127.0.0.1:1/desk does not answer (gone); check that Postgres runs there; messages wait at the platforms meanwhile and work goes on by itself',
        'info the store works again',
      ]);
    },
  );

  test.each([['23505'], ['22021'], ['40P01'], ['PA002'], ['57014']])(
    'an error about one statement (%s) is none of the server',
    async (code) => {
      await ask('ingest_v1', failure(code, 'x'));
      expect(lines).toEqual([]);
    },
  );

  test('a full disk is mended when what failed works, not when something else does', async () => {
    await ask('ingest_v1', failure('53100', 'No space left on device'));
    await ask('instance_beat', null);
    // Its server may end because of that; the disk stays the news.
    await ask('instance_beat', failure('ECONNREFUSED', 'gone'));
    await ask('instance_beat', null);
    expect(lines).toEqual([expect.stringMatching(/^error the disk of the store .* is full .*; free some space there/)]);
    await ask('ingest_v1', null);
    expect(lines.at(-1)).toBe('info the store works again');
    await ask('turn', failure('53100', 'No space left on device'));
    nowMs += 60_000;
    await ask('instance_beat', null);
    expect(lines.at(-1)).toBe('info the store works again');
    expect(lines).toHaveLength(4);
  });

  test('another kind of trouble is told anew, and none while closing', async () => {
    await ask('instance_beat', failure('ECONNREFUSED', 'gone'));
    await ask('instance_beat', failure('28P01', 'password authentication failed'));
    expect(lines.at(-1)).toContain('refuses the user or the password');
    expect(lines.join('\n')).not.toContain('secretpw');
    await database.close();
    await ask('instance_beat', failure(null, 'Cannot use a pool after calling end on the pool'));
    expect(lines).toHaveLength(2);
  });
});
