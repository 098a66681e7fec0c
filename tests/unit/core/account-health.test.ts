import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type AccountRecord, NO_UPDATES, SEVERITIES } from '../../../src/core/model/account.ts';
import type { ConnectionState } from '../../../src/core/ports/channel.ts';
import { judgeAccount, spoken, uncounted } from '../../../src/core/rules/account-health.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const well: AccountRecord = {
  id: 'tg',
  channel: 'telegram',
  state: { state: 'connected' },
  detail: { name: '@bot', groups: 'addressed' },
  stateAgeMs: HOUR_MS,
  notOkMs: 5_000,
  ownerSilentMs: 5_000,
  owner: { instanceId: 'i', host: 'h', pid: 1 },
  keepsMs: DAY_MS,
  counts: { seen: 10, stored: 6, duplicate: 2, filed: 1, parked: 1 },
  lastSeenAgeMs: 10,
  lastStoredAgeMs: 10,
  unsettledMs: null,
};
const network: ConnectionState = { state: 'retrying', code: 'network', message: 'Telegram cannot be reached' };
const refused: ConnectionState = {
  state: 'stopped',
  code: 'bad_token',
  message: 'Telegram refuses the token',
  mend: 'Get the current token',
  trouble: 'needs_login',
};
const second: ConnectionState = {
  state: 'retrying',
  code: 'second_poller',
  message: 'Somebody else polls',
  mend: 'Stop it',
  trouble: 'second_poller',
};
const lagging = (behindMs: number): ConnectionState => ({
  state: 'lagging',
  code: 'behind',
  message: 'Messages arrive late',
  mend: 'Wait',
  behindMs,
});

describe('an account', () => {
  test('that is connected is well, with nothing to say', () => {
    expect(judgeAccount(well)).toEqual({
      standing: 'connected',
      severity: 'ok',
      code: null,
      reason: null,
      mend: null,
      behindMs: 0,
      waiting: null,
      forgetsInMs: null,
    });
  });

  test.each([
    [30_000, 'ok'],
    [2 * MINUTE_MS, 'warning'],
    [59 * MINUTE_MS, 'warning'],
    [61 * MINUTE_MS, 'critical'],
    [20 * HOUR_MS, 'critical'],
  ] as const)('whose line has been cut for %d ms is %s', (notOkMs, severity) => {
    expect(judgeAccount({ ...well, state: network, notOkMs })).toMatchObject({
      standing: 'retrying',
      severity,
      behindMs: notOkMs,
      forgetsInMs: DAY_MS - notOkMs,
    });
  });

  test('says for how long, and when the platform forgets', () => {
    const { reason } = judgeAccount({ ...well, state: network, notOkMs: 2 * HOUR_MS });
    expect(reason).toBe('Telegram cannot be reached, for 2 h; the platform forgets the oldest messages in 22 h');
    expect(judgeAccount({ ...well, state: network, notOkMs: 25 * HOUR_MS }).reason).toMatch(/has begun to forget/);
    expect(judgeAccount({ ...well, state: network, notOkMs: 2 * HOUR_MS, keepsMs: null })).toMatchObject({
      reason: 'Telegram cannot be reached, for 2 h',
      forgetsInMs: null,
    });
  });

  test('whose token is refused needs login at once; a second poller is worth a look at once', () => {
    expect(judgeAccount({ ...well, state: refused, notOkMs: 0 })).toMatchObject({
      standing: 'needs_login',
      severity: 'critical',
      code: 'bad_token',
      mend: 'Get the current token',
    });
    expect(judgeAccount({ ...well, state: second, notOkMs: 0 })).toMatchObject({
      standing: 'second_poller',
      severity: 'warning',
      mend: 'Stop it',
    });
    expect(judgeAccount({ ...well, state: second, notOkMs: 2 * HOUR_MS }).severity).toBe('critical');
  });

  test('that lags says how far, and is critical when what comes is an hour old', () => {
    expect(judgeAccount({ ...well, state: lagging(90_000) })).toMatchObject({
      standing: 'lagging',
      severity: 'warning',
      behindMs: 90_000,
    });
    expect(judgeAccount({ ...well, state: lagging(3 * HOUR_MS) })).toMatchObject({
      severity: 'critical',
      forgetsInMs: 21 * HOUR_MS,
    });
  });

  test('that connects has a minute for it, however long nothing came before', () => {
    const connecting = { ...well, state: { state: 'connecting' } as const, notOkMs: 5 * HOUR_MS };
    expect(judgeAccount({ ...connecting, stateAgeMs: 1_000 })).toMatchObject({ severity: 'ok', reason: null });
    expect(judgeAccount({ ...connecting, stateAgeMs: 2 * MINUTE_MS })).toMatchObject({ severity: 'critical' });
  });

  test('of which nobody has said anything for two minutes is unknown, whatever was said last', () => {
    for (const state of [null, well.state, refused]) {
      for (const ownerSilentMs of [null, 3 * MINUTE_MS]) {
        const judged = judgeAccount({ ...well, state, ownerSilentMs, notOkMs: 3 * MINUTE_MS });
        expect(judged).toMatchObject({
          standing: 'unknown',
          severity: 'warning',
          reason: expect.stringContaining('no process receives for this account'),
        });
      }
    }
    expect(judgeAccount({ ...well, ownerSilentMs: 90_000 }).standing).toBe('connected');
  });

  test('of whose updates some have had no outcome for a minute raises the alarm', () => {
    const counts = { ...well.counts, seen: 13 };
    expect(judgeAccount({ ...well, counts, unsettledMs: 59_000 }).severity).toBe('ok');
    expect(judgeAccount({ ...well, counts, unsettledMs: 61_000 })).toMatchObject({
      standing: 'uncounted',
      severity: 'critical',
      code: 'uncounted',
      reason: 'of 3 received updates nothing says what became of them for 1 min',
    });
    expect(judgeAccount({ ...well, state: second, counts, unsettledMs: 61_000 })).toMatchObject({
      standing: 'second_poller',
      severity: 'critical',
      mend: 'Stop it',
      reason: expect.stringMatching(/Somebody else polls.*of 3 received updates/),
    });
  });
});

