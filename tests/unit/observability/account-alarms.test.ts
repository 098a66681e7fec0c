import { expect, test } from '@jest/globals';
import { type AccountRecord, NO_UPDATES } from '../../../src/core/model/account.ts';
import { brandId } from '../../../src/core/model/ids.ts';
import type { ConnectionState } from '../../../src/core/ports/channel.ts';
import { startAccountAlarms } from '../../../src/observability/account-alarms.ts';
import { quietLog } from '../../kit/quiet-log.ts';

const MINUTE_MS = 60_000;
const network: ConnectionState = { state: 'retrying', code: 'network', message: 'Telegram cannot be reached' };

function recordOf(changes: Partial<AccountRecord>): AccountRecord {
  return {
    id: 'tg',
    channel: 'telegram',
    state: { state: 'connected' },
    detail: null,
    stateAgeMs: 0,
    notOkMs: 0,
    ownerSilentMs: 0,
    owner: { instanceId: 'mine', host: 'h', pid: 1 },
    keepsMs: 24 * 60 * MINUTE_MS,
    counts: NO_UPDATES,
    lastSeenAgeMs: null,
    lastStoredAgeMs: null,
    unsettledMs: null,
    ...changes,
  };
}

function stand(options: { connector?: boolean; mine?: string } = {}) {
  let records: AccountRecord[] = [];
  const log = quietLog();
  const measured: unknown[][] = [];
  const alarms = startAccountAlarms({
    list: () => Promise.resolve(records),
    knows: (id) => id !== 'left',
    instance: options.connector === false ? null : () => brandId(options.mine ?? 'mine'),
    metrics: { accountHealth: (...told) => void measured.push(told) },
    log,
  });
  alarms.stop();
  return {
    log,
    measured,
    async look(...next: Partial<AccountRecord>[]) {
      records = next.map(recordOf);
      await alarms.look();
      return log.lines.map(({ level, message }) => `${level}: ${message}`);
    },
  };
}

test('what gets worse by lasting is told once at each step, with how long it may still last', async () => {
  const { look } = stand();
  expect(await look({ state: network, notOkMs: 10_000 })).toEqual([]);
  expect(await look({ state: network, notOkMs: 2 * MINUTE_MS })).toEqual([
    expect.stringMatching(/^warn: Telegram cannot be reached, for 2 min; the platform forgets .* in 23 h 58 min$/),
  ]);
  expect(await look({ state: network, notOkMs: 59 * MINUTE_MS })).toHaveLength(1);
  const told = await look({ state: network, notOkMs: 61 * MINUTE_MS });
  expect(told).toHaveLength(2);
  expect(told[1]).toMatch(/^error: .*for 1 h 1 min/);
  expect(await look({ state: network, notOkMs: 10 * 60 * MINUTE_MS })).toHaveLength(2);
});

test('after it was well it is told anew; what whoever reports has told already is not told again', async () => {
  const { look } = stand();
  await look({ state: network, notOkMs: 0 });
  await look({ state: network, notOkMs: 2 * MINUTE_MS });
  await look({});
  await look({ state: network, notOkMs: 0 });
  expect(await look({ state: network, notOkMs: 2 * MINUTE_MS })).toHaveLength(2);
  const stopped = stand();
  const refused: ConnectionState = { state: 'stopped', code: 'bad_token', message: 'refused', mend: 'mend' };
  expect(await stopped.look({ state: refused })).toEqual([]);
  expect(stopped.measured).toEqual([['tg', 'critical', 0]]);
});

test('a silent owner and a count that does not add up are told by whoever looks', async () => {
  const { look } = stand();
  expect(await look({ owner: null, ownerSilentMs: 3 * MINUTE_MS })).toEqual([
    expect.stringMatching(/^warn: no process receives for this account/),
  ]);
  const counts = { ...NO_UPDATES, seen: 2 };
  expect(await look({ counts, unsettledMs: 2 * MINUTE_MS })).toEqual([
    expect.any(String),
    expect.stringMatching(/^error: of 2 received updates nothing says/),
  ]);
});

test('only the owner tells; everybody measures; accounts that left the configuration are nobody’s', async () => {
  const bad = { state: network, notOkMs: 2 * 60 * MINUTE_MS };
  const other = stand({ mine: 'other' });
  await other.look({ state: network });
  expect(await other.look(bad, { ...bad, id: 'left' })).toEqual([]);
  expect(other.measured.at(-1)).toEqual(['tg', 'critical', 2 * 60 * MINUTE_MS]);
  const web = stand({ connector: false });
  expect(await web.look({ owner: null, ownerSilentMs: 3 * MINUTE_MS })).toEqual([]);
  expect(web.measured).toHaveLength(1);
});
