import type { Config } from '../../config/schema.ts';
import { type AccountServices, NO_SERVICES } from '../account-services.ts';
import { createAccounts } from '../account-side.ts';
import type { AccountJudgement, AccountRecord } from '../core/model/account.ts';
import type { ChannelAccount } from '../core/ports/channel.ts';
import type { Log } from '../core/ports/log.ts';
import { judgeAccount, spoken } from '../core/rules/account-health.ts';
import { type Finding, finding } from './findings.ts';

const PROBE_MS = 10_000;

/** Asks every configured account's platform, all at once. @param services what they remember, where there is a store */
export async function checkAccounts(
  config: Config,
  log: Log,
  records: readonly AccountRecord[],
  services: AccountServices = NO_SERVICES,
): Promise<Finding[]> {
  const accounts = [...createAccounts(config, log, () => undefined, services).values()];
  try {
    return await Promise.all(
      accounts.map((account) =>
        finding(`account ${account.id} (${account.channel})`, () =>
          checkAccount(
            account,
            records.find((one) => one.id === account.id),
          ),
        ),
      ),
    );
  } finally {
    await Promise.all(accounts.map((account) => account.close()));
  }
}

async function checkAccount(
  account: ChannelAccount,
  stored: AccountRecord | undefined,
): Promise<Omit<Finding, 'check'>> {
  const signal = AbortSignal.timeout(PROBE_MS);
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener(
      'abort',
      () => reject(new Error(`the platform did not answer within ${PROBE_MS / 1_000} s`)),
      { once: true },
    );
  });
  const probe = await Promise.race([account.probe(signal), late]);
  const health = stored === undefined ? null : judgeAccount(stored);
  const lines = [probe.message, stored === undefined ? null : stateLine(stored), health?.reason ?? null];
  const message = lines.filter((line) => line !== null).join('; ');
  // What the platform itself says now comes first, then what the running gateway meets: two pollers end each other by turns.
  if (!probe.ok) return { result: 'wrong', message, ...(probe.mend === undefined ? {} : { mend: probe.mend }) };
  if (health === null || !isWrong(stored, health)) return { result: 'ok', message };
  return { result: 'wrong', message, ...(health.mend === null ? {} : { mend: health.mend }) };
}

/** A gateway that does not run is no fault of the account: whoever asks may be about to start it. */
function isWrong(stored: AccountRecord | undefined, { standing, severity }: AccountJudgement): boolean {
  if (standing === 'unknown') return false;
  return severity !== 'ok' || stored?.state?.state === 'retrying';
}

function stateLine({ state, stateAgeMs, counts }: AccountRecord): string | null {
  if (state === null) return null;
  const since = stateAgeMs === null ? '' : ` for ${spoken(stateAgeMs)}`;
  const { seen, stored, duplicate, filed, parked } = counts;
  const updates = `${seen} updates seen: ${stored} stored, ${duplicate} repeated, ${filed} filed, ${parked} parked`;
  return `last known state: ${state.state}${since}${seen === 0 ? '' : `; ${updates}`}`;
}
