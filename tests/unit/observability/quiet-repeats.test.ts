import { describe, expect, test } from '@jest/globals';
import type { Log } from '../../../src/core/ports/log.ts';
import { quietRepeats } from '../../../src/observability/quiet-repeats.ts';

function recorded(): { log: Log; lines: unknown[][] } {
  const lines: unknown[][] = [];
  const at = (level: string, bound: object) => (fields: object, message: string) =>
    void lines.push([level, { ...bound, ...fields }, message]);
  const make = (bound: object): Log => ({
    debug: at('debug', bound),
    info: at('info', bound),
    warn: at('warn', bound),
    error: at('error', bound),
    child: (fields) => make({ ...bound, ...fields }),
  });
  return { log: make({}), lines };
}

describe('quietRepeats', () => {
  test('the same trouble is said once a minute, with the number left out', () => {
    let nowMs = 0;
    const { log, lines } = recorded();
    const quiet = quietRepeats(log, { monotonicMs: () => nowMs });
    for (; nowMs <= 60_000; nowMs += 20_000) quiet.warn({ err: 'gone', waitMs: nowMs }, 'heartbeat failed');
    expect(lines).toEqual([
      ['warn', { err: 'gone', waitMs: 0 }, 'heartbeat failed'],
      ['warn', { err: 'gone', waitMs: 60_000, repeated: 2 }, 'heartbeat failed'],
    ]);
  });

  test('other words, another child and news are said', () => {
    const { log, lines } = recorded();
    const quiet = quietRepeats(log, { monotonicMs: () => 0 });
    quiet.warn({ err: 'gone' }, 'failed');
    quiet.warn({ err: 'refused' }, 'failed');
    quiet.error({ err: 'gone' }, 'ended');
    quiet.error({ err: 'gone' }, 'ended');
    quiet.child({ account: 'a' }).warn({ err: 'gone' }, 'failed');
    quiet.child({ account: 'b' }).warn({ err: 'gone' }, 'failed');
    quiet.child({ account: 'b' }).warn({ err: 'gone' }, 'failed');
    quiet.info({}, 'up');
    quiet.info({}, 'up');
    expect(lines.map(([level, fields]) => [level, fields])).toEqual([
      ['warn', { err: 'gone' }],
      ['warn', { err: 'refused' }],
      ['error', { err: 'gone' }],
      ['warn', { account: 'a', err: 'gone' }],
      ['warn', { account: 'b', err: 'gone' }],
      ['info', {}],
      ['info', {}],
    ]);
  });
});
