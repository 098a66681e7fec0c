import { afterEach, expect, test } from '@jest/globals';
import { NO_UPDATES } from '../../../src/core/model/account.ts';
import { type AccountId, brandId } from '../../../src/core/model/ids.ts';
import type { OwnerReport, TallyReport } from '../../../src/core/ports/account-health-store.ts';
import { type AccountReporter, startAccountReporter } from '../../../src/observability/account-reporter.ts';
import { eventually } from '../../kit/eventually.ts';
import { quietLog } from '../../kit/quiet-log.ts';

let reporter: AccountReporter | undefined;
afterEach(() => reporter?.stop());

function stand(isOwner = true) {
  const now = { ms: 0 };
  const written: string[] = [];
  const owner = { answers: isOwner, fails: false };
  const said: OwnerReport = { state: { state: 'connected' }, detail: null, keepsMs: null };
  const counted: TallyReport = {
    counts: { ...NO_UPDATES },
    lastSeenAgeMs: null,
    lastStoredAgeMs: null,
    unsettledMs: null,
  };
  const live = { said, counted };
  reporter = startAccountReporter({
    store: {
      report(_account, _instance, report) {
        if (owner.fails) return Promise.reject(new Error('the store is away'));
        written.push(`report ${report.state?.state ?? 'nothing'}`);
        return Promise.resolve(owner.answers);
      },
      tally(_account, _instance, tally) {
        written.push(`tally ${tally.counts.seen}`);
        return Promise.resolve();
      },
    },
    accounts: [{ id: brandId<AccountId>('tg'), report: () => live.said, tally: () => live.counted }],
    instance: () => brandId('mine'),
    log: quietLog(),
    nowMs: () => now.ms,
  });
  const look = async (): Promise<string[]> => {
    reporter?.soon();
    await new Promise((done) => setTimeout(done, 20));
    return written.splice(0);
  };
  return { now, live, owner, look };
}

test('writes what is new at once, and all of it again every half minute', async () => {
  const { now, live, look } = stand();
  expect(await look()).toEqual(['report connected', 'tally 0']);
  expect(await look()).toEqual([]);
  live.said = { ...live.said, state: { state: 'connecting' } };
  expect(await look()).toEqual(['report connecting']);
  live.counted = { ...live.counted, counts: { ...NO_UPDATES, seen: 5, stored: 5 } };
  expect(await look()).toEqual(['tally 5']);
  // Ages grow by themselves.
  live.counted = { ...live.counted, lastSeenAgeMs: 7_000 };
  expect(await look()).toEqual([]);
  now.ms += 31_000;
  expect(await look()).toEqual(['report connecting', 'tally 5']);
});

test('what was not written is tried again: by whoever becomes the owner, and when the store is back', async () => {
  const { owner, look } = stand(false);
  expect(await look()).toContain('report connected');
  expect(await look()).toEqual(['report connected']);
  owner.answers = true;
  expect(await look()).toEqual(['report connected']);
  expect(await look()).toEqual([]);
});

test('an update without outcome is news; the last numbers are written at the end', async () => {
  const { live, owner, look } = stand();
  await look();
  live.counted = { ...live.counted, unsettledMs: 5 };
  expect(await look()).toEqual(['tally 0']);
  owner.fails = true;
  live.said = { ...live.said, state: { state: 'connecting' } };
  expect(await look()).toEqual([]);
  owner.fails = false;
  await reporter?.stop();
  reporter = undefined;
  await eventually(async () => expect(await look()).toEqual(['report connecting']));
});
