import type { Config } from '../../config/schema.ts';
import { createAccounts } from '../account-side.ts';
import type { ChannelAccount, ConnectionState } from '../core/ports/channel.ts';
import type { Log } from '../core/ports/log.ts';
import { type Finding, finding } from './findings.ts';
import { age } from './output.ts';

/** What the store says of an account. */
export interface StoredState {
  id: string;
  state: ConnectionState | null;
  sinceMs: number | null;
}

const PROBE_MS = 10_000;

/** Asks every configured account's platform, all at once. */
export async function checkAccounts(config: Config, log: Log, states: readonly StoredState[]): Promise<Finding[]> {
  const accounts = [...createAccounts(config, log, () => undefined).values()];
  try {
    return await Promise.all(
      accounts.map((account) =>
        finding(`account ${account.id} (${account.channel})`, () =>
          checkAccount(
            account,
            states.find((one) => one.id === account.id),
          ),
        ),
      ),
    );
  } finally {
    await Promise.all(accounts.map((account) => account.close()));
  }
}

async function checkAccount(account: ChannelAccount, stored: StoredState | undefined): Promise<Omit<Finding, 'check'>> {
  const signal = AbortSignal.timeout(PROBE_MS);
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener(
      'abort',
      () => reject(new Error(`the platform did not answer within ${PROBE_MS / 1_000} s`)),
      { once: true },
    );
  });
  const probe = await Promise.race([account.probe(signal), late]);
  const lastSeen = stateLine(stored);
  const message = lastSeen === null ? probe.message : `${probe.message}; ${lastSeen}`;
  if (!probe.ok) return { result: 'wrong', message, ...(probe.mend === undefined ? {} : { mend: probe.mend }) };
  if (stored?.state?.state === 'stopped') return { result: 'wrong', message, mend: stored.state.mend };
  // What the running gateway meets counts more than one good answer now: two pollers end each other by turns.
  if (stored?.state?.state === 'retrying') return { result: 'wrong', message };
  return { result: 'ok', message };
}

function stateLine(stored: StoredState | undefined): string | null {
  if (stored?.state == null) return null;
  const { state, sinceMs } = stored;
  const since = sinceMs === null ? '' : ` ${age(Date.now() - sinceMs)} ago`;
  return `last known state: ${state.state}${since}${'message' in state ? ` (${state.message})` : ''}`;
}