const state = fc.oneof(
  fc.constantFrom<ConnectionState | null>(
    null,
    { state: 'connecting' },
    { state: 'connected' },
    network,
    refused,
    second,
  ),
  fc.nat(3 * DAY_MS).map(lagging),
);
const count = fc.nat(1_000);
const records = fc.record({
  state,
  stateAgeMs: fc.option(fc.nat(3 * DAY_MS)),
  notOkMs: fc.nat(3 * DAY_MS),
  ownerSilentMs: fc.option(fc.nat(10 * MINUTE_MS)),
  keepsMs: fc.option(fc.constant(DAY_MS)),
  counts: fc.record({ seen: fc.nat(5_000), stored: count, duplicate: count, filed: count, parked: count }),
  unsettledMs: fc.option(fc.nat(10 * MINUTE_MS)),
});

describe('whatever is known', () => {
  test('what is not well has a reason, and what is well and connected has none', () => {
    fc.assert(
      fc.property(records, (some) => {
        const judged = judgeAccount({ ...well, ...some });
        if (judged.severity !== 'ok') expect(judged.reason).toMatch(/\S/);
        if (judged.standing === 'connected') expect([judged.severity, judged.reason]).toEqual(['ok', null]);
      }),
    );
  });

  test('the alarm is raised long before the platform forgets: 12 h without messages are always critical', () => {
    fc.assert(
      fc.property(records, fc.integer({ min: 12 * HOUR_MS, max: 3 * DAY_MS }), (some, notOkMs) => {
        fc.pre(some.state?.state !== 'connected' && some.state?.state !== 'connecting');
        expect(judgeAccount({ ...well, ...some, notOkMs }).severity).toBe('critical');
      }),
    );
  });

  test('it never gets better by lasting', () => {
    fc.assert(
      fc.property(records, fc.nat(DAY_MS), (some, longer) => {
        const now = judgeAccount({ ...well, ...some });
        const later = judgeAccount({ ...well, ...some, notOkMs: some.notOkMs + longer });
        expect(SEVERITIES.indexOf(later.severity)).toBeGreaterThanOrEqual(SEVERITIES.indexOf(now.severity));
      }),
    );
  });

  test('numbers are never negative', () => {
    fc.assert(
      fc.property(records, (some) => {
        const judged = judgeAccount({ ...well, ...some });
        expect(judged.behindMs).toBeGreaterThanOrEqual(0);
        expect(judged.forgetsInMs ?? 0).toBeGreaterThanOrEqual(0);
        expect(uncounted(some.counts)).toBeGreaterThanOrEqual(0);
      }),
    );
    expect(uncounted(NO_UPDATES)).toBe(0);
  });
});

test('lengths of time are told as people say them', () => {
  expect([0, 59_400, MINUTE_MS, 59 * MINUTE_MS, HOUR_MS, 3 * HOUR_MS + 20 * MINUTE_MS].map(spoken)).toEqual([
    '0 s',
    '59 s',
    '1 min',
    '59 min',
    '1 h',
    '3 h 20 min',
  ]);
});
