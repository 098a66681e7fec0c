import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { recordOf, stringOf } from '../../../channels/shared/read-unknown.ts';
import { pathsOf, replaceAt } from '../../kit/channels/json-paths.ts';
import { eventually } from '../../kit/eventually.ts';
import { fuzzRuns } from '../../kit/fuzz-runs.ts';
import { type DiscordStand, startDiscordStand } from '../discord/discord-stand.ts';

const FOLDER = new URL('../../fixtures/discord/', import.meta.url);
const RUNS = fuzzRuns(2_000);
/** How many go out between two customers who want an answer. */
const BETWEEN = 200;

let on: DiscordStand;
beforeAll(async () => {
  on = await startDiscordStand();
}, 90_000);
afterAll(() => on.stop(), 30_000);

test(
  'mutated dispatches: everybody else is answered, nothing ends, and what nobody can read is parked',
  async () => {
    const fixtures = readdirSync(FOLDER)
      .filter((name) => name.endsWith('.json'))
      .map((name): unknown => JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')));
    const value = fc.oneof(
      fc.jsonValue(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom(null, -1, 2 ** 60, '0', '*'.repeat(5_000)),
    );
    const mutated = fc
      .constantFrom(...fixtures)
      .chain((fixture) => fc.tuple(fc.constant(fixture), fc.constantFrom(...pathsOf(fixture)), value))
      .map(([fixture, path, changed]) => replaceAt(fixture, path, changed));
    const all = fc.sample(mutated, { numRuns: RUNS, seed: 20_261_122 });
    let asked = 0;
    for (const [index, payload] of all.entries()) {
      const fields = recordOf(payload);
      const kind = stringOf(fields?.['t']);
      if (kind !== null) on.simulator.dispatch(kind, fields?.['d']);
      if (index % BETWEEN !== 0) continue;
      const ana = on.simulator.customer();
      asked += 1;
      ana.write(`question ${asked}`);
      await eventually(() => expect(on.answersIn(ana.dm)).toEqual([`question ${asked}`]), 30_000);
    }
    on.simulator.dispatch('SOMETHING_NEW', { id: '1' });
    await eventually(async () => {
      const parked = await on.query(
        `SELECT reason FROM inbound_event WHERE state = 'parked' AND event_key LIKE 'SOMETHING_NEW:%'`,
      );
      expect(parked).toEqual([{ reason: 'dispatch of unknown kind SOMETHING_NEW' }]);
    }, 30_000);
    const states = await on.query('SELECT state, count(*)::int AS n FROM inbound_event GROUP BY 1 ORDER BY 1');
    const seen = new Map(states.map(({ state, n }) => [state, Number(n)]));
    expect(
      [...seen.keys()].filter(
        (state) => !['stored', 'filed', 'parked', 'waiting', 'duplicate'].includes(String(state)),
      ),
    ).toEqual([]);
    expect(seen.get('parked')).toBeGreaterThan(1);
    expect(seen.get('stored')).toBeGreaterThan(asked);
    expect(on.simulator.gatewayConnections).toBe(1);
    // One session from first to last: nothing that came ended the connection.
    expect(on.simulator.log.gateway).toHaveLength(1);
  },
  60_000 + RUNS * 40,
);
